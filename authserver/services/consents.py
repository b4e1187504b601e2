"""Consents: asked for once, remembered, listed, and taken back with everything they gave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.access_details import stated
from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.consents import Consent
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.scopes import format_scope
from authserver.services.administrators import guard_other
from authserver.services.consent_questions import ScopeGroup, Site, site_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.access_details import AccessDetail
    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.grants import Grant
    from authserver.domain.ports import Stores
    from authserver.domain.resources import ProtectedResource
    from authserver.services.administration import Act, Administration
    from authserver.services.consent_questions import ConsentQuestion, ConsentQuestions
    from authserver.services.grants import Grants


@dataclass(frozen=True, slots=True)
class Allowed:
    """One line of what a user has allowed; times are seconds since the epoch.

    `last_used_at` is when the client last got a token for it, as far as its grants are still live.
    """

    client_id: str
    client_name: str
    publisher: str
    audience: str
    site: Site | None
    groups: tuple[ScopeGroup, ...]
    allowed_at: float
    last_used_at: float | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a user answered to a question, and when."""

    subject: str
    client_id: str
    audience: str
    scopes: frozenset[str]
    at: float
    call: Call | None
    details: tuple[AccessDetail, ...] | None = None

    def event(self, action: str, outcome: Outcome) -> AuditEvent:
        """The record of it."""
        return AuditEvent(
            at=self.at,
            action=action,
            outcome=outcome,
            actor=Actor(ActorKind.USER, self.subject),
            object_kind="consent",
            object_id=self.client_id,
            client_id=self.client_id,
            resource=self.audience,
            request_id="" if self.call is None else self.call.request_id,
            peer="" if self.call is None else self.call.peer,
            details={
                "scope": format_scope(self.scopes),
                **({} if self.details is None else {"limits": stated(self.details)}),
            },
        )


class Consents:
    """Use cases of what users have allowed."""

    def __init__(
        self,
        *,
        issuer: str,
        administration: Administration,
        grants: Grants,
        questions: ConsentQuestions,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._issuer = issuer
        self._administration = administration
        self._grants = grants
        self._questions = questions

    def question(
        self,
        client: Client,
        audience: str,
        resource: str,
        scopes: frozenset[str],
        remembered: Consent | None,
        *,
        has_session: bool = True,
        details: tuple[AccessDetail, ...] | None = None,
    ) -> ConsentQuestion:
        """What to ask a user; `resource` is the protected resource's name, or empty.

        `has_session` is False for a device: nothing of its grant ends with a session. `details` are
        the limits that the client asks for by itself.
        """
        del audience  # the same as `resource`, in the words of tokens
        with self._administration.database.reading() as stores:
            site = stores.resources.get(resource) if resource else None
        return self._questions.question(
            client, site, scopes, remembered, has_session=has_session, details=details
        )

    def remembered(self, subject: str, client_id: str, audience: str) -> Consent | None:
        """What the user has allowed this client there before."""
        with self._administration.database.reading() as stores:
            return stores.consents.get(subject, client_id, audience)

    def allow_in(  # noqa: PLR0917 - one contract for every page that asks
        self,
        stores: Stores,
        subject: str,
        client_id: str,
        audience: str,
        scopes: frozenset[str],
        now: float,
        *,
        call: Call | None = None,
        details: tuple[AccessDetail, ...] | None = None,
    ) -> None:
        """Remember that the user allows `scopes` there, beside what was allowed before; recorded.

        Inside the caller's transaction. `call` says where the answer came from. With `details` less
        was allowed than the scopes say: that is recorded, and the next request is asked about anew.
        """
        answered = Answered(subject, client_id, audience, scopes, now, call, details)
        stores.audit.add(answered.event("consent.given", Outcome.SUCCESS))
        if details is not None:
            return
        # Two answers of one user at a time would forget one another's scopes.
        stores.users.get(subject)
        before = stores.consents.get(subject, client_id, audience)
        stores.consents.put(
            Consent(
                subject=subject,
                client_id=client_id,
                audience=audience,
                scopes=scopes if before is None else scopes | before.scopes,
                created_at=now if before is None else before.created_at,
                updated_at=now,
            )
        )

    def deny_in(self, stores: Stores, answered: Answered) -> None:
        """Put on record that the user refused; inside the caller's transaction."""
        stores.audit.add(answered.event("consent.refused", Outcome.REFUSED))

    def list(self, subject: str) -> Sequence[Allowed]:
        """What a user has allowed, last allowed first."""
        now = self._administration.clock.now()
        with self._administration.database.reading() as stores:
            consents = stores.consents.list(subject)
            grants = stores.grants.list(GrantFilter(subject=subject), now)
            sites = {each.identifier: each for each in stores.resources.list()}
            consents = [*consents, *_not_remembered(grants, consents)]
            clients = {each.client_id: stores.clients.get(each.client_id) for each in consents}
        return [
            self._allowed(each, clients[each.client_id], sites.get(each.audience), grants)
            for each in sorted(consents, key=lambda each: -each.updated_at)
        ]

    def revoke(self, subject: str, client_id: str, audience: str, act: Act) -> bool:
        """Forget a consent and end what the client has by it; False when there was none.

        When this returns, no worker accepts a token that came of it any more.

        Raises:
            Forbidden: see `guard_other`.
            StorageUnavailable: nothing was changed.
        """
        now = self._administration.clock.now()
        call = act.call(now)
        with self._administration.changing([], takes_power=True) as stores:
            # A request that is being answered this moment holds the user, too.
            stores.users.get(subject)
            guard_other(stores, act, subject)
            removed = stores.consents.remove(subject, client_id, audience)
            wanted = GrantFilter(subject=subject, client_id=client_id)
            ended: list[str] = []
            for grant in stores.grants.list(wanted, now):
                if grant.audience == audience:
                    ended += self._grants.end_in(
                        stores,
                        GrantFilter(grant_id=grant.grant_id),
                        GrantEnd.REVOKED_BY_USER,
                        actor=act.actor,
                        call=call,
                        now=now,
                    )
            if removed:
                self._administration.record(
                    stores,
                    act,
                    "consent.revoked",
                    client_id,
                    {"subject": subject, "grants": len(ended)},
                    client_id=client_id,
                    resource=audience,
                )
        return bool(removed or ended)

    def _allowed(
        self,
        consent: Consent,
        client: Client | None,
        resource: ProtectedResource | None,
        grants: Sequence[Grant],
    ) -> Allowed:
        uses = [
            grant.last_used_at
            for grant in grants
            if grant.client_id == consent.client_id
            and grant.audience == consent.audience
            and grant.last_used_at is not None
        ]
        site = site_of(resource)
        if site is None and consent.audience != self._issuer:
            site = Site(consent.audience, consent.audience)  # it is not registered any more
        return Allowed(
            client_id=consent.client_id,
            client_name=consent.client_id if client is None else client.name,
            publisher="" if client is None else client.profile.publisher,
            audience=consent.audience,
            site=site,
            groups=self._questions.groups(consent.scopes),
            allowed_at=consent.updated_at,
            last_used_at=max(uses, default=None),
        )


def _not_remembered(grants: Sequence[Grant], consents: Sequence[Consent]) -> Sequence[Consent]:
    """What live grants came of that will be asked about again, as if it had been remembered."""
    known = {(each.client_id, each.audience) for each in consents}
    found: dict[tuple[str, str], Consent] = {}
    for grant in grants:
        key = (grant.client_id, grant.audience)
        if key not in known and grant.details is not None:
            before = found.get(key)
            found[key] = Consent(
                subject=grant.subject,
                client_id=grant.client_id,
                audience=grant.audience,
                scopes=grant.scopes if before is None else grant.scopes | before.scopes,
                created_at=grant.created_at,
                updated_at=max(grant.created_at, 0.0 if before is None else before.updated_at),
            )
    return list(found.values())
