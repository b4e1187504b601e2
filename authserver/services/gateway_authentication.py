"""Authentication of gateways, which ask for a decision: by their key alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.services.secret_digests import digests_of
from authserver.services.throttling import Attempt, PrincipalKind

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.errors import InvalidClient
    from authserver.domain.gateways import Gateway, KeyDigests
    from authserver.domain.ports import SecretDigester
    from authserver.domain.resources import ProtectedResource
    from authserver.services.directory import Directory
    from authserver.services.failed_authentications import FailedAuthentications
    from authserver.services.throttling import Throttle
    from authserver.services.usage import LastUses

GATEWAY_KEY = "gateway"
"""The purpose of a digest."""
_MOST_KEYS: Final = 1024
"""Right keys whose digests a worker keeps: two for each of many gateways."""


@dataclass(frozen=True, slots=True)
class AuthenticatedGateway:
    """A gateway that has proved itself, and the site it stands in front of."""

    gateway: Gateway
    resource: ProtectedResource


class GatewayAuthentication:
    """Authenticates gateways, once for each call to a site: nothing here may cost much."""

    def __init__(
        self,
        *,
        directory: Directory,
        digester: SecretDigester,
        throttle: Throttle,
        failures: FailedAuthentications,
        uses: LastUses,
    ) -> None:
        """Take the collaborators; know no key yet."""
        self._view = directory.view
        self._gateways = directory.gateways
        self._resources = directory.resources
        self._digester = digester
        self._throttle = throttle
        self._failures = failures
        self._uses = uses
        self._digests: dict[bytes, KeyDigests] = {}
        """Of right keys, by their SHA-256: never by themselves."""

    def authenticate(self, key_value: str, call: Call) -> AuthenticatedGateway:
        """The gateway whose live key this is, with its resource, be that enabled or not.

        A right key passes though others in the same network fail too often.

        Raises:
            InvalidClient: it is nobody's key, or its gateway has no resource.
            Throttled: it is nobody's key, and there were too many of those from its network.
            StorageUnavailable: the database is needed and does not answer.
        """
        self._view.ensure_fresh()
        fingerprint = hashlib.sha256(key_value.encode("utf-8", "surrogatepass")).digest()
        remembered = self._digests.get(fingerprint)
        # Under every pepper, so that each key that nobody has shown yet costs the same.
        digests = remembered or digests_of(self._digester, GATEWAY_KEY, key_value)
        found = self._gateways.known(digests)
        if found is None or not found.key.is_live(call.at):
            # What memory holds may be older than a key made a moment ago on another node.
            found = self._gateways.read(digests)
            if found is None:
                raise self._refused(call, "no gateway has this key")
            if not found.key.is_live(call.at):
                raise self._refused(call, f"the key of gateway {found.gateway.name} has expired")
        resource = self._resources.get(found.gateway.resource)
        if resource is None:
            raise self._refused(call, f"gateway {found.gateway.name} has no resource")
        if remembered is None:
            if len(self._digests) >= _MOST_KEYS:
                self._digests.clear()
            self._digests[fingerprint] = digests
        self._uses.note_gateway_key(found.key.secret_id, call.at)
        return AuthenticatedGateway(found.gateway, resource)

    def _refused(self, call: Call, detail: str) -> InvalidClient:
        # Wrong keys name nobody, so they are counted for their network alone.
        attempt = Attempt(PrincipalKind.GATEWAY, "", call)
        self._throttle.check_caller(attempt)
        return self._failures.refusal(attempt, detail, known=False)
