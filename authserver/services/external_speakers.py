"""For whom a provider's token speaks here, and what that one may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from authserver.domain.clients import GrantType
from authserver.domain.external_tokens import ExternalProblem
from authserver.domain.group_rules import SnapshotState
from authserver.domain.identities import IdentityStatus
from authserver.domain.scope_reach import common
from authserver.domain.upstream_ports import ForeignTokenRefused
from authserver.services.group_verdicts import Derived, derived, verdict
from authserver.services.living import sleeps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.clients import Client
    from authserver.domain.external_tokens import ExternalToken
    from authserver.domain.group_rules import GroupRule, GroupSnapshot, GroupVerdict
    from authserver.domain.identities import Identity
    from authserver.domain.providers import Provider
    from authserver.domain.users import User
    from authserver.services.directory import Directory
    from authserver.services.external_reading import ReadExternal
    from authserver.services.provider_view import KnownProvider, Principal, ProviderView

NOTHING: Final[frozenset[str]] = frozenset()


class Groups(Protocol):
    """What reads the groups of a token's user."""

    def of_token(
        self,
        provider: Provider,
        rules: Sequence[GroupRule],
        token: ExternalToken,
        identity: Identity | None,
        now: float,
    ) -> GroupSnapshot:
        """The snapshot; never raises for what a provider says."""
        ...


class Newcomers(Protocol):
    """Makes users of those who come with a token before they ever signed in."""

    def admit(
        self, known: KnownProvider, token: ExternalToken, snapshot: GroupSnapshot, now: float
    ) -> Principal | None:
        """The new user, or the one whom somebody else has just made; `None` when nobody may be."""
        ...


class Checks(Protocol):
    """Notes that a provider vouched for somebody."""

    def note(self, principal: Principal, token: ExternalToken, now: float) -> None:
        """Let the token's issue count as a check."""
        ...


class Speaker(NamedTuple):
    """For whom a token speaks: `user` is `None` for a client that speaks for itself.

    `client` is ours where the provider's is mapped. `scopes` are ours, within everything that
    limits them but the resource.
    """

    user: User | None
    client: Client | None
    scopes: frozenset[str]


class ExternalSpeakers:
    """Asks who is behind a verified token, from what a worker remembers."""

    def __init__(
        self,
        *,
        directory: Directory,
        providers: ProviderView,
        groups: Groups,
        newcomers: Newcomers,
        checks: Checks,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._directory = directory
        self._providers = providers
        self._groups = groups
        self._newcomers = newcomers
        self._checks = checks

    def of(self, read: ReadExternal, now: float) -> Speaker:
        """The speaker of a token. Only to be asked after `AuthorityView.ensure_fresh`.

        Raises:
            ForeignTokenRefused: nobody here, somebody who may not, or nothing that may be done.
            StorageUnavailable: nobody can be sure now.
        """
        provider, token = read.known.provider, read.token
        client = self._client(provider, token)
        user, ceiling = None, None
        scopes = mapped_scopes(provider, token)
        if token.subject_key:
            user, ceiling = self._user(read.known, token, scopes, now)
        elif client is None or GrantType.CLIENT_CREDENTIALS not in client.grant_types:
            raise ForeignTokenRefused(ExternalProblem.CLIENT_STOPPED, "may not speak for itself")
        if ceiling is not None:
            scopes = common(scopes, ceiling)
        if client is not None:
            scopes = common(scopes, client.scopes)
        if not scopes:
            raise ForeignTokenRefused(ExternalProblem.NO_MAPPED_SCOPE)
        return Speaker(user, client, scopes)

    def _client(self, provider: Provider, token: ExternalToken) -> Client | None:
        ours = provider.bearer.clients[token.client_id]
        if not ours:
            return None
        client = self._directory.clients.get(ours)
        if client is None or not client.is_enabled:
            raise ForeignTokenRefused(ExternalProblem.CLIENT_STOPPED)
        return client

    def _user(
        self, known: KnownProvider, token: ExternalToken, scopes: frozenset[str], now: float
    ) -> tuple[User, frozenset[str] | None]:
        provider = known.provider
        principal = self._providers.principal(provider.name, token.subject_key)
        if principal is None and not provider.bearer.creates_users:
            raise ForeignTokenRefused(ExternalProblem.USER_UNKNOWN)
        if principal is not None:
            _check_living(principal, provider)
        if not scopes:
            raise ForeignTokenRefused(ExternalProblem.NO_MAPPED_SCOPE)
        identity = None if principal is None else principal.identity
        snapshot = self._groups.of_token(provider, known.rules, token, identity, now)
        judged = verdict(known.rules, snapshot, now)
        latest = None if identity is None else _latest(identity, token, known.rules, now)
        denied = judged.denied or ("" if latest is None else latest.denied)
        if denied:
            raise ForeignTokenRefused(ExternalProblem.DENIED_BY_GROUP, denied)
        if principal is None:
            # Everything that could refuse the token has been looked at.
            principal = self._newcomers.admit(known, token, snapshot, now)
            if principal is None:
                raise ForeignTokenRefused(ExternalProblem.USER_UNKNOWN)
            _check_living(principal, provider)
        self._checks.note(principal, token, now)
        before = Derived(ceiling=principal.identity.ceiling)
        ceiling = derived(known.rules, judged, before).ceiling
        if ceiling is None:
            # No rule of this provider's lifts the limit that groups at another one set.
            ceiling = self._providers.ceiling(principal)
        elif latest is not None and latest.ceiling is not None:
            ceiling = common(ceiling, latest.ceiling)
        return principal.user, ceiling


def mapped_scopes(provider: Provider, token: ExternalToken) -> frozenset[str]:
    """Our scopes for the provider's; what is not in the map is dropped."""
    return NOTHING.union(*(provider.bearer.scopes.get(each, NOTHING) for each in token.scopes))


def _latest(
    identity: Identity, token: ExternalToken, rules: Sequence[GroupRule], now: float
) -> GroupVerdict | None:
    """The verdict on groups that were read after the token was issued; `None` without such.

    What the person has lost since then is lost for the token, too.
    """
    snapshot = identity.snapshot
    if snapshot is None or snapshot.state is not SnapshotState.COMPLETE:
        return None
    return verdict(rules, snapshot, now) if snapshot.fetched_at > token.issued_at else None


def _check_living(principal: Principal, provider: Provider) -> None:
    identity = principal.identity
    if not principal.user.is_enabled or identity.status is not IdentityStatus.LINKED:
        raise ForeignTokenRefused(ExternalProblem.USER_STOPPED)
    if not principal.user.has_credentials:
        raise ForeignTokenRefused(ExternalProblem.USER_STOPPED, "credentials rest")
    if sleeps(identity, provider):
        raise ForeignTokenRefused(ExternalProblem.USER_STOPPED, "asleep")
