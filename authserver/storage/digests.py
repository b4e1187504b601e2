"""Looking a presented secret up by its keyed digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, false, or_

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from authserver.domain.people_ports import Digests


def among(
    digests: Digests, digest: ColumnElement[bytes], pepper_id: ColumnElement[str]
) -> ColumnElement[bool]:
    """Whether the columns hold one of these pairs: a digest counts only under its own pepper."""
    pairs = (and_(pepper_id == pepper, digest == value) for pepper, value in digests)
    return or_(false(), *pairs)


def among_given(
    count: int, digest: ColumnElement[bytes], pepper_id: ColumnElement[str]
) -> ColumnElement[bool]:
    """The same for `count` pairs that come later, as the parameters `given`."""
    pairs = (
        and_(
            pepper_id == bindparam(f"own_pepper_{number}"),
            digest == bindparam(f"own_digest_{number}"),
        )
        for number in range(count)
    )
    return or_(false(), *pairs)


def given(digests: Digests) -> dict[str, str | bytes]:
    """The parameters of `among_given` for as many pairs."""
    values: dict[str, str | bytes] = {}
    for number, (pepper, value) in enumerate(digests):
        values[f"own_pepper_{number}"] = pepper
        values[f"own_digest_{number}"] = value
    return values
