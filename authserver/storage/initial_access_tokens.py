"""Initial access tokens: their part of the `RegistrationStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, insert, select, update

from authserver.domain.authorization_profiles import AssertionAudience
from authserver.domain.registrations import InitialAccessToken, RegistrationTemplate
from authserver.storage.digests import among
from authserver.storage.json_texts import Members, coded
from authserver.storage.rows.registrations import initial_access_tokens
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from authserver.domain.people_ports import Digests

_COLUMNS = initial_access_tokens.c


class InitialAccessTokenRows(Store):
    """The initial access tokens of one transaction."""

    def add_initial(self, token: InitialAccessToken) -> None:
        """Insert."""
        self._connection.execute(
            insert(initial_access_tokens).values(
                issuer_id=self._issuer_id,
                token_id=token.token_id,
                digest=token.digest,
                pepper_id=token.pepper_id,
                label=token.label,
                template=_template_text(token.template),
                quota=token.quota,
                used=token.used,
                created_at=token.created_at,
                expires_at=token.expires_at,
                revoked_at=token.revoked_at,
            )
        )

    def find_initial(self, digests: Digests) -> InitialAccessToken | None:
        """By the token's digest, live or not."""
        row = self._connection.execute(
            select(initial_access_tokens).where(
                self._mine(initial_access_tokens),
                among(digests, _COLUMNS.digest, _COLUMNS.pepper_id),
            )
        ).one_or_none()
        return None if row is None else _token(row)

    def list_initial(self) -> Sequence[InitialAccessToken]:
        """All, newest first."""
        rows = self._connection.execute(
            select(initial_access_tokens).where(self._mine(initial_access_tokens))
        )
        return sorted(map(_token, rows), key=lambda each: (-each.created_at, each.token_id))

    def revoke_initial(self, token_id: str, at: float) -> bool:
        """Revoke; False when there is no such live token."""
        return is_storable(token_id) and self._change(
            token_id, _COLUMNS.expires_at > at, revoked_at=at
        )

    def use_initial(self, token_id: str, now: float) -> bool:
        """Count one registration: False when the quota is used up, it is revoked, or expired."""
        left = and_(_COLUMNS.expires_at > now, _COLUMNS.used < _COLUMNS.quota)
        return self._change(token_id, left, used=_COLUMNS.used + 1)

    def _change(self, token_id: str, condition: ColumnElement[bool], **values: Any) -> bool:
        """Change a token that was not revoked; whether there was one."""
        changed = self._connection.execute(
            update(initial_access_tokens)
            .where(
                self._mine(initial_access_tokens),
                _COLUMNS.token_id == token_id,
                _COLUMNS.revoked_at.is_(None),
                condition,
            )
            .values(**values)
        )
        return changed.rowcount == 1


def _template_text(template: RegistrationTemplate) -> str:
    return coded(
        {
            "grant_types": sorted(template.grant_types),
            "scopes": sorted(template.scopes),
            "resources": sorted(template.resources),
            "pkce_exempt": template.pkce_exempt,
            "assertion_audience": str(template.assertion_audience),
        }
    )


def _template(text: str) -> RegistrationTemplate:
    members = Members(text, "template of an initial access token")
    template = RegistrationTemplate(
        grant_types=frozenset(members.texts("grant_types")),
        scopes=frozenset(members.texts("scopes")),
        resources=frozenset(members.texts("resources")),
        pkce_exempt=members.flag("pkce_exempt"),
        # Rows of before this was a choice lack it.
        assertion_audience=members.choice(
            "assertion_audience", AssertionAudience, AssertionAudience.ISSUER
        ),
    )
    members.finish()
    return template


def _token(row: Row[Any]) -> InitialAccessToken:
    return InitialAccessToken(
        token_id=row.token_id,
        digest=bytes(row.digest),
        pepper_id=row.pepper_id,
        label=row.label,
        template=_template(row.template),
        quota=row.quota,
        used=row.used,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
