"""What is found at an identity provider, in words for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from authserver.domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.provider_documents import ProviderMetadata


class Grade(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    """Something that will be missed, or could not be judged from here."""
    PROBLEM = "problem"
    """It does not work like this."""


class Step(StrEnum):
    """What was looked at."""

    METADATA = "metadata"
    KEYS = "keys"
    SIGN_IN = "sign-in request"
    CREDENTIAL = "credential"
    GROUPS = "groups"
    TOKENS = "tokens"
    LOGOUT = "logout"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class ProviderFinding:
    """One finding. `what` is a sentence for people, `fix` what to do about it (empty: nothing)."""

    step: Step
    grade: Grade
    what: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class ProviderCheck:
    """All findings about a provider; `metadata` and `jwks` as they were fetched, where they were.

    Without both nothing works, and a provider is not added.
    """

    findings: Sequence[ProviderFinding]
    metadata: ProviderMetadata | None = None
    jwks: Sequence[Mapping[str, object]] = ()

    @property
    def is_usable(self) -> bool:
        """Whether metadata and keys can be worked with."""
        return self.metadata is not None and bool(self.jwks)

    @property
    def problems(self) -> Sequence[ProviderFinding]:
        """What does not work."""
        return [each for each in self.findings if each.grade is Grade.PROBLEM]


class ProviderUnusable(DomainError):
    """A provider is not saved: what it answers cannot be worked with.

    `problems` are sentences for administrators, `hint` what to do about the first of them.
    """

    def __init__(self, check: ProviderCheck) -> None:
        """Remember what was found."""
        self.check = check
        self.problems = tuple(f"{each.step}: {each.what}" for each in check.problems)
        self.hint = next((each.fix for each in check.problems if each.fix), "")
        super().__init__("; ".join(self.problems))


def fine(step: Step, what: str) -> ProviderFinding:
    """Nothing to do."""
    return ProviderFinding(step, Grade.OK, what)


def doubtful(step: Step, what: str, fix: str) -> ProviderFinding:
    """Something that should be otherwise, or looked at."""
    return ProviderFinding(step, Grade.WARNING, what, fix)


def broken(step: Step, what: str, fix: str) -> ProviderFinding:
    """Something that must be otherwise."""
    return ProviderFinding(step, Grade.PROBLEM, what, fix)
