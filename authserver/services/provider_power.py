"""Taking away what came by an identity provider, or by one identity there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.grants import GrantEnd, GrantFilter, GrantOrigin
from authserver.domain.sessions import PASSWORD_ACR
from authserver.domain.subject_keys import tenant_of
from authserver.services.identities import has_other_way
from authserver.services.user_lookup import known_anew, tokens_denied
from authserver.services.user_power import ONE_AT_A_TIME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from authserver.domain.grants import Grant
    from authserver.domain.identities import Identity, UpstreamSession
    from authserver.domain.ports import Stores
    from authserver.domain.providers import Provider
    from authserver.services.administration import Act
    from authserver.services.grants import Grants
    from authserver.services.session_ends import SessionEnds

NOTHING: Final[frozenset[str]] = frozenset()


class ProviderPower:
    """Ends sessions and grants inside the transaction of whoever stops a provider or an identity.

    That transaction waits at the barrier. It locks the provider, then the identity, before
    it comes here; whoever signs somebody in does so too, and then locks the user: so what is begun
    this moment is there to be ended, or will not be begun.
    """

    def __init__(self, *, ends: SessionEnds, grants: Grants) -> None:
        """Take the collaborators; hold no state of its own."""
        self._ends = ends
        self._grants = grants

    def stop_in(self, stores: Stores, provider_name: str, act: Act, *, now: float) -> int:
        """End what came by a provider that counts no more; how many users that reached.

        Sessions begun through it, every grant that may have been made in them, and what tokens of
        providers were exchanged for, whosesoever they were: that is soon got anew. Whoever has no
        identity at another enabled provider loses every grant and access token. A local password
        does not change that; with it, the user may sign in and allow things anew.
        """
        stores.providers.get(provider_name)
        # Before their users are locked: the caller may unlink them.
        known = stores.identities.hold(provider_name)
        begun = stores.upstream_sign_ins.sessions(provider_name)
        return len(self._stop(stores, provider_name, known, begun, (), act, now=now))

    def tenants_stopped_in(
        self, stores: Stores, provider: Provider, tenants: Collection[str], act: Act, *, now: float
    ) -> int:
        """The same for the people of some tenants of Entra ID alone.

        Their groups give nothing any more. They stay linked: with the tenant on the list again they
        are the same users.
        """
        stores.providers.get(provider.name)
        known: list[Identity] = []
        others: list[Identity] = []
        for each in stores.identities.hold(provider.name):
            is_gone = tenant_of(provider, each.subject_key) in tenants
            (known if is_gone else others).append(each)
        begun = [
            each
            for each in stores.upstream_sign_ins.sessions(provider.name)
            if tenant_of(provider, each.subject_key) in tenants
        ]
        for each in known:
            stores.identities.set_groups(provider.name, each.subject, NOTHING)
            limited = None if each.ceiling is None else NOTHING
            stores.identities.save(
                replace(
                    each,
                    snapshot=None,
                    is_administrator=False,
                    roles=frozenset(),
                    ceiling=limited,
                )
            )
        reached = self._stop(stores, provider.name, known, begun, others, act, now=now)
        stores.authority.advance([known_anew(each, now) for each in sorted(reached)])
        return len(reached)

    def _stop(  # noqa: PLR0917 - who is reached, and by what act
        self,
        stores: Stores,
        provider_name: str,
        known: Sequence[Identity],
        begun: Sequence[UpstreamSession],
        others: Sequence[Identity],
        act: Act,
        *,
        now: float,
    ) -> Collection[str]:
        """End what came by these; the users whom that reached. `others` of the provider go on."""
        # Whoever counts administrators locks several users, too; here everybody takes turns, who
        # may hold identities by now.
        stores.leases.acquire(ONE_AT_A_TIME, ONE_AT_A_TIME, now, 1.0)
        reached = {each.subject for each in known} | {each.subject for each in begun}
        held = self._ends.hold(stores, reached, now)
        elsewhere = {
            each.subject
            for name in _enabled_but(stores, provider_name)
            for each in stores.identities.list(name)
        }
        elsewhere.update(each.subject for each in others)
        self._end(
            stores,
            _by_id(begun),
            reached - elsewhere,
            act,
            held=held,
            end=GrantEnd.PROVIDER_STOPPED,
            provider=provider_name,
            now=now,
        )
        return reached

    def identity_stopped_in(
        self, stores: Stores, identity: Identity, act: Act, *, now: float
    ) -> None:
        """End what came by an identity that is being unlinked, or was in this transaction.

        Sessions begun by it, every grant that may have been made in them, and what tokens of
        providers were exchanged for. When the user has no other way to sign in, everything: all
        sessions, grants and access tokens.
        """
        subject = identity.subject
        held = self._ends.hold(stores, [subject], now)
        begun = [
            each
            for each in stores.upstream_sign_ins.sessions(
                identity.provider, subject_key=identity.subject_key
            )
            if each.subject == subject
        ]
        has_way = has_other_way(stores, identity)
        sessions = _by_id(begun)
        if not has_way:
            sessions.update(
                (each.session_id, subject) for each in stores.sessions.list(subject, now)
            )
        self._end(
            stores,
            sessions,
            [] if has_way else [subject],
            act,
            held=held,
            end=GrantEnd.IDENTITY_UNLINKED,
            provider=identity.provider,
            since=identity.created_at,
            now=now,
        )
        stores.authority.advance([known_anew(subject, now)])

    def _end(
        self,
        stores: Stores,
        sessions: Mapping[str, str],
        stranded: Collection[str],
        act: Act,
        *,
        held: Mapping[str, Sequence[Grant]],
        end: GrantEnd,
        provider: str,
        since: float = 0.0,
        now: float,
    ) -> None:
        details = {"upstream": provider}
        call = act.call(now)
        # Who is told of the end of a session is whoever has a grant in it: so sessions come first.
        self._ends.end_held_in(stores, act.actor, call, sessions, details)
        # Most people have allowed nothing, and there may be thousands of them.
        for subject, grants in held.items():
            for grant in grants:
                if subject in stranded or _may_have_come_by(stores, grant, sessions, since):
                    wanted = GrantFilter(grant_id=grant.grant_id)
                    self._grants.end_in(stores, wanted, end, actor=act.actor, call=call, now=now)
        stores.authority.advance([tokens_denied(each, now) for each in sorted(stranded)])


def _may_have_come_by(
    stores: Stores, grant: Grant, sessions: Mapping[str, str], since: float
) -> bool:
    """Whether a grant was made in one of the sessions, or nobody knows that it was not.

    What was allowed to a device names no session, and of one that is long over nobody knows by
    which provider it had begun. Nothing that is older than `since` came that way.
    """
    if grant.session_id in sessions or grant.origin is GrantOrigin.TOKEN_EXCHANGE:
        return True
    if grant.acr == PASSWORD_ACR or grant.created_at < since:
        return False
    return stores.upstream_sign_ins.session(grant.session_id) is None


def _by_id(begun: Iterable[UpstreamSession]) -> dict[str, str]:
    return {each.session_id: each.subject for each in begun}


def _enabled_but(stores: Stores, name: str) -> frozenset[str]:
    return frozenset(
        each.name for each in stores.providers.list() if each.is_enabled and each.name != name
    )
