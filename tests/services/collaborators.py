"""Stand-ins for what services ask of the outside; those that cost something count their calls."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.errors import Conflict, InvalidField, StorageUnavailable
from authserver.domain.identity_tokens import IdTokenHint, StatementType
from authserver.domain.keys import KeyState, SigningAlgorithm, SigningKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.audit import AuditEvent
    from authserver.domain.clients import Client
    from authserver.domain.credentials import VerifiedAssertion
    from authserver.domain.hand_over import SiteAssertion
    from authserver.domain.provider_assertions import ProviderAssertion
    from authserver.domain.tokens import AccessToken


class CountingDigester:
    """Keyed digests under two peppers; `calls` holds (purpose, value, pepper) of each."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, str]] = []
        self.made: list[bytes] = []

    @property
    def current_pepper(self) -> str:
        return "pepper-2"

    @property
    def peppers(self) -> Sequence[str]:
        return ("pepper-2", "pepper-1")

    def digest(self, purpose: str, value: str, pepper_id: str) -> bytes:
        self.calls.append((purpose, value, pepper_id))
        message = f"{purpose}\0{value}".encode("utf-8", "surrogatepass")
        self.made.append(hmac.digest(pepper_id.encode(), message, "sha256"))
        return self.made[-1]


IMPORTED: Final = "brought-from-elsewhere"
"""A secret that a client had elsewhere."""


def hash_of(password: str) -> bytes:
    """What the stand-in for bcrypt stores for `password`."""
    return b"$2b$12$" + hashlib.sha256(password.encode()).hexdigest()[:53].encode()


class CountingPasswords:
    """bcrypt without its cost; `compared` holds the hashes that were compared with something."""

    def __init__(self) -> None:
        self.compared: list[bytes] = []

    def hash(self, password: str) -> bytes:
        return hash_of(password)

    def matches(self, password: str, hashed: bytes) -> bool:
        self.compared.append(hashed)
        return hash_of(password) == hashed

    def matches_imported(self, secret: str, hashed: bytes) -> bool:
        self.compared.append(hashed)
        return hash_of(secret) == hashed

    def is_hash(self, hashed: bytes) -> bool:
        return hashed.startswith(b"$2b$") and len(hashed) == 60 and hashed.isascii()


class NumberedSecrets:
    """Secrets and identifiers that count up: readable in a failed test, never twice the same."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def secret(self, prefix: str) -> str:
        return f"asv_{prefix}_secret-number-{next(self._numbers):04}"

    def secret_from(self, prefix: str, material: bytes) -> str:
        return f"asv_{prefix}_{material.hex()}"

    def looks_like(self, prefix: str, value: str) -> bool:
        return value.startswith(f"asv_{prefix}_")

    def one_time_password(self) -> str:
        return f"one-time-{next(self._numbers)}"

    def identifier(self) -> str:
        return f"id-{next(self._numbers):019}"


class PlainKeyring:
    """A keyring that looks tokens up in `signed`, and reads only what its published keys signed.

    Keyrings of one installation share `signed`: a signature is valid wherever its key is known.
    """

    def __init__(
        self,
        keys: Iterable[SigningKey],
        signed: dict[str, AccessToken],
        assertions: dict[str, SiteAssertion] | None = None,
    ) -> None:
        self._assertions = {} if assertions is None else assertions
        published = [key for key in keys if key.state.is_published]
        self.kids = frozenset(key.kid for key in published)
        self._active = {key.algorithm: key.kid for key in published if key.state is KeyState.ACTIVE}
        self._signed = signed

    def sign(self, token: AccessToken, algorithm: SigningAlgorithm) -> str:
        kid = self._active.get(algorithm)
        if kid is None:
            raise StorageUnavailable(f"there is no active {algorithm} key")
        value = f"{algorithm}.{kid}.{token.token_id}"
        self._signed[value] = token
        return value

    def sign_assertion(self, assertion: SiteAssertion, algorithm: SigningAlgorithm) -> str:
        value = f"{algorithm}.{self._active[algorithm]}.{assertion.assertion_id}"
        self._assertions[value] = assertion
        return value

    def sign_provider_assertion(
        self, assertion: ProviderAssertion, algorithm: SigningAlgorithm
    ) -> str:
        return f"{algorithm}.{self._active[algorithm]}.{assertion.assertion_id}"

    def sign_statement(
        self, kind: StatementType, claims: Mapping[str, object], algorithm: SigningAlgorithm
    ) -> str:
        """The statement itself, readable: everything in it can be asserted."""
        kid = self._active.get(algorithm)
        if kid is None:
            raise StorageUnavailable(f"there is no active {algorithm} key")
        said = json.dumps({"typ": kind, "alg": algorithm, "claims": dict(claims)})
        return f"statement.{kid}.{base64.urlsafe_b64encode(said.encode()).decode()}"

    def read_id_token(self, value: str) -> IdTokenHint | None:
        kid = value.split(".")[1] if value.count(".") == 2 else ""
        if kid not in self.kids or not value.startswith("statement."):
            return None
        said = read_statement(value)
        if said["typ"] != StatementType.ID_TOKEN:
            return None
        claims = said["claims"]
        return IdTokenHint(
            claims["sub"], claims["aud"], claims.get("sid", ""), claims["iat"], claims
        )

    def read(self, token_value: str) -> AccessToken | None:
        kid = token_value.split(".")[1] if token_value.count(".") == 2 else ""
        return self._signed.get(token_value) if kid in self.kids else None

    def jwks(self) -> bytes:
        return json.dumps({"keys": sorted(self.kids)}).encode()

    def etag(self) -> str:
        return f'"{"-".join(sorted(self.kids))}"'


def read_statement(value: str) -> dict[str, Any]:
    """`typ`, `alg` and `claims` of a statement that a `PlainKeyring` signed."""
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(value.rpartition(".")[2]))
    return said


class ListedAssertions:
    """Assertions by their text: whom each claims to be, and what verification finds."""

    def __init__(self) -> None:
        self.claims: dict[str, str] = {}
        self.verified: dict[str, VerifiedAssertion] = {}
        self.kids: dict[str, str] = {}

    def claimed_client(self, assertion: str) -> str | None:
        return self.claims.get(assertion)

    def claimed_key(self, assertion: str) -> str | None:
        return self.kids.get(assertion)

    def verify(self, assertion: str, client: Client, now: float) -> VerifiedAssertion | None:
        found = self.verified.get(assertion)
        return found if found is not None and found.client_id == client.client_id else None


class MemoryJournal:
    """A journal in memory; `broken` makes it refuse."""

    def __init__(self) -> None:
        self.events: list[AuditEvent] = []
        self.broken = False

    def append(self, event: AuditEvent) -> None:
        if self.broken:
            raise StorageUnavailable("no space left on device")
        self.events.append(event)


class ListedPublicKeys:
    """Takes the keys of a JWK set as they are."""

    def normalise(self, jwks: object) -> tuple[Mapping[str, object], ...]:
        if isinstance(jwks, str | bytes):
            try:
                jwks = json.loads(jwks)
            except ValueError:
                jwks = None
        keys = jwks.get("keys") if isinstance(jwks, dict) else None
        if not isinstance(keys, list):
            raise InvalidField("jwks", "a JWK set: a JSON object whose member keys is a list")
        return tuple(keys)


class NumberedKeys:
    """Makes signing keys that are only names."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def make(self, algorithm: SigningAlgorithm, now: float) -> SigningKey:
        kid = f"{algorithm.lower()}-{next(self._numbers)}"
        return SigningKey(
            kid=kid,
            algorithm=algorithm,
            state=KeyState.NEXT,
            public_jwk={"kid": kid},
            sealed_private=b"1:private part of " + kid.encode(),
            created_at=now,
            activated_at=None,
            retired_at=None,
            ended_at=None,
        )


class ListedKeyFiles:
    """Key files that are only their names."""

    def __init__(self) -> None:
        self.names = ["kek-1.key"]

    def make(self) -> str:
        self.names.append(f"kek-{len(self.names) + 1}.key")
        return self.names[-1]


class PlainResealer:
    """Seals that are a number before the private part: that of the key file."""

    def __init__(self, key_files: ListedKeyFiles) -> None:
        self._key_files = key_files

    def key_file(self, key: SigningKey) -> str:
        return f"kek-{key.sealed_private.partition(b':')[0].decode()}.key"

    def reseal(self, key: SigningKey) -> SigningKey | None:
        before, newest = self.key_file(key), self._key_files.names[-1]
        if before not in self._key_files.names:
            raise Conflict(f"{before} is missing")
        if before == newest:
            return None
        number = newest.removeprefix("kek-").removesuffix(".key")
        private = key.sealed_private.partition(b":")[2]
        return replace(key, sealed_private=number.encode() + b":" + private)
