"""Whom the verdict on tokens asks: about tokens that are no access tokens of ours, and people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiTokenAccess, Presentation
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.tokens import AccessToken
    from authserver.services.introspection import UnfitToken
    from authserver.services.people_view import Person


class ForeignTokens(Protocol):
    """Judges tokens that we did not issue."""

    def judge(
        self, token_value: str, resource: ProtectedResource, now: float
    ) -> AccessToken | UnfitToken:
        """What one is worth at `resource`, or why nothing. Raises StorageUnavailable."""
        ...


class ApiTokens(Protocol):
    """Judges API tokens."""

    def judge(
        self,
        token_value: str,
        resource: ProtectedResource,
        now: float,
        *,
        presentation: Presentation | None,
        username: str | None = None,
    ) -> ApiTokenAccess | UnfitToken:
        """What one may do at `resource`, or why nothing. Raises StorageUnavailable."""
        ...

    def note_use(
        self, access: ApiTokenAccess, at: float, *, network: str = "", agent: str = ""
    ) -> None:
        """Remember that one was used."""
        ...


class People(Protocol):
    """Knows users. Only to be asked after `AuthorityView.ensure_fresh`."""

    def person(self, subject: str) -> Person | None:
        """By subject; `None` for nobody. Raises StorageUnavailable."""
        ...
