"""Files of configuration and of the secrets that they refer to."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authserver.domain.declarations import DeclaredFile
from authserver.domain.errors import InvalidField
from authserver.services.declaration_reading import LARGEST_FILE
from authserver.services.provider_fields import LONGEST_SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STDIN: Final = "-"
POLICIES: Final = "policies"
SUFFIX: Final = ".toml"
_LINE_END: Final = 2


def read_configuration(places: Sequence[str]) -> list[DeclaredFile]:
    """Every file that is named, and those in the folders that are.

    In a folder they end in `.toml`; `policies/NAME.toml` in it are policy documents. What begins
    with a full stop is left out.

    Raises:
        InvalidField: nothing is there, it cannot be read, or it is no text.
    """
    found: list[DeclaredFile] = []
    for place in places:
        path = Path(place)
        if place == STDIN:
            found.append(DeclaredFile(STDIN, _text(STDIN, sys.stdin.buffer.read(LARGEST_FILE + 1))))
        elif path.is_dir():
            found += _in_folder(path)
        else:
            found.append(_file(path, ""))
    return found


def _in_folder(folder: Path) -> list[DeclaredFile]:
    paths = sorted(_paths_in(folder))
    if not paths:
        # Rather than nothing, which --prune would take at its word.
        raise InvalidField("-f", f"a file, or a folder with files that end in {SUFFIX}: {folder}")
    return [_file(path, path.stem if path.parent == folder / POLICIES else "") for path in paths]


def _paths_in(folder: Path) -> Iterator[Path]:
    """The files in a folder; whatever of it cannot be read is refused, for the same reason."""
    for place, folders, names in os.walk(folder, onerror=_refuse):
        here = Path(place)
        folders[:] = [each for each in folders if not each.startswith(".")]
        for each in folders:
            if (here / each).is_symlink():
                raise InvalidField("-f", f"folders, and no links to any: {here / each} is one")
        for name in names:
            path = here / name
            if name.startswith(".") or path.suffix != SUFFIX:
                continue
            if not path.is_file():
                raise InvalidField("-f", f"files: {path} is none, or a link that leads nowhere")
            yield path


def _refuse(error: OSError) -> None:
    place, why = error.filename, error.strerror
    raise InvalidField("-f", f"a folder that can be read: {place}: {why}") from None


def _file(path: Path, policy: str) -> DeclaredFile:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InvalidField("-f", f"a file that can be read: {path}: {error.strerror}") from None
    return DeclaredFile(str(path), _text(str(path), data), policy)


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(data) > LARGEST_FILE:
            # What was cut off in the middle of a character is told as too long, by the reader.
            return data.decode("utf-8", "replace")
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidField("-f", f"text in UTF-8, which {name}:{line} is not") from None


class LocalSecretFiles:
    """Files with one secret each, named from the file of configuration that refers to them."""

    def __init__(self) -> None:
        """Nothing was written yet."""
        self._promised: dict[Path, str] = {}
        self._written: list[Path] = []

    def read(self, source: str, reference: str) -> str:
        """The secret, without one line end behind it.

        Raises:
            InvalidField: there is none, or it is too long or no text; never repeats it.
        """
        path = _place(source, reference)
        try:
            with path.open("rb") as file:
                data = file.read(LONGEST_SECRET + _LINE_END + 1)
        except OSError as error:
            raise InvalidField("", f"a file that can be read ({error.strerror}: {path})") from None
        if len(data) > LONGEST_SECRET + _LINE_END:
            raise InvalidField("", f"a file of at most {LONGEST_SECRET} octets and a line end")
        try:
            return data.decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise InvalidField("", "a file with text in UTF-8") from None

    def check_new(self, source: str, reference: str) -> None:
        """Make sure that the file could be made, and is for one secret only."""
        path = _place(source, reference)
        if os.path.lexists(path):
            raise InvalidField("", f"a file that is not there yet, for a new secret: {path} is")
        folder = next(each for each in path.parents if each.exists())
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            raise InvalidField("", f"a file that can be made; nothing can be written to {folder}")
        if path in self._promised:
            raise InvalidField("", "a file of its own: another new secret goes there")
        self._promised[path] = reference

    def write(self, source: str, reference: str, value: str) -> str:
        """Make the file, for its owner only, on disk when this returns; its path."""
        path = _place(source, reference)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._written.append(path)
            with os.fdopen(handle, "wb") as file:
                file.write(f"{value}\n".encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InvalidField("", f"a file that can be made ({error.strerror}: {path})") from None
        return str(path)

    def take_back(self) -> None:
        """Delete what was written."""
        while self._written:
            self._written.pop().unlink(missing_ok=True)


def _place(source: str, reference: str) -> Path:
    if not reference or "\0" in reference:
        raise InvalidField("", "the path of a file")
    return (Path() if source == STDIN else Path(source).parent) / reference
