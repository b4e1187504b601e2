"""Answers of the authorization endpoint: what the browser takes back to the client."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote, urlencode

from authserver.domain.authorization_profiles import ResponseMode
from authserver.domain.errors import ProtocolRefusal

if TYPE_CHECKING:
    from authserver.domain.authorization_requests import AuthorizationParameters

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class AuthorizationAnswer:
    """Parameters for one redirect URI; they hold a code, or an error with its description."""

    redirect_uri: str
    response_mode: ResponseMode
    parameters: tuple[tuple[str, str], ...] = field(repr=False)

    @property
    def location(self) -> str:
        """The redirect URI with the parameters in its query, behind what is there already."""
        joint = "?"
        if "?" in self.redirect_uri:
            joint = "" if self.redirect_uri.endswith(("?", "&")) else "&"
        # Blanks as %20, which every decoder reads alike; a plus sign not.
        return self.redirect_uri + joint + urlencode(self.parameters, quote_via=quote, safe="")

    def to_text(self) -> str:
        """One text that `from_text` reads."""
        return json.dumps([_VERSION, self.redirect_uri, self.response_mode, self.parameters])

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote."""
        version, redirect_uri, response_mode, parameters = json.loads(text)
        if version != _VERSION:
            raise ValueError("an answer of another version")
        pairs = tuple((str(name), str(value)) for name, value in parameters)
        return cls(redirect_uri, ResponseMode(response_mode), pairs)


@dataclass(frozen=True, slots=True)
class AnswerTarget:
    """Where the answer goes: a redirect URI of the client, checked; `state` as it was sent."""

    client_id: str
    redirect_uri: str
    response_mode: ResponseMode
    state: str | None = field(repr=False)
    issuer: str

    def with_code(self, code: str) -> AuthorizationAnswer:
        """The successful answer (RFC 6749 section 4.1.2, RFC 9207)."""
        return self._with((("code", code),))

    def with_error(self, error: str, description: str) -> AuthorizationAnswer:
        """The answer that something is refused (RFC 6749 section 4.1.2.1, RFC 9207)."""
        return self._with((("error", error), ("error_description", description)))

    def _with(self, said: tuple[tuple[str, str], ...]) -> AuthorizationAnswer:
        state = () if self.state is None else (("state", self.state),)
        iss = (("iss", self.issuer),)
        return AuthorizationAnswer(self.redirect_uri, self.response_mode, (*said, *state, *iss))


def target_of(parameters: AuthorizationParameters, issuer: str) -> AnswerTarget:
    """Where the answer to a request that was accepted goes."""
    return AnswerTarget(
        parameters.client_id,
        parameters.redirect_uri,
        parameters.response_mode,
        parameters.state,
        issuer,
    )


class UnredirectedRefusal(ProtocolRefusal):
    """Nobody can be told but the person at the browser: client or redirect URI are not sure.

    `description` is for developers, and shown on the page.
    """


class RedirectedRefusal(ProtocolRefusal):
    """A refusal that the client is told at its redirect URI."""

    def __init__(
        self, error: str, description: str, target: AnswerTarget, *, detail: str = ""
    ) -> None:
        """Remember where the answer goes."""
        super().__init__(error, description, detail=detail)
        self.target = target

    @property
    def answer(self) -> AuthorizationAnswer:
        """The answer that says it."""
        return self.target.with_error(self.error, self.description)
