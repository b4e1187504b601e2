"""API tokens: the `ApiTokenStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, case, func, null, or_, select, update

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.searches import ApiTokenSort
from authserver.storage.api_token_pages import ApiTokenPages
from authserver.storage.api_token_values import own_values, token_from
from authserver.storage.inserts import insert_into
from authserver.storage.locked_rows import is_among
from authserver.storage.network_keys import key_of
from authserver.storage.paging import counted
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.search_words import keep_names
from authserver.storage.searched_members import names_of_api_token
from authserver.storage.store import of_issuer
from authserver.storage.texts import is_storable
from authserver.storage.transactions import Lookup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement

    from authserver.domain.api_tokens import ApiToken, ApiTokenFilter, ApiTokenStatus, LastUse
    from authserver.domain.gateways import KeyDigests

_COLUMNS = api_tokens.c
_GET: Final = Lookup.of(
    select(api_tokens).where(of_issuer(api_tokens), _COLUMNS.token_id == bindparam("own_token_id"))
)
_BY_DIGEST: Final = select(api_tokens).where(
    of_issuer(api_tokens), _COLUMNS.digest.in_(bindparam("own_digests", expanding=True))
)
_NOTE_USE: Final = (
    update(api_tokens)
    .where(
        of_issuer(api_tokens),
        _COLUMNS.token_id == bindparam("own_token_id"),
        or_(_COLUMNS.last_used_at.is_(null()), _COLUMNS.last_used_at < bindparam("own_at")),
    )
    .values(
        last_used_at=bindparam("own_at"),
        last_network=bindparam("own_network"),
        last_network_key=bindparam("own_network_key"),
        last_agent=bindparam("own_agent"),
    )
)


class ApiTokenRows(ApiTokenPages):
    """The API tokens of one transaction."""

    def get(self, token_id: str) -> ApiToken | None:
        """By id; locked until the end when writing."""
        if not is_storable(token_id):
            return None
        row = self._connection.execute(
            self._transaction.form_of(_GET), self._own(own_token_id=token_id)
        ).one_or_none()
        return None if row is None else token_from(row)

    def by_secret(self, digests: KeyDigests) -> ApiToken | None:
        """Whose secret has one of these digests, live or not; nothing is locked."""
        asked = set(digests)
        rows = self._connection.execute(
            _BY_DIGEST, self._own(own_digests=[digest for _, digest in digests])
        )
        found = (row for row in rows if (row.pepper_id, bytes(row.digest)) in asked)
        row = next(found, None)
        return None if row is None else token_from(row)

    def page(
        self, chosen: ApiTokenFilter, *, after: str = "", limit: int = 1000
    ) -> Sequence[ApiToken]:
        """Those meant, by id, beginning behind `after`."""
        if not is_storable(after):
            return []
        rows = self._connection.execute(
            select(api_tokens)
            .where(
                self._mine(api_tokens),
                *self._found(chosen, ApiTokenSort.TOKEN_ID),
                _COLUMNS.token_id > after,
            )
            .order_by(_COLUMNS.token_id)
            .limit(limit)
        )
        return [token_from(row) for row in rows]

    def count(self, chosen: ApiTokenFilter, at_most: int | None = None) -> int:
        """How many are meant, as far as `at_most`."""
        asked = (self._mine(api_tokens), *self._found(chosen, None))
        return counted(self._connection, api_tokens, asked, at_most)

    def ids(self, chosen: ApiTokenFilter, among: frozenset[ApiTokenStatus]) -> Sequence[str]:
        """The ids of those meant that are in one of `among`, in the order of their characters."""
        found = self._connection.execute(
            select(_COLUMNS.token_id).where(
                self._mine(api_tokens),
                *self._asked(chosen),
                _COLUMNS.status.in_([each.value for each in sorted(among)]),
            )
        )
        # Here, for databases order texts as their locale does.
        return sorted(found.scalars())

    def count_lineages(self, chosen: ApiTokenFilter) -> int:
        """How many there are where a token and those it was rotated into count as one."""
        return self._connection.execute(
            select(func.count(_COLUMNS.lineage_id.distinct())).where(
                self._mine(api_tokens), *self._asked(chosen)
            )
        ).scalar_one()

    def add(self, token: ApiToken) -> None:
        """Insert. Raises AlreadyExists."""
        use = _use_values(token.last_use)
        added = self._connection.execute(
            insert_into(self._connection, api_tokens)
            .values(issuer_id=self._issuer_id, token_id=token.token_id, **own_values(token), **use)
            .on_conflict_do_nothing()
        )
        if added.rowcount == 0:
            raise AlreadyExists("API token", token.token_id)
        self._keep_words(token)

    def save(self, token: ApiToken) -> None:
        """Replace everything, the secret too, but the last use. Raises NotFound."""
        saved = self._connection.execute(
            update(api_tokens)
            .where(self._mine(api_tokens), _COLUMNS.token_id == token.token_id)
            .values(**own_values(token))
        )
        if saved.rowcount == 0:
            raise NotFound("API token", token.token_id)
        self._keep_words(token)

    def set_status(
        self,
        chosen: ApiTokenFilter,
        *,
        among: frozenset[ApiTokenStatus],
        to: ApiTokenStatus,
        at: float,
        reason: str,
        without_secret: ApiTokenStatus | None = None,
    ) -> Sequence[ApiToken]:
        """One conditional UPDATE of all that are meant and in one of `among`; those changed."""
        status: object = to.value
        if without_secret is not None:
            # In the same statement: a second one would begin the order of the locks again.
            has_none = _COLUMNS.secret_id.is_(None)
            status = case((has_none, without_secret.value), else_=to.value)
        return self._change(
            chosen,
            _COLUMNS.status.in_([each.value for each in sorted(among)]),
            status=status,
            status_changed_at=at,
            reason=reason,
        )

    def shorten(self, chosen: ApiTokenFilter, longest: float) -> Sequence[ApiToken]:
        """Let those that are meant end `longest` seconds after their making at the latest."""
        end = _COLUMNS.created_at + longest
        return self._change(chosen, _COLUMNS.expires_at > end, expires_at=end)

    def note_use(self, uses: Mapping[str, LastUse]) -> None:
        """Record last uses by token id; never moves back."""
        if not uses:
            return
        self._connection.execute(
            _NOTE_USE,
            # In one order for everybody: two workers that flush the same tokens must not cross.
            [
                self._own(
                    own_token_id=token_id,
                    own_at=use.at,
                    own_network=use.network,
                    own_network_key=key_of(use.network),
                    own_agent=use.agent,
                )
                for token_id, use in sorted(uses.items())
            ],
        )

    def _keep_words(self, token: ApiToken) -> None:
        names = names_of_api_token(
            *(token.name, token.purpose, token.team, token.ticket),
            scopes=token.scopes,
            resources=token.resources,
        )
        keep_names(self._connection, self._issuer_id, token.token_id, names)

    def _change(
        self, chosen: ApiTokenFilter, condition: ColumnElement[bool], **values: object
    ) -> Sequence[ApiToken]:
        # Locked in one order, so that of two who mean the same tokens one waits for the other.
        meant = (
            select(_COLUMNS.token_id)
            .where(self._mine(api_tokens), *self._asked(chosen), condition)
            .order_by(_COLUMNS.token_id)
            .with_for_update(key_share=True)
            .cte("meant")
        )
        rows = self._connection.execute(
            update(api_tokens)
            .where(self._mine(api_tokens), is_among(self._connection, _COLUMNS.token_id, meant))
            .values(**values)
            .returning(api_tokens)
        )
        return sorted((token_from(row) for row in rows), key=lambda token: token.token_id)


def _use_values(use: LastUse | None) -> dict[str, object]:
    return {
        "last_used_at": None if use is None else use.at,
        "last_network": "" if use is None else use.network,
        "last_network_key": None if use is None else key_of(use.network),
        "last_agent": "" if use is None else use.agent,
    }
