"""Leavers: users whom no identity provider has vouched for in a long time rest until they come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.calls import Call
from authserver.services.group_effects import has_lapsed, lapse_in
from authserver.services.user_lookup import known_anew, tokens_denied

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from authserver.domain.authority import Change
    from authserver.domain.identities import Identity
    from authserver.domain.ports import Clock, Database, Stores
    from authserver.domain.providers import Provider
    from authserver.services.session_ends import SessionEnds

NOTICE_SECONDS: Final = 7 * 86_400.0
"""How long before the rest notice of it is given; half of the time where that is shorter."""
CHECKED_SECONDS: Final = 600.0
"""How coarse the last check is: a sign-in within that time of another writes nothing."""
BATCH: Final = 100
SYSTEM: Final = Actor(ActorKind.SYSTEM, "leavers")


class Living:
    """Puts identities to sleep that were not seen for as long as their provider allows.

    While every identity of a user sleeps, so does what the user allowed: grants stay, and give no
    tokens. The next sign-in wakes the user: at a provider the identity by which it came, with a
    local password all of them. What groups gave by an identity that falls asleep is gone until
    somebody signs in by it. Identities at providers that are not enabled do not count: what came by
    those has ended. A user without identities never sleeps.
    """

    def __init__(self, *, database: Database, clock: Clock, ends: SessionEnds) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._clock = clock
        self._ends = ends

    @staticmethod
    def wake_in(
        stores: Stores, subject: str, call: Call, *, provider: str = "", now: float
    ) -> Sequence[Change]:
        """The user has just signed in: at `provider`, or with the local password (empty).

        A sign-in at one provider says nothing of the others: their identities are left as they are.
        The local password wakes all of them, but groups of a provider at which nobody has
        signed in for longer than it allows give nothing any more, from `now` on.

        Takes the identities' locks (see `held_identities`); the user's is held. Gives back what the
        caller advances the authority by, last of all.
        """
        changes: list[Change] = []
        for identity in held_identities(stores, subject):
            if provider in {"", identity.provider}:
                current = identity
                if not provider:
                    current, lapsed = _lapsed_in(stores, identity, replace(call, at=now))
                    changes += lapsed
                changes += _woken_in(stores, current, call)
        return list(dict.fromkeys(changes))

    @staticmethod
    def is_asleep(stores: Stores, subject: str) -> bool:
        """Whether the user has identities at enabled providers, and all of them sleep."""
        identities = stores.identities.of(subject)
        if all(each.asleep_since is None for each in identities):
            return False
        living = {each.name: each for each in stores.providers.list() if each.is_enabled}
        return rests(identities, living)

    def rests_at(self, subject: str) -> float | None:
        """When the user will rest without another sign-in; `None`: never (seconds since epoch)."""
        with self._database.reading() as stores:
            identities = stores.identities.of(subject)
            providers = {each.name: each for each in stores.providers.list() if each.is_enabled}
        ends = [
            (providers[each.provider].living_seconds, each.last_checked_at)
            for each in identities
            if each.provider in providers
        ]
        if not ends or any(not seconds for seconds, _ in ends):
            return None
        return max(checked + seconds for seconds, checked in ends)

    def put_to_sleep_due(self, may_go_on: Callable[[], bool] = lambda: True) -> int:
        """Put to sleep whoever is due, and give notice to whoever will be; how many fell asleep.

        `may_go_on` is asked before each batch: the place to take a lease.

        Raises:
            StorageUnavailable: the rest is done next time.
        """
        with self._database.reading() as stores:
            providers = [each for each in stores.providers.list() if each.is_enabled]
        slept = 0
        for provider in providers:
            if provider.living_seconds:
                slept += self._each(provider, self._due_for_sleep, self._sleep, may_go_on)
                self._each(provider, self._due_for_warning, self._warn, may_go_on)
        return slept

    def _each(
        self,
        provider: Provider,
        due: Callable[[Stores, Provider, float], Sequence[Identity]],
        act: Callable[[Stores, Provider, Identity, float], None],
        may_go_on: Callable[[], bool],
    ) -> int:
        """One transaction for each identity, so that nobody who signs in waits for all of them."""
        done = 0
        while True:
            now = self._clock.now()
            with self._database.reading() as stores:
                found = due(stores, provider, now)
            if not found or not may_go_on():
                return done
            for each in found:
                with self._database.writing() as stores:
                    current = stores.identities.find(each.provider, each.subject_key)
                    # Who has signed in meanwhile is not due any more.
                    if current is not None and current.last_checked_at == each.last_checked_at:
                        act(stores, provider, current, now)
                        done += 1
            if len(found) < BATCH:
                return done

    @staticmethod
    def _due_for_sleep(stores: Stores, provider: Provider, now: float) -> Sequence[Identity]:
        before = now - provider.living_seconds
        return stores.identities.due_for_sleep(provider.name, checked_before=before, limit=BATCH)

    @staticmethod
    def _due_for_warning(stores: Stores, provider: Provider, now: float) -> Sequence[Identity]:
        before = now - provider.living_seconds + _notice(provider)
        return stores.identities.due_for_warning(provider.name, checked_before=before, limit=BATCH)

    def _sleep(self, stores: Stores, _: Provider, identity: Identity, now: float) -> None:
        call = Call(at=now, request_id="", peer="")
        stores.users.get(identity.subject)
        asleep = replace(identity, asleep_since=now)
        stores.identities.save(asleep)
        details = {"last_checked_at": identity.last_checked_at}
        stores.audit.add(_event("identity.asleep", identity, SYSTEM, call, details))
        lapse = lapse_in(stores, asleep, call)
        changes = [known_anew(identity.subject, now), *lapse.changes]
        if self.is_asleep(stores, identity.subject):
            # Only a sign-in wakes the user: a session that lasts longer would never ask for one.
            self._ends.end_in(stores, SYSTEM, call, subject=identity.subject)
            changes.append(tokens_denied(identity.subject, now))
        stores.authority.advance(list(dict.fromkeys(changes)))

    @staticmethod
    def _warn(stores: Stores, provider: Provider, identity: Identity, now: float) -> None:
        call = Call(at=now, request_id="", peer="")
        stores.identities.save(replace(identity, warned_at=now))
        details = {"asleep_at": identity.last_checked_at + provider.living_seconds}
        stores.audit.add(_event("identity.warned", identity, SYSTEM, call, details))


def held_identities(stores: Stores, subject: str) -> Sequence[Identity]:
    """The user's identities, locked until the end: for whoever locks the user after that."""
    found = (
        stores.identities.find(each.provider, each.subject_key)
        for each in stores.identities.of(subject)
    )
    return [each for each in found if each is not None and each.subject == subject]


def _lapsed_in(stores: Stores, identity: Identity, call: Call) -> tuple[Identity, Sequence[Change]]:
    # Listed, for a single one would be locked: whoever comes here holds locks that come after it.
    known = {each.name: each for each in stores.providers.list()}
    provider = known.get(identity.provider)
    if provider is None or not has_lapsed(identity, provider, call.at):
        return identity, ()
    return lapse_in(stores, identity, call)


def _woken_in(stores: Stores, identity: Identity, call: Call) -> Sequence[Change]:
    if not _is_to_be_noted(identity, call.at):
        return ()
    awake = replace(identity, last_checked_at=call.at, asleep_since=None, warned_at=None)
    stores.identities.save(awake)
    if identity.asleep_since is None:
        return ()
    actor = Actor(ActorKind.USER, identity.subject)
    details = {"asleep_since": identity.asleep_since}
    stores.audit.add(_event("identity.awake", identity, actor, call, details))
    return [known_anew(identity.subject, call.at)]


def _notice(provider: Provider) -> float:
    return min(NOTICE_SECONDS, provider.living_seconds / 2)


def rests(identities: Sequence[Identity], living: Mapping[str, Provider]) -> bool:
    """Whether somebody with these identities sleeps; `living` are the enabled providers by name."""
    counting = [each for each in identities if each.provider in living]
    return bool(counting) and all(sleeps(each, living[each.provider]) for each in counting)


def sleeps(identity: Identity, provider: Provider) -> bool:
    """Whether nothing counts that comes by the identity until the next sign-in."""
    # Who was checked since is awake, and where nobody has to be checked any more, nobody sleeps.
    since = identity.asleep_since
    return bool(provider.living_seconds) and since is not None and identity.last_checked_at <= since


def _is_to_be_noted(identity: Identity, now: float) -> bool:
    is_marked = identity.asleep_since is not None or identity.warned_at is not None
    return is_marked or now >= identity.last_checked_at + CHECKED_SECONDS


def _event(
    action: str, identity: Identity, actor: Actor, call: Call, details: Mapping[str, object]
) -> AuditEvent:
    return AuditEvent(
        at=call.at,
        action=action,
        outcome=Outcome.SUCCESS,
        actor=actor,
        object_kind="identity",
        object_id=identity.subject,
        request_id=call.request_id,
        peer=call.peer,
        details={"provider": identity.provider, **details},
    )
