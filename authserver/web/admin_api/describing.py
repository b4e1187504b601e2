"""`/openapi.json`: the API's own description, for whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from authserver.web.admin_api.endpoints import Answered, Endpoint

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid


class Document(BaseModel):
    """This description, in OpenAPI."""

    model_config = ConfigDict(extra="allow", frozen=True)

    openapi: str


def describe(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """The document. It holds no secret: anybody may read it."""
    return Answered(Document.model_validate(asked.document()))


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/openapi.json", "describeApi", "This document", "", describe),
        about="Needs no token.",
        answer=Document,
    ),
)
