"""Logout tokens that identity providers send us (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.errors import ProtocolRefusal
from authserver.domain.external_tokens import LOGOUT_TOKEN_TYPES
from authserver.domain.providers import SubjectRule
from authserver.domain.subject_keys import SubjectClaimUnusable, id_token_key
from authserver.domain.upstream_ports import ForeignTokenRefused, UpstreamFailure
from authserver.services.id_token_rules import LATEST_TIME, expected_issuer
from authserver.services.logout_deliveries import EVENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.calls import Call
    from authserver.domain.identities import UpstreamSession
    from authserver.domain.ports import Stores
    from authserver.domain.providers import Provider
    from authserver.domain.upstream_ports import ForeignTokenReader
    from authserver.services.administration import Administration
    from authserver.services.provider_documents import ProviderDocuments
    from authserver.services.session_ends import SessionEnds

OLDEST_SECONDS: Final = 300.0
"""How old a logout token may be."""
SKEW_SECONDS: Final = 60.0
KEYS_SECONDS: Final = 5.0
TEXT_CHARACTERS_MAX: Final = 255
"""Of `jti` and `sid`."""


class UpstreamLogouts:
    """Ends the sessions that a provider says are over, once it has proved to be the provider.

    The checks are those of section 2.6.
    """

    def __init__(
        self,
        *,
        administration: Administration,
        documents: ProviderDocuments,
        reader: ForeignTokenReader,
        ends: SessionEnds,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._documents = documents
        self._reader = reader
        self._ends = ends

    def receive(self, provider_name: str, logout_token: str, call: Call) -> int:
        """End what the token names; how many sessions that were.

        `sid` names sessions, else `sub` all sessions of that person through the provider. None at
        all is no mistake: they may be over already.

        Raises:
            ProtocolRefusal: `invalid_request`, in one text for every cause: there is no such
                provider, or the token does not count, or it came before.
            StorageUnavailable: nothing was ended; the same token counts when it comes again.
        """
        with self._administration.database.reading() as stores:
            provider = stores.providers.get(provider_name)
        if provider is None or not provider.is_enabled:
            _refuse("no such provider, or it is stopped")
        claims = self._verified(provider, logout_token)
        _check(provider, claims, call.at)
        jti, sid = _text(claims, "jti"), _sid(claims)
        key = _subject_key(provider, claims, needed=sid is None)
        with self._administration.database.reading() as stores:
            ends_any = bool(_meant(stores, provider, sid, key))
        actor = Actor(ActorKind.SYSTEM, f"provider:{provider.name}")
        with self._administration.changing([], takes_power=ends_any) as stores:
            # Longer than the token is accepted, whatever clock made it.
            forget_at = call.at + OLDEST_SECONDS + 2 * SKEW_SECONDS
            if not stores.upstream_sign_ins.spend_logout(provider.name, jti, forget_at):
                _refuse("jti came before")
            begun = {each.session_id: each.subject for each in _meant(stores, provider, sid, key)}
            details = {"upstream": provider.name}
            return len(self._ends.end_these_in(stores, actor, call, begun, details))

    def _verified(self, provider: Provider, logout_token: str) -> Mapping[str, object]:
        try:
            peeked = self._reader.peek(logout_token)
            issuer = expected_issuer(provider, peeked.issuer)
            keys = self._documents.keys(provider, peeked.key_id, seconds=KEYS_SECONDS)
            return self._reader.verify(
                logout_token, keys, provider.algorithms, issuer=issuer, types=LOGOUT_TOKEN_TYPES
            )
        except (ForeignTokenRefused, UpstreamFailure) as failure:
            refusal = _refusal(str(failure))
        raise refusal


def _meant(
    stores: Stores, provider: Provider, sid: str | None, key: str | None
) -> Sequence[UpstreamSession]:
    return stores.upstream_sign_ins.sessions(provider.name, upstream_sid=sid, subject_key=key)


def _check(provider: Provider, claims: Mapping[str, object], now: float) -> None:
    """Everything but who is meant."""
    if claims.get("aud") not in (provider.client_id, [provider.client_id]):
        _refuse("aud is not our client id alone")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        _refuse("events does not hold the logout event")
    if "nonce" in claims:
        _refuse("nonce: an ID token has one")
    age = now - _time(claims, "iat")
    if not -SKEW_SECONDS <= age <= OLDEST_SECONDS:
        _refuse("iat is too long ago, or in the future")
    if "exp" in claims and now >= _time(claims, "exp") + SKEW_SECONDS:
        _refuse("exp is over")
    if "nbf" in claims and now < _time(claims, "nbf") - SKEW_SECONDS:
        _refuse("nbf is in the future")


def _time(claims: Mapping[str, object], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(f"{name} is missing or no time")
    # Nor anything that is too large to be computed with, or not a number at all.
    if not 0 <= value <= LATEST_TIME:
        _refuse(f"{name} is no time")
    return value


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_CHARACTERS_MAX:
        _refuse(f"{name} is missing or unusable")
    return value


def _sid(claims: Mapping[str, object]) -> str | None:
    # An empty one would mean every session of which the provider never said a `sid`.
    return _text(claims, "sid") if "sid" in claims else None


def _subject_key(provider: Provider, claims: Mapping[str, object], *, needed: bool) -> str | None:
    """Whom the token names; `None` where `sid` says enough and nobody is named besides."""
    if not needed and ("sub" not in claims or provider.subject_rule is SubjectRule.ENTRA_OBJECT):
        # Entra ID names people by claims that it sends in ID tokens only.
        return None
    try:
        return id_token_key(provider, claims)
    except SubjectClaimUnusable as unusable:
        refusal = _refusal(str(unusable))
    raise refusal


def _refusal(detail: str) -> ProtocolRefusal:
    return ProtocolRefusal("invalid_request", "the logout token does not count here", detail=detail)


def _refuse(detail: str) -> NoReturn:
    raise _refusal(detail)
