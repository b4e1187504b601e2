"""Looking a presented secret up by its keyed digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, false, or_

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from authserver.domain.people_ports import Digests


def among(
    digests: Digests, digest: ColumnElement[bytes], pepper_id: ColumnElement[str]
) -> ColumnElement[bool]:
    """Whether the columns hold one of these pairs: a digest counts only under its own pepper."""
    pairs = (and_(pepper_id == pepper, digest == value) for pepper, value in digests)
    return or_(false(), *pairs)
