"""A proof becomes a session, or a link: everything checked, then everything changed, at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.identities import ID_TOKEN_PURPOSE, UpstreamSession
from authserver.domain.providers import LogoutRule
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.services.arrival_checks import check_not_unlinked, current_provider
from authserver.services.federated_users import refusal_to_create
from authserver.services.group_verdicts import sign_in_problem, verdict
from authserver.services.living import held_identities
from authserver.services.security_notices import SILENT, SecurityNotices
from authserver.services.sessions import hold_users
from authserver.services.user_lookup import known_anew

if TYPE_CHECKING:
    from authserver.domain.authority import Change
    from authserver.domain.calls import Call
    from authserver.domain.identities import Identity
    from authserver.domain.key_ports import SecretSealer
    from authserver.domain.ports import Stores
    from authserver.domain.providers import Provider
    from authserver.domain.sessions import Session
    from authserver.domain.upstream_sign_ins import UpstreamAttempt
    from authserver.domain.users import User
    from authserver.services.administration import Administration
    from authserver.services.federated_users import FederatedUsers
    from authserver.services.group_effects import Arrived, GroupEffects
    from authserver.services.sessions import Sessions, StartedSession
    from authserver.services.upstream_proof import Proof

LINK_PROOF_SECONDS: Final = 300.0
"""How long ago a user may have signed in here before linking begins."""
HINT_CHARACTERS_MAX: Final = 6000
"""A longer ID token fits into no address, and is not kept."""


@dataclass(frozen=True, slots=True)
class Landing:
    """The browser in which somebody arrives; `previous` is its session until now."""

    previous: Session | None
    cookie: str
    call: Call
    user_agent: str
    known_browsers: str = ""


class FederatedArrivals:
    """Signs in, or links, whoever a proof is about.

    Locks come in one order everywhere: provider, identities, user. So whoever stops one of them
    waits for the session that begins here and ends it, or this waits and finds it stopped.
    """

    def __init__(
        self,
        *,
        administration: Administration,
        sessions: Sessions,
        users: FederatedUsers,
        effects: GroupEffects,
        sealer: SecretSealer,
        notices: SecurityNotices = SILENT,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._sessions = sessions
        self._users = users
        self._effects = effects
        self._sealer = sealer
        self._notices = notices

    def sign_in(
        self, provider: Provider, attempt: UpstreamAttempt, proof: Proof, landing: Landing
    ) -> StartedSession:
        """Begin a session of the user that this is, or becomes.

        Raises:
            UpstreamFailure: nobody may sign in so; nothing was changed.
            StorageUnavailable: nobody was signed in.
        """
        previous, subject = landing.previous, self._subject(provider, proof)
        takes_power = previous is not None and previous.subject != subject
        self._take_from_the_denied(provider, proof, subject, landing.call)
        told: list[Change] = []
        moves = False
        with self._administration.changing(told, takes_power=takes_power) as stores:
            current = current_provider(stores, provider, proof)
            # All of the user's, in the order of everybody who locks several: then this one.
            held_identities(stores, subject)
            identity = stores.identities.find(current.name, proof.person.subject_key)
            hold_users(stores, "" if identity is None else identity.subject, previous)
            user = None if identity is None else self._user_of(stores, identity)
            self._check_groups(stores, current, proof)
            is_new = user is None
            if identity is None or user is None:
                check_not_unlinked(stores, current, attempt, proof)
                problem = refusal_to_create(current, proof.person, proof.snapshot)
                if problem is not None:
                    raise UpstreamFailure(problem, "the provider's rules make no user of this one")
                user, identity = self._users.create_in(stores, current, proof.person, landing.call)
            else:
                before = user
                user = self._users.refresh_in(stores, user, identity, proof.person, landing.call)
                # Policies ask for e-mail domains, and Basic for the address.
                if user is not before:
                    told.append(known_anew(user.subject, landing.call.at))
                    moves = user.data.email != before.data.email
                self._notices.signed_in_in(
                    stores,
                    user,
                    landing.call,
                    landing.user_agent,
                    previous=landing.previous,
                    known_browsers=landing.known_browsers,
                )
            started = self._sessions.begin(
                stores,
                user,
                acr=proof.acr,
                amr=proof.person.amr,
                previous=previous,
                call=landing.call,
                user_agent=landing.user_agent,
                cookie=landing.cookie,
                auth_time=proof.auth_time,
                provider=current.name,
            )
            self._note_session(stores, current, identity, started.session, proof)
            arrived = self._arrive(stores, current, identity, proof, landing.call)
        # Nobody remembers a new user.
        if moves or (arrived.joins_named and not is_new):
            self._administration.let_workers_see()
        self._wait_out(arrived)
        return started

    def link(
        self,
        provider: Provider,
        attempt: UpstreamAttempt,
        proof: Proof,
        session: Session,
        call: Call,
    ) -> Identity:
        """Connect the identity to the user who began this, in the session in which it began.

        Raises:
            UpstreamFailure: it is not linked; nothing was changed.
            StorageUnavailable: nothing was changed.
        """
        with self._administration.changing([], takes_power=False) as stores:
            current = current_provider(stores, provider, proof)
            own = held_identities(stores, attempt.link_subject)
            identity = stores.identities.find(current.name, proof.person.subject_key)
            user = stores.users.get(attempt.link_subject)
            live = stores.sessions.get(session.session_id)
            if user is None or not user.is_enabled:
                raise UpstreamFailure(SignInProblem.ACCOUNT_STOPPED, "the user is stopped")
            if not current.is_linkable:
                raise UpstreamFailure(SignInProblem.PROVIDER_STOPPED, "users may not connect it")
            if live is None or not live.is_live(call.at) or live.subject != user.subject:
                raise UpstreamFailure(SignInProblem.LINK_NOT_PROVED, "the session is over")
            if not is_proved(live, attempt.created_at):
                raise UpstreamFailure(SignInProblem.LINK_NOT_PROVED, "the sign-in is too old")
            if identity is not None and identity.subject != user.subject:
                raise UpstreamFailure(SignInProblem.LINKED_TO_OTHER, "it is another user's")
            if identity is None and current.name in {each.provider for each in own}:
                raise UpstreamFailure(SignInProblem.ALREADY_CONNECTED, "as somebody else there")
            self._check_groups(stores, current, proof)
            if identity is None:
                identity = self._users.link_in(stores, current, proof.person, user.subject, call)
            arrived = self._arrive(stores, current, identity, proof, call)
        if arrived.joins_named:
            self._administration.let_workers_see()
        self._wait_out(arrived)
        return arrived.identity

    def _take_from_the_denied(
        self, provider: Provider, proof: Proof, subject: str, call: Call
    ) -> None:
        """Take from somebody whom the groups keep out what the groups of the last sign-in gave.

        In a transaction of its own, which stays though the sign-in is refused. Others go on.
        """
        with self._administration.database.reading() as stores:
            rules = stores.providers.rules(provider.name)
        if sign_in_problem(rules, proof.snapshot) is None:
            return
        with self._administration.changing([], takes_power=True) as stores:
            current = current_provider(stores, provider, proof)
            held_identities(stores, subject)
            identity = stores.identities.find(current.name, proof.person.subject_key)
            if identity is None:
                return
            self._user_of(stores, identity)
            if sign_in_problem(stores.providers.rules(provider.name), proof.snapshot) is not None:
                self._judge(stores, current, identity, proof, call)

    def _subject(self, provider: Provider, proof: Proof) -> str:
        """Who this will be, as far as can be known before anything is locked."""
        with self._administration.database.reading() as stores:
            found = stores.identities.find(provider.name, proof.person.subject_key)
        return "" if found is None else found.subject

    @staticmethod
    def _user_of(stores: Stores, identity: Identity) -> User:
        held_identities(stores, identity.subject)
        user = stores.users.get(identity.subject)
        if user is None or not user.is_enabled:
            raise UpstreamFailure(SignInProblem.ACCOUNT_STOPPED, "the user is stopped")
        return user

    @staticmethod
    def _check_groups(stores: Stores, provider: Provider, proof: Proof) -> None:
        problem = sign_in_problem(stores.providers.rules(provider.name), proof.snapshot)
        if problem is not None:
            detail = proof.snapshot.detail or "a rule denies one of the groups"
            raise UpstreamFailure(problem, detail)

    def _wait_out(self, arrived: Arrived) -> None:
        """The tokens of whoever lost something are denied; those of this sign-in must count."""
        if arrived.lost_at is not None:
            self._administration.let_later_tokens_count(arrived.lost_at)

    def _arrive(
        self, stores: Stores, provider: Provider, identity: Identity, proof: Proof, call: Call
    ) -> Arrived:
        """Note the sign-in, and let the groups take effect: the last of all."""
        seen = replace(
            identity,
            shown=proof.person.shown,
            last_sign_in_at=call.at,
            last_checked_at=call.at,
            asleep_since=None,
            warned_at=None,
        )
        return self._judge(stores, provider, seen, proof, call)

    def _judge(
        self, stores: Stores, provider: Provider, identity: Identity, proof: Proof, call: Call
    ) -> Arrived:
        rules = stores.providers.rules(provider.name)
        judged = verdict(rules, proof.snapshot, call.at)
        # The calls to the provider took a while, in which tokens were issued, perhaps.
        now = self._administration.clock.now()
        return self._effects.arrive_in(
            stores, provider, identity, proof.snapshot, judged, replace(call, at=now)
        )

    def _note_session(
        self,
        stores: Stores,
        provider: Provider,
        identity: Identity,
        session: Session,
        proof: Proof,
    ) -> None:
        """Keep what the end of the session there needs, or the end of ours."""
        sealed = b""
        # Whole for the one rule; of the other's, the hint for signing out stands in it.
        wanted = provider.logout in (LogoutRule.ID_TOKEN_HINT, LogoutRule.LOGOUT_HINT)
        if wanted and len(proof.id_token) <= HINT_CHARACTERS_MAX:
            sealed = self._sealer.seal(
                proof.id_token.encode("ascii"),
                purpose=ID_TOKEN_PURPOSE,
                context=session.session_id,
            )
        stores.upstream_sign_ins.put_session(
            UpstreamSession(
                session_id=session.session_id,
                provider=provider.name,
                subject_key=identity.subject_key,
                subject=identity.subject,
                upstream_sid=proof.person.upstream_sid,
                sealed_id_token=sealed,
                created_at=session.created_at,
                expires_at=session.expires_at,
            )
        )


def is_proved(session: Session, at: float) -> bool:
    """Whether the user of a session proved to be the user short enough before `at`."""
    return at - session.auth_time <= LINK_PROOF_SECONDS
