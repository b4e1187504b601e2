"""Reports of leaked secrets: stop at once what can be stopped, record all of it, tell nothing."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authserver.domain.api_tokens import OVER, ApiTokenStatus
from authserver.domain.audit import ActorKind, AuditEvent, Outcome
from authserver.domain.audit_text import visible
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import InvalidField
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.leaks import LeakKind, LeakOutcome
from authserver.domain.tokens import CLOCK_SKEW_SECONDS
from authserver.services.api_token_lookup import existing_token
from authserver.services.api_token_power import stopped_in
from authserver.services.token_mail_ends import cancel_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.leaks import FoundSecret, KnownSecret
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration
    from authserver.services.grants import Grants
    from authserver.services.leak_lookup import LeakLookup
    from authserver.services.leak_throttling import LeakThrottle

log = logging.getLogger(__name__)

MOST_FOUND: Final = 100
LONGEST_TEXT: Final = 200
REASON: Final = "leaked"
_SECRET_SHAPE: Final = re.compile(r"asv_[a-z]{1,8}_[A-Za-z0-9_-]+|eyJ[A-Za-z0-9_-]+\.[^\s/?&#]+")
_HIDDEN: Final = "…"


class LeakReports:
    """Whoever knows a secret may report it: nobody else can, and everybody should."""

    def __init__(
        self,
        *,
        administration: Administration,
        strangers: Administration,
        lookup: LeakLookup,
        throttle: LeakThrottle,
        grants: Grants,
    ) -> None:
        """`strangers` runs what they report, with places of its own to wait in.

        Else whoever has many tokens could report one after the other, and nobody could revoke.
        """
        self._administration = administration
        self._strangers = strangers
        self._lookup = lookup
        self._throttle = throttle
        self._grants = grants

    def report(self, found: Sequence[FoundSecret], act: Act) -> Sequence[LeakOutcome]:
        """What came of each string, in their order.

        API tokens are revoked, refresh tokens with their grants, access tokens denied, before this
        returns. Secrets of clients and sites and keys of gateways go on, for a site would stand
        still without them: they are recorded, and the log warns. An access token that is denied
        already is over, and nothing is done about it: not even a record.

        Raises:
            InvalidField: nothing was reported, or too much at once.
            Throttled: too many reports from this network stopped nothing.
            StorageUnavailable: nothing was stopped, or as many strangers as may report already.
        """
        if not 1 <= len(found) <= MOST_FOUND:
            raise InvalidField("body", f"1 to {MOST_FOUND} secrets")
        now = self._administration.clock.now()
        call = act.call(now)
        with self._administration.database.reading() as stores:
            if _is_a_strangers(act):
                self._throttle.check(stores, call)
            known = self._lookup.find_all(stores, [each.value for each in found])
            denied = _denied(stores, known)
        outcomes: dict[str, LeakOutcome] = {}
        to_do: dict[str, tuple[FoundSecret, KnownSecret]] = {}
        for each, secret in zip(found, known, strict=True):
            # However often it is named: it is one secret, and one record.
            if secret is None:
                outcomes[each.value] = LeakOutcome.UNKNOWN
            elif secret.kind is LeakKind.ACCESS_TOKEN and secret.identifier in denied:
                outcomes[each.value] = LeakOutcome.OVER
            else:
                to_do.setdefault(each.value, (each, secret))
        if not to_do:
            # Nobody has to wait for anybody.
            with self._administration.database.writing() as stores:
                self._count_useless(stores, act, now)
            return [outcomes[each.value] for each in found]
        runs = self._strangers if _is_a_strangers(act) else self._administration
        with runs.changing([], takes_power=True) as stores:
            _hold(stores, [secret for _, secret in to_do.values()])
            for each, secret in to_do.values():
                outcomes[each.value] = self._answered_in(stores, secret, each, act, now)
            if set(outcomes.values()) != {LeakOutcome.REVOKED}:
                self._count_useless(stores, act, now)
        return [outcomes[each.value] for each in found]

    def _answered_in(
        self, stores: Stores, secret: KnownSecret, found: FoundSecret, act: Act, now: float
    ) -> LeakOutcome:
        outcome = self._stopped_in(stores, secret, act, now)
        if outcome is LeakOutcome.ALERTED:
            log.warning(
                "leaked: the %s of %s was reported, replace it now", secret.kind, secret.identifier
            )
        stores.audit.add(
            AuditEvent(
                at=now,
                action="leak.reported",
                outcome=Outcome.SUCCESS,
                actor=act.actor,
                object_kind=str(secret.kind),
                object_id=secret.identifier,
                client_id=secret.client_id,
                resource=secret.resource,
                token_id=secret.identifier if secret.kind in _TOKENS else "",
                request_id=act.request_id,
                peer=act.peer,
                details={
                    "result": str(outcome),
                    "subject": secret.subject,
                    "owner": secret.owner,
                    "type": _shown(found.kind, found.value),
                    "source": _shown(found.source, found.value),
                    "url": _shown(_without_query(found.url), found.value),
                },
            )
        )
        return outcome

    def _stopped_in(self, stores: Stores, secret: KnownSecret, act: Act, now: float) -> LeakOutcome:
        match secret.kind:
            case LeakKind.API_TOKEN:
                return _api_token_stopped(stores, secret.identifier, act, now)
            case LeakKind.REFRESH_TOKEN:
                ended = self._grants.end_in(
                    stores,
                    GrantFilter(grant_id=secret.identifier),
                    GrantEnd.LEAKED,
                    actor=act.actor,
                    call=act.call(now),
                    now=now,
                )
                return LeakOutcome.REVOKED if ended else LeakOutcome.OVER
            case LeakKind.ACCESS_TOKEN:
                return _access_token_denied(stores, secret, act, now)
            case _:
                return LeakOutcome.ALERTED

    def _count_useless(self, stores: Stores, act: Act, now: float) -> None:
        """Strangers cannot fill the record: not with what they invent, nor with a dead secret.

        In each window it is written once, at the limit.
        """
        if _is_a_strangers(act) and self._throttle.count(stores, act.call(now)):
            stores.audit.add(
                AuditEvent(
                    at=now,
                    action="leak.throttled",
                    outcome=Outcome.REFUSED,
                    actor=act.actor,
                    object_kind="network",
                    request_id=act.request_id,
                    peer=act.peer,
                    reason="too many reports that stopped nothing",
                )
            )


_TOKENS: Final = frozenset({LeakKind.API_TOKEN, LeakKind.ACCESS_TOKEN})


def _is_a_strangers(act: Act) -> bool:
    """Whether it came from outside: operators look through all that was found."""
    return act.actor.kind is ActorKind.ANONYMOUS


def _denied(stores: Stores, known: Sequence[KnownSecret | None]) -> frozenset[str]:
    """Those of the access tokens, by id, that are denied each by itself."""
    asked = [
        (ChangeKind.TOKEN, each.identifier)
        for each in known
        if each is not None and each.kind is LeakKind.ACCESS_TOKEN
    ]
    return frozenset(each.value for each in stores.authority.is_denied(asked))


def _hold(stores: Stores, known: Sequence[KnownSecret]) -> None:
    """Lock all that may be stopped, in the order of `storage.transactions`.

    Else the second one would be waited for with the authority in hand: each end leads there. So
    the mail about each token, which is over after this in any case, is cancelled here.
    """
    tokens = sorted({each.identifier for each in known if each.kind is LeakKind.API_TOKEN})
    for token_id in tokens:
        stores.api_tokens.get(token_id)
    if tokens:
        cancel_all(stores, tokens)
    grants = {each.identifier for each in known if each.kind is LeakKind.REFRESH_TOKEN}
    for grant_id in sorted(grants):
        stores.grants.get(grant_id)


def _api_token_stopped(stores: Stores, token_id: str, act: Act, now: float) -> LeakOutcome:
    token = existing_token(stores, token_id)
    exposed = replace(token, exposed_at=now if token.exposed_at is None else token.exposed_at)
    if token.status_at(now) in OVER:
        stores.api_tokens.save(exposed)
        return LeakOutcome.OVER
    stopped_in(stores, exposed, ApiTokenStatus.REVOKED, act, at=now, reason=REASON)
    return LeakOutcome.REVOKED


def _access_token_denied(stores: Stores, secret: KnownSecret, act: Act, now: float) -> LeakOutcome:
    # Longer than the token lives by this clock: another node's may be behind.
    needed_until = secret.expires_at + CLOCK_SKEW_SECONDS
    if now >= needed_until or _denied(stores, [secret]):
        return LeakOutcome.OVER
    stores.authority.advance([Change(ChangeKind.TOKEN, secret.identifier, needed_until)])
    stores.audit.add(
        AuditEvent(
            at=now,
            action="token.revoked",
            outcome=Outcome.SUCCESS,
            actor=act.actor,
            object_kind="token",
            object_id=secret.identifier,
            client_id=secret.client_id,
            resource=secret.resource,
            token_id=secret.identifier,
            reason=REASON,
            request_id=act.request_id,
            peer=act.peer,
        )
    )
    return LeakOutcome.REVOKED


def _without_query(url: str) -> str:
    """Where a secret was found often has one in its query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts._replace(query="", fragment="", netloc=parts.netloc.rpartition("@")[2]).geturl()


def _shown(text: str, secret: str) -> str:
    """A stranger's text for the record: short, printable, and without any secret."""
    hidden = text.replace(secret, _HIDDEN) if secret else text
    return visible(_SECRET_SHAPE.sub(_HIDDEN, hidden), LONGEST_TEXT)
