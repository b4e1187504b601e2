"""Initial access tokens: permissions to register clients, each with its limits (RFC 7591)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.authorization_profiles import AssertionAudience
from authserver.domain.clients import GrantType
from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.registrations import (
    INITIAL_PREFIX,
    INITIAL_PURPOSE,
    InitialAccessToken,
    RegistrationTemplate,
)
from authserver.domain.scopes import USER_SCOPES
from authserver.domain.texts import check_text
from authserver.services.client_consistency import has_users
from authserver.services.client_guards import refuse_to_register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import SecretDigester, SecretMaker, Stores
    from authserver.services.administration import Act, Administration
    from authserver.services.client_rules import ClientRules

LONGEST_LABEL: Final = 100
MOST_CLIENTS: Final = 10_000
LONGEST_SECONDS: Final = 366 * 86_400
EXPIRES_IN: Final = 7 * 86_400
USER_GRANTS: Final = (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN)
SIGN_IN_SCOPES: Final = ("openid", "profile", "email", "offline_access")


@dataclass(frozen=True, slots=True)
class InitialTokenDraft:
    """What an administrator states of a new token.

    The grants, scopes and resources are the most that a client registered with it may have;
    `quota` is how many clients, `expires_in` is in seconds.
    """

    label: str
    grant_types: Sequence[str] = USER_GRANTS
    scopes: Sequence[str] = SIGN_IN_SCOPES
    resources: Sequence[str] = ()
    pkce_exempt: bool = False
    assertion_audience: str = AssertionAudience.ISSUER
    quota: int = 1
    expires_in: float = EXPIRES_IN


@dataclass(frozen=True, slots=True)
class FreshInitialToken:
    """A token at the one moment its value exists."""

    value: str = field(repr=False)
    token: InitialAccessToken


class InitialAccessTokens:
    """Makes, lists and revokes them; every change is recorded."""

    def __init__(
        self,
        *,
        administration: Administration,
        rules: ClientRules,
        digester: SecretDigester,
        secret_maker: SecretMaker,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._rules = rules
        self._digester = digester
        self._secret_maker = secret_maker

    def list(self) -> Sequence[InitialAccessToken]:
        """All that are kept, newest first: those that are over go after a while."""
        with self._administration.database.reading() as stores:
            return stores.registrations.list_initial()

    def create(self, draft: InitialTokenDraft, act: Act) -> FreshInitialToken:
        """A new token; its value is in the answer and nowhere else.

        Raises:
            InvalidField: names the field and what is allowed.
        """
        label = check_text("label", draft.label, longest=LONGEST_LABEL)
        if not 1 <= draft.quota <= MOST_CLIENTS:
            raise InvalidField("quota", f"1 to {MOST_CLIENTS}")
        if not 0 < draft.expires_in <= LONGEST_SECONDS:
            raise InvalidField("expires_in", "more than 0 seconds, at most 366 days")
        value = self._secret_maker.secret(INITIAL_PREFIX)
        pepper_id = self._digester.current_pepper
        now = self._administration.clock.now()
        with self._administration.changing([], takes_power=False) as stores:
            token = InitialAccessToken(
                token_id=self._secret_maker.identifier(),
                digest=self._digester.digest(INITIAL_PURPOSE, value, pepper_id),
                pepper_id=pepper_id,
                label=label,
                template=self._template(stores, draft),
                quota=draft.quota,
                used=0,
                created_at=now,
                expires_at=now + draft.expires_in,
            )
            stores.registrations.add_initial(token)
            self._administration.record(
                stores,
                act,
                "initial_token.created",
                token.token_id,
                {"after": described_token(token)},
            )
        return FreshInitialToken(value, token)

    def revoke(self, token_id: str, act: Act) -> None:
        """Let it register no client any more; those that it registered stay.

        Raises:
            NotFound: there is no such live token.
        """
        now = self._administration.clock.now()
        with self._administration.changing([], takes_power=False) as stores:
            if not stores.registrations.revoke_initial(token_id, now):
                raise NotFound("initial access token", token_id)
            self._administration.record(stores, act, "initial_token.revoked", token_id, {})

    def _template(self, stores: Stores, draft: InitialTokenDraft) -> RegistrationTemplate:
        if draft.assertion_audience not in list(AssertionAudience):
            raise InvalidField("assertion_audience", "one of " + ", ".join(AssertionAudience))
        grant_types = self._rules.grants(draft.grant_types)
        if not grant_types:
            raise InvalidField("grant_types", "at least one of " + ", ".join(GrantType))
        resources, scopes = self._rules.permissions(stores, draft.resources, draft.scopes)
        refuse_to_register(resources, scopes)
        if scopes & USER_SCOPES and not has_users(grant_types):
            raise InvalidField("scopes", "openid and the like only with a grant that has a user")
        return RegistrationTemplate(
            grant_types=grant_types,
            scopes=scopes,
            resources=resources,
            pkce_exempt=draft.pkce_exempt,
            assertion_audience=AssertionAudience(draft.assertion_audience),
        )


def described_token(token: InitialAccessToken) -> dict[str, object]:
    """Every field by its name, but the digest."""
    template = token.template
    return {
        "token_id": token.token_id,
        "label": token.label,
        "grant_types": sorted(template.grant_types),
        "scopes": sorted(template.scopes),
        "resources": sorted(template.resources),
        "pkce_exempt": template.pkce_exempt,
        "assertion_audience": str(template.assertion_audience),
        "quota": token.quota,
        "used": token.used,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
    }
