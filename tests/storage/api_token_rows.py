"""API tokens put into a database, and looked for there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.api_tokens import ApiTokenFilter

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Database

DAY: Final = 86_400.0


def add(database: Database, *tokens: ApiToken) -> None:
    with database.writing() as stores:
        for each in tokens:
            stores.api_tokens.add(each)


def kept(database: Database, token_id: str = "t1") -> ApiToken | None:
    with database.reading() as stores:
        return stores.api_tokens.get(token_id)


def meant(database: Database, **asked: Any) -> list[str]:
    with database.reading() as stores:
        chosen = ApiTokenFilter(**asked)
        found = [each.token_id for each in stores.api_tokens.page(chosen)]
        assert stores.api_tokens.count(chosen) == len(found)
    return found
