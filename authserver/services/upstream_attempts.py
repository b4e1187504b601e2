"""Sign-ins under way at providers: begun for one browser, found again once, by that browser."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.sessions import BROWSER_PURPOSE, SESSION_PURPOSE
from authserver.domain.upstream_sign_ins import (
    ATTEMPT_SECONDS,
    STATE_PREFIX,
    STATE_PURPOSE,
    AttemptPurpose,
    SignInProblem,
    UpstreamAttempt,
)
from authserver.services.sessions import COOKIE_PREFIX
from authserver.services.sign_in_problems import SignInFailed

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.key_ports import SuccessorSealer
    from authserver.domain.ports import Database, SecretDigester, SecretMaker
    from authserver.domain.providers import Provider
    from authserver.domain.sessions import Session

COOKIE_PURPOSE: Final = "upstream session"
SEAL_CONTEXT: Final = "upstream attempt "
LONGEST_STATE: Final = 512


@dataclass(frozen=True, slots=True)
class Way:
    """Where the person goes on to: an authorization request, or a page of ours."""

    request_id: str
    next: str


@dataclass(frozen=True, slots=True)
class AttemptSecrets:
    """What only the browser that began may open. `session_id` is that of whoever links."""

    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    session_id: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of the provider; see `UpstreamAttempt` for `max_age` and `acrs`."""

    purpose: AttemptPurpose
    max_age: int | None
    acrs: tuple[str, ...]
    link: Session | None


@dataclass(frozen=True, slots=True)
class Begun:
    """A begun attempt at the one moment its `state` exists."""

    state: str = field(repr=False)
    secrets: AttemptSecrets


class UpstreamAttempts:
    """Keeps attempts by a digest of `state`, bound to a digest of the browser's cookie.

    The way on stands in `state` itself, behind the secret: a second click finds it there, when the
    attempt is spent. It is no secret, and what it leads to is asked again whose it is.
    """

    def __init__(
        self,
        *,
        database: Database,
        digester: SecretDigester,
        secret_maker: SecretMaker,
        sealer: SuccessorSealer,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._digester = digester
        self._secret_maker = secret_maker
        self._sealer = sealer

    def begin(self, provider: Provider, ask: Ask, *, browser: str, way: Way, call: Call) -> Begun:
        """Keep a new attempt of the browser with this cookie.

        Raises:
            StorageUnavailable: it could not be kept.
        """
        state = f"{self._secret_maker.secret(STATE_PREFIX)}.{_written(way)}"
        secrets = AttemptSecrets(
            nonce=self._secret_maker.identifier(),
            # A secret of ours has the length and the letters of a PKCE verifier.
            verifier=self._secret_maker.secret(STATE_PREFIX),
            session_id="" if ask.link is None else ask.link.session_id,
        )
        text = json.dumps([secrets.nonce, secrets.verifier, secrets.session_id])
        pepper_id = self._digester.current_pepper
        attempt = UpstreamAttempt(
            digest=self._digester.digest(STATE_PURPOSE, state, pepper_id),
            pepper_id=pepper_id,
            browser=self._digester.digest(BROWSER_PURPOSE, browser, pepper_id),
            browser_pepper_id=pepper_id,
            provider=provider.name,
            purpose=ask.purpose,
            sealed=self._sealer.seal(text, under=browser, context=SEAL_CONTEXT + provider.name),
            request_id=way.request_id,
            next=way.next,
            max_age=ask.max_age,
            acrs=ask.acrs,
            link_subject="" if ask.link is None else ask.link.subject,
            created_at=call.at,
            expires_at=call.at + ATTEMPT_SECONDS,
        )
        with self._database.writing() as stores:
            stores.upstream_sign_ins.add(attempt)
        return Begun(state, secrets)

    def spend(self, state: str, browser: str, now: float) -> UpstreamAttempt | None:
        """The attempt, once; `None`: there is none, or none any more.

        Raises:
            SignInFailed: STATE_UNKNOWN; it is another browser's, and spent all the same.
            StorageUnavailable: nobody can tell now.
        """
        if not self._is_state(state):
            return None
        digests = [
            (pepper_id, self._digester.digest(STATE_PURPOSE, state, pepper_id))
            for pepper_id in self._digester.peppers
        ]
        with self._database.writing() as stores:
            attempt = stores.upstream_sign_ins.spend(digests, now)
        if attempt is None:
            return None
        own = self._digester.digest(BROWSER_PURPOSE, browser, attempt.browser_pepper_id)
        if not hmac.compare_digest(own, attempt.browser):
            raise SignInFailed(SignInProblem.STATE_UNKNOWN, detail="begun in another browser")
        return attempt

    def secrets(self, attempt: UpstreamAttempt, browser: str) -> AttemptSecrets:
        """What was sealed for the browser. Raises SignInFailed."""
        context = SEAL_CONTEXT + attempt.provider
        text = self._sealer.open(attempt.sealed, under=browser, context=context)
        if text is None:
            raise SignInFailed(SignInProblem.STATE_UNKNOWN, detail="the seal does not open")
        nonce, verifier, session_id = json.loads(text)
        return AttemptSecrets(nonce, verifier, session_id)

    def cookie(self, state: str, browser: str) -> str:
        """The session cookie that this state, in this browser, leads to, and no other pair."""
        material = self._digester.digest(
            COOKIE_PURPOSE, f"{browser}\0{state}", self._digester.current_pepper
        )
        return self._secret_maker.secret_from(COOKIE_PREFIX, material)

    def way_of(self, state: str, browser: str, session: Session) -> Way | None:
        """Where a second click goes on to, in the session that the first one began.

        `None`: that is not how the browser's live session began.
        """
        if not self._is_state(state):
            return None
        began = self._digester.digest(
            SESSION_PURPOSE, self.cookie(state, browser), session.pepper_id
        )
        return (
            _read(state.partition(".")[2]) if hmac.compare_digest(began, session.digest) else None
        )

    def _is_state(self, state: str) -> bool:
        if len(state) > LONGEST_STATE or not state.isascii():
            return False
        return self._secret_maker.looks_like(STATE_PREFIX, state.partition(".")[0])


def _written(way: Way) -> str:
    text = json.dumps([way.request_id, way.next], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _read(text: str) -> Way | None:
    try:
        request_id, following = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return None
    return Way(request_id, following)
