"""What reached the stand-in, in memory and as one line of JSON each."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Note:
    """One request as it came, and what the stand-in made of it.

    `line` is the request line, `header_lines` the header lines, each byte a character. `acted_on`
    is the path that a lenient Tomcat would act on, `operation` the catalogue's name of what is
    there, or empty. `smells` is what a gateway must have taken away. `status` 0: no answer yet.
    """

    line: str
    header_lines: tuple[str, ...]
    peer: str
    body_framing: str
    body_length: int
    body_sha256: str
    method: str
    target: str
    acted_on: str
    operation: str
    account: str
    status: int
    refused: str
    smells: tuple[str, ...]

    @property
    def headers(self) -> dict[str, str]:
        """Values by lower-case name; of a repeated header the last."""
        pairs = (line.partition(":") for line in self.header_lines)
        return {name.lower(): value.strip() for name, _, value in pairs}

    @classmethod
    def from_line(cls, line: str) -> Note:
        """Read a line of the file."""
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in json.loads(line).items()
        }
        return cls(**fields)


@dataclass(slots=True)
class Notes:
    """Complete before the answer to each request goes out. `file` may be nothing."""

    file: Path | None = None
    _taken: list[Note] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, note: Note) -> None:
        """Note one request."""
        with self._lock:
            self._taken.append(note)
            if self.file is not None:
                with self.file.open("a") as lines:
                    lines.write(json.dumps(asdict(note)) + "\n")

    def all(self) -> Sequence[Note]:
        """Every request, in order of arrival."""
        with self._lock:
            return tuple(self._taken)

    def since(self, count: int) -> Sequence[Note]:
        """Those after the first `count`."""
        return self.all()[count:]

    def smelly(self) -> Sequence[Note]:
        """Those that carried something that had to be taken away."""
        return [note for note in self.all() if note.smells]

    def forget(self) -> None:
        """Forget what is in memory; the file stays."""
        with self._lock:
            self._taken.clear()


def read_notes(file: Path) -> list[Note]:
    """The notes that a stand-in in another process has written so far."""
    return [Note.from_line(line) for line in file.read_text().splitlines()]
