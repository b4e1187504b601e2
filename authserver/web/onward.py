"""Where a person goes on to after a step: back to the dispatcher, or to a page of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from authserver.domain.redirect_uris import form_target_of
from authserver.web.return_targets import HOME, return_target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.services.authorization_requests import OpenRequest

DISPATCHER: Final = "/oauth2/authorize/continue"
_REQUEST: Final = re.compile(r"[A-Za-z0-9_-]{22}\Z")


@dataclass(frozen=True, slots=True)
class Onward:
    """What came as `request` or `next`; anything that we did not make counts as absent."""

    request_id: str
    next: str

    @classmethod
    def read(cls, values: Mapping[str, str]) -> Self:
        """From a query or a form."""
        request_id = values.get("request", "")
        return cls(
            request_id if _REQUEST.match(request_id) else "", return_target(values.get("next", ""))
        )

    @property
    def target(self) -> str:
        """Path and query, without the issuer's path."""
        return f"{DISPATCHER}?request={self.request_id}" if self.request_id else self.next

    @property
    def fields(self) -> dict[str, str]:
        """What a form carries so that its post knows as much."""
        if self.request_id:
            return {"request": self.request_id}
        return {"next": self.next} if self.next != HOME else {}


def form_targets(opened: OpenRequest | None) -> Sequence[str]:
    """Where the redirects after a form may lead: to the client, when its request is under way."""
    return () if opened is None else [form_target_of(opened.request.parameters.redirect_uri)]
