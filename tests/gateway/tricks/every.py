"""All tricks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gateway.tricks.credentials import credential_tricks
from tests.gateway.tricks.framing import framing_tricks
from tests.gateway.tricks.headers import header_tricks
from tests.gateway.tricks.methods import method_tricks
from tests.gateway.tricks.pages import page_tricks
from tests.gateway.tricks.paths import path_tricks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.gateway.tricks.trick import Trick

FAMILIES: Mapping[str, Callable[[], Iterator[Trick]]] = {
    "paths": path_tricks,
    "methods": method_tricks,
    "credentials": credential_tricks,
    "headers": header_tricks,
    "framing": framing_tricks,
    "pages": page_tricks,
}
"""The tricks by what they bend."""
