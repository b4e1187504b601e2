"""What people state of a new API token, who states it, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from authserver.domain.api_tokens import SubjectType
from authserver.domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.policy_calls import PolicyRefusal


@dataclass(frozen=True, slots=True)
class ApiTokenDraft:
    """A new token. Empty collections allow nothing, and are refused where that makes no sense.

    `user` is the user name or subject of whom a user's token speaks for, and of whom a service's
    belongs to. `client_id` names a service, or the application that uses a user's token.
    `operations` and `projects` limit it at each of its sites (`None`: no limit), `networks` are
    CIDR texts. `presentations` `None` means all that policy allows. `expires_in` is in seconds;
    `None` means 90 days, or less where policy asks for less.
    """

    user: str
    purpose: str
    scopes: Sequence[str]
    resources: Sequence[str]
    subject_type: SubjectType = SubjectType.USER
    client_id: str = ""
    name: str = ""
    team: str = ""
    ticket: str = ""
    operations: Sequence[str] | None = None
    projects: Sequence[str] | None = None
    networks: Sequence[str] | None = None
    presentations: Sequence[str] | None = None
    expires_in: float | None = None


class Delivery(StrEnum):
    """How the secret reaches whoever a token was made for by somebody else."""

    MAIL = "mail"
    LINK = "link"
    """As a link that whoever makes the token passes on: it opens for the owner alone."""


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes or changes a token, by subject; empty for an operator with a shell.

    At the administration's doors it is the caller's subject, a client's too: what that may do is
    then in the act.
    """

    subject: str = ""

    @property
    def is_operator(self) -> bool:
        """Whether it is somebody who administers the server itself."""
        return not self.subject


@dataclass(frozen=True, slots=True)
class MadeApiToken:
    """A new token. One of these at most: its secret, and a link by which the owner gets that."""

    token: ApiToken
    value: str = field(default="", repr=False)
    link: str = field(default="", repr=False)
    old_ends_at: float | None = None
    """Of the token that it takes the place of."""


class TokenRefused(DomainError):
    """A policy does not let somebody make or hold a token: the answer is 403, with its reason."""

    def __init__(self, refusal: PolicyRefusal) -> None:
        """Remember what refused."""
        super().__init__(f"{refusal.text} ({refusal.rule} of {refusal.document}); {refusal.change}")
        self.refusal = refusal
