"""What the core asks of those who read Connect JWTs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from authserver.domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.connect_keys import ConnectProblem


class ConnectRefused(DomainError):
    """A Connect JWT is not what it has to be; the text is for records."""

    def __init__(self, problem: ConnectProblem, detail: str = "") -> None:
        """Remember the reason and the name of what is to blame, never a word of the JWT."""
        super().__init__(f"{problem}: {detail}" if detail else str(problem))
        self.problem = problem
        self.detail = detail


@dataclass(frozen=True, slots=True)
class ConnectClaims:
    """What a verified Connect JWT says; nothing of it is judged yet.

    Times are seconds since the epoch, `not_before` 0 where it says none. `token_id`, `subject` and
    `audiences` are empty where it has none. `digest` is the SHA-256 of what was signed, in hex.
    """

    issuer: str
    issued_at: float
    expires_at: float
    not_before: float
    query_hash: str
    token_id: str
    subject: str
    audiences: tuple[str, ...]
    digest: str = field(repr=False)


class ClaimedJwt(Protocol):
    """A JWT of the right form that nobody has proven yet."""

    @property
    def issuer(self) -> str:
        """`iss` as somebody wrote it: it says whose key should prove the JWT, and no more."""
        ...


Claimed = TypeVar("Claimed", bound=ClaimedJwt)


class ConnectReader(Protocol[Claimed]):
    """Reads Connect JWTs strictly: algorithm, form and signature, not times nor meaning."""

    def claimed(self, value: str) -> Claimed:
        """A text, taken apart once.

        Raises:
            ConnectRefused: it is no such JWT.
        """
        ...

    def by_secrets(self, jwt: Claimed, secrets: Sequence[bytes]) -> ConnectClaims:
        """The claims of a JWT that one of `secrets` signed with HS256. Raises ConnectRefused."""
        ...

    def by_key_set(self, jwt: Claimed, jwks: str) -> ConnectClaims:
        """The claims of a JWT that a key of `jwks` signed with RS256. Raises ConnectRefused."""
        ...


class ConnectKeySets(Protocol):
    """Checks key sets that administrators register."""

    def normalise(self, document: str) -> str:
        """The set as JSON text, public RSA keys for RS256 only.

        Raises:
            InvalidField: names the member (`jwks.keys[0].kty`) and what is allowed.
        """
        ...
