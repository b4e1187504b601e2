"""What runs while its block lasts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


@dataclass(slots=True)
class Block(ABC):
    """Started when the block is entered; what `_stack` holds is stopped when it is left."""

    _stack: ExitStack = field(default_factory=ExitStack, init=False)

    @abstractmethod
    def start(self) -> Self:
        """Start everything; in `_stack` stands how to stop it, once all of it runs."""

    def stop(self) -> None:
        """Stop everything that it started."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
