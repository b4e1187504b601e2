"""What users do with their own API tokens; those of anybody else are not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.api_tokens import ApiTokenFilter, SubjectType
from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.resources import ResourceStatus
from authserver.domain.roles import Area, permissions_of, to_write
from authserver.services.administrators import roles_of
from authserver.services.api_token_drafts import Maker
from authserver.services.api_token_limits import checked_networks
from authserver.services.api_token_terms import LONGEST_SECONDS, USUAL_SECONDS
from authserver.services.scope_ceilings import ceiling_of, lost, within
from authserver.services.token_policy import TokenPolicy
from authserver.services.user_lookup import existing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from authserver.domain.api_tokens import ApiToken, Presentation
    from authserver.domain.policy_calls import PolicyRefusal
    from authserver.domain.resources import ProtectedResource
    from authserver.services.administration import Act, Administration
    from authserver.services.api_token_administration import ApiTokens
    from authserver.services.api_token_drafts import ApiTokenDraft, MadeApiToken
    from authserver.services.api_token_limits import ApiTokenLimits
    from authserver.services.api_token_power import ApiTokenPower
    from authserver.services.token_policy import Bound, TokenRules

OVER_SECONDS: Final = 30 * 86_400.0
"""How long those that ended are still shown."""
MOST_SHOWN: Final = 200
_WRITES: Final = to_write(Area.TOKENS)


class OwnTokens(NamedTuple):
    """Live tokens, soonest end first, and those that ended lately, latest first."""

    live: Sequence[ApiToken]
    ended: Sequence[ApiToken]


@dataclass(frozen=True, slots=True)
class SiteForTokens:
    """An enabled site, and why a policy lets the user have no token for it (`None`: it does)."""

    site: ProtectedResource
    refusal: PolicyRefusal | None


@dataclass(frozen=True, slots=True)
class MakingOfTokens:
    """Where a user may have a token of their own; `refusal` holds for every site there is.

    `has_credentials` is False while all that speaks for the user is switched off.
    """

    sites: Sequence[SiteForTokens]
    refusal: PolicyRefusal | None
    has_credentials: bool
    live: int
    most: Bound

    @property
    def open_sites(self) -> Sequence[ProtectedResource]:
        """Those for which a token may be made."""
        return [each.site for each in self.sites if each.refusal is None]

    @property
    def is_possible(self) -> bool:
        """Whether there is any way to make one now."""
        return self.has_credentials and bool(self.open_sites) and self.live < self.most.value


@dataclass(frozen=True, slots=True)
class TermsOfToken:
    """What policies ask of a token for some sites; `usual` is its life where nobody says."""

    usual: float
    longest: Bound
    presentations: frozenset[Presentation]
    why_ticket: str
    why_team: str
    needs_ticket: bool
    needs_team: bool


class OwnApiTokens:
    """Lists, makes, rotates and revokes for one user at a time.

    A token is the user's who owns it; that of a service is seen and revoked, and no more.
    """

    def __init__(
        self,
        *,
        administration: Administration,
        limits: ApiTokenLimits,
        tokens: ApiTokens,
        power: ApiTokenPower,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._limits = limits
        self._tokens = tokens
        self._power = power

    def list(self, subject: str) -> OwnTokens:
        """What there is of a user's."""
        now = self._administration.clock.now()
        with self._administration.database.reading() as stores:
            live = stores.api_tokens.page(
                ApiTokenFilter(owner=subject, live_at=now), limit=MOST_SHOWN
            )
            changed = stores.api_tokens.page(
                ApiTokenFilter(owner=subject, changed_since=now - OVER_SECONDS), limit=MOST_SHOWN
            )
        ids = {each.token_id for each in live}
        ended = [each for each in changed if each.token_id not in ids]
        return OwnTokens(
            sorted(live, key=lambda each: (each.expires_at, each.token_id)),
            sorted(ended, key=lambda each: (-each.status_changed_at, each.token_id)),
        )

    def get(self, subject: str, token_id: str) -> ApiToken:
        """One of the user's tokens. Raises NotFound, also for everybody else's."""
        with self._administration.database.reading() as stores:
            token = stores.api_tokens.get(token_id)
        if token is None or token.owner != subject:
            raise NotFound("token", token_id)
        return token

    def making(self, subject: str) -> MakingOfTokens:
        """Where the user may have a token now. Raises NotFound: there is no such user."""
        now = self._administration.clock.now()
        with self._administration.database.reading() as stores:
            user = existing(stores, subject)
            groups = frozenset(stores.groups.of(subject))
            administers = _WRITES in permissions_of(roles_of(stores, user))
            live = stores.api_tokens.count(ApiTokenFilter(subject=subject, live_at=now))
            sites = [
                SiteForTokens(
                    site,
                    _refusal(TokenPolicy.of(stores, [site.name]), groups, administers=administers),
                )
                for site in stores.resources.list()
                if site.is_site and site.status is ResourceStatus.ENABLED
            ]
            everywhere = TokenPolicy.of(stores, ())
        return MakingOfTokens(
            sites,
            _refusal(everywhere, groups, administers=administers),
            user.has_credentials,
            live,
            everywhere.most,
        )

    def terms(self, names: Iterable[str]) -> TermsOfToken:
        """What a token for these sites has to keep to."""
        with self._administration.database.reading() as stores:
            rules = TokenPolicy.of(stores, names)
        longest, ticket, team = rules.longest, rules.ticket_wanted_by, rules.team_wanted_by
        if longest.value > LONGEST_SECONDS:
            longest = longest._replace(value=LONGEST_SECONDS)
        return TermsOfToken(
            min(USUAL_SECONDS, longest.value),
            longest,
            rules.presentations,
            "" if ticket is None else ticket.value.reason,
            "" if team is None else team.value.reason,
            needs_ticket=ticket is not None,
            needs_team=team is not None,
        )

    def reachable(self, subject: str, scopes: frozenset[str]) -> frozenset[str]:
        """Those of `scopes` that the user's groups let a token of the user have."""
        with self._administration.database.reading() as stores:
            return within(ceiling_of(stores, subject), scopes)

    def check_reach(self, subject: str, draft: ApiTokenDraft) -> None:
        """Look at sites, scopes and limits of a draft before the rest of it is known.

        Raises:
            InvalidField: names the field and what is allowed.
        """
        with self._administration.database.reading() as stores:
            sites = self._limits.sites(stores, draft.resources)
            scopes = self._limits.scopes(draft.scopes, sites)
            gone = lost(ceiling_of(stores, subject), scopes)
        if gone:
            raise InvalidField("scopes", "what your groups give; not " + ", ".join(sorted(gone)))
        self._limits.details(sites, draft.operations, draft.projects)
        checked_networks(draft.networks)

    def create(self, subject: str, draft: ApiTokenDraft, act: Act) -> MadeApiToken:
        """Make a token for the user by the user. Raises as `ApiTokens.create`."""
        return self._tokens.create(draft, act, Maker(subject))

    def rotate(
        self, subject: str, token_id: str, act: Act, *, overlap_seconds: float
    ) -> MadeApiToken:
        """Put a new secret in the place of the user's own token's. Raises as `ApiTokens.rotate`."""
        token = self.get(subject, token_id)
        if token.subject_type is not SubjectType.USER:
            raise NotFound("token", token_id)
        return self._tokens.rotate(token_id, act, Maker(subject), overlap_seconds=overlap_seconds)

    def revoke(self, subject: str, token_id: str, act: Act) -> Sequence[ApiToken]:
        """End a token of the user's, with those that it took the place of. Raises NotFound."""
        self.get(subject, token_id)
        return self._power.revoke(token_id, act, reason="revoked by its owner")


def _refusal(
    rules: TokenRules, groups: frozenset[str], *, administers: bool
) -> PolicyRefusal | None:
    return rules.against_making(groups, is_administrator=administers) or rules.against_holding(
        groups
    )
