"""Protected resources: the Jira and Confluence sites that tokens are for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from authserver.domain.stored_secrets import StoredSecret


class ResourceKind(StrEnum):
    """Which product, hosted how, a protected resource is."""

    JIRA_DC = "jira-dc"
    JIRA_CLOUD = "jira-cloud"
    CONFLUENCE_DC = "confluence-dc"
    CONFLUENCE_CLOUD = "confluence-cloud"
    AUTHSERVER = "authserver"
    """This server's own administration API: one resource, made by the server, and no site."""


SITE_KINDS: Final = tuple(kind for kind in ResourceKind if kind is not ResourceKind.AUTHSERVER)
"""Kinds that are registered, stand behind gateways and have calls decided."""
ADMINISTRATION: Final = "administration"
"""Name of the one resource of kind `authserver`; no site may have it."""
ADMINISTRATION_PATH: Final = "/admin/api/v1"
"""Where it answers, below the issuer."""


class ResourceStatus(StrEnum):
    """Whether tokens for a resource are issued and honoured."""

    ENABLED = "enabled"
    DISABLED = "disabled"
    DELETED = "deleted"


class CredentialPurpose(StrEnum):
    """What a resource's own credential may be used for."""

    INTROSPECTION = "introspection"


@dataclass(frozen=True, slots=True)
class ResourceCredential:
    """A credential with which the Jira side speaks to this server."""

    purpose: CredentialPurpose
    secret: StoredSecret


@dataclass(frozen=True, slots=True)
class ProtectedResource:
    """A site: what the `aud` of a token names (RFC 8707, RFC 9068).

    `name` is the administrator's handle and the user name of the site's introspection
    credential; `identifier` is the absolute URI that clients send as `resource`; `url` is where
    the site answers, `context_path` what Data Center puts before `/rest` (empty or `/jira`).
    """

    name: str
    kind: ResourceKind
    identifier: str
    url: str
    context_path: str
    signing_algorithm: str
    status: ResourceStatus
    credentials: tuple[ResourceCredential, ...]
    created_at: float

    @property
    def is_site(self) -> bool:
        """Whether it is a site, and not this server's own administration API."""
        return self.kind is not ResourceKind.AUTHSERVER

    @property
    def base_path(self) -> str:
        """What stands before `/rest` in the paths of calls: empty, or like `/jira`."""
        return _path_of(self.url) + self.context_path

    def live_credentials(
        self, purpose: CredentialPurpose, now: float
    ) -> tuple[ResourceCredential, ...]:
        """The credentials of one purpose that are not expired at `now` (seconds)."""
        return tuple(
            credential
            for credential in self.credentials
            if credential.purpose is purpose  # type: ignore[redundant-expr]  # one only, today
            and credential.secret.is_live(now)
        )


@lru_cache(maxsize=1024)
def _path_of(url: str) -> str:
    return urlsplit(url).path.rstrip("/")
