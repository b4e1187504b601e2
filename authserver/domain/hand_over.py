"""The hand-over: how an allowed call is presented to the site, and as which account."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

CREDENTIAL_PURPOSE: Final = "service-credential"
"""Binds sealed credentials to their use; the context is the resource's name."""


ASSERTION_SECONDS: Final = 60
"""Life of an assertion: the call that it is for begins at once."""


class HandOverKind(StrEnum):
    """What stands in the place of the caller's credential.

    `SERVICE_CREDENTIAL`: one credential of the site's, the same for every caller.
    `IDENTITY_HEADER`: a header that names the mapped account, believed by a plugin of the site.
    `ASSERTION`: a JWT of ours for the mapped account, good for a minute, which a plugin verifies.
    """

    SERVICE_CREDENTIAL = "service-credential"
    IDENTITY_HEADER = "identity-header"
    ASSERTION = "assertion"

    @property
    def names_the_account(self) -> bool:
        """Whether the caller has to be mapped to an account of the site."""
        return self is not HandOverKind.SERVICE_CREDENTIAL


@dataclass(frozen=True, slots=True)
class HandOver:
    """How calls are handed over to one resource.

    `account` is whom a service credential belongs to, for the record; empty in the other kinds.
    `header` is the name of the identity header, else empty. `sealed` is the complete value of
    `Authorization` (`Bearer …` or `Basic …`), sealed under a key-encryption key, else empty.
    `changed_at` is seconds since the epoch.
    """

    resource: str
    kind: HandOverKind
    account: str
    header: str
    sealed: bytes = field(repr=False)
    changed_at: float


@dataclass(frozen=True, slots=True)
class SubjectAccount:
    """Which account of a site stands for a subject of ours there.

    `account` is a Jira user name in Data Center, an Atlassian account id in Cloud.
    """

    resource: str
    subject: str
    account: str
    changed_at: float


@dataclass(frozen=True, slots=True)
class SiteAssertion:
    """What a signed assertion says to a site: this call is `account`'s; times as in tokens.

    `assertion_id` is the id of the decision; `subject` and `client_id` are the caller as we know
    it.
    """

    account: str
    audience: str
    subject: str
    client_id: str
    assertion_id: str
    issued_at: int

    @property
    def expires_at(self) -> int:
        """When it is over (epoch seconds)."""
        return self.issued_at + ASSERTION_SECONDS
