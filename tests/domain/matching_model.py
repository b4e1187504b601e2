"""The template rule in its plainest form, slow and obvious."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.operations import Operation, Unmatched

if TYPE_CHECKING:
    from collections.abc import Collection

Parts = list[str]
EXTENSIONS: Final = ("atom", "htm", "html", "json", "txt", "xml")


def model_match(
    operations: Collection[Operation], method: str, path: str
) -> set[Operation] | Unmatched:
    """What `method` on the canonical `path` means, by comparing it with every template."""
    found = _with_extensions(operations, method, path)
    others = _at_other_versions(operations, path)
    wanted = "GET" if method == "HEAD" else method
    if found == Unmatched.UNKNOWN_METHOD and wanted in others:
        return Unmatched.OTHER_VERSION
    if found == Unmatched.UNKNOWN_PATH and others:
        is_asked = wanted in {*others, "OPTIONS"}
        return Unmatched.OTHER_VERSION if is_asked else Unmatched.OTHER_VERSION_METHOD
    return found


def _at_other_versions(operations: Collection[Operation], path: str) -> set[str]:
    """The methods of whatever differs from `path` in its API's version only."""
    endings = [path]
    stem, dot, extension = path.rpartition(".")
    if dot and extension in EXTENSIONS:
        endings.append(stem.removesuffix("/"))
    methods = set()
    for ending in endings:
        parts = ending.split("/")[1:]
        for each in operations:
            match each.shape:
                case ["rest", str(module), str(version), *tail] if (
                    tail
                    and module
                    and (
                        parts[:2] == ["rest", module]
                        and version.replace(".", "").isdigit()
                        and parts[2:3] not in ([], [version])
                        and parts[2][:1].isdigit()
                    )
                ):
                    if len(tail) == len(parts) - 3 and all(
                        part in ("", asked) for part, asked in zip(tail, parts[3:], strict=True)
                    ):
                        methods.add(each.method)
    return methods


def _with_extensions(
    operations: Collection[Operation], method: str, path: str
) -> set[Operation] | Unmatched:
    meant = _as_it_is(operations, method, path)
    stem, dot, extension = path.rpartition(".")
    if not dot or extension not in EXTENSIONS:
        return meant
    if isinstance(meant, Unmatched):
        also = _as_it_is(operations, method, stem.removesuffix("/"))
        return meant if isinstance(also, Unmatched) else also
    if stem.endswith(("/.", "/..")):
        return Unmatched.PATH_NOT_CANONICAL
    also = _as_it_is(operations, method, stem.removesuffix("/"))
    return also if isinstance(also, Unmatched) else meant | also


def _as_it_is(
    operations: Collection[Operation], method: str, path: str
) -> set[Operation] | Unmatched:
    parts = path.split("/")[1:]
    readings = [parts, *_readings_of_latest(operations, parts)]
    fitting = [each for each in operations for way in readings if _fits(each, way)]
    wanted = "GET" if method == "HEAD" else method
    able = [each for each in fitting if each.method == wanted]
    if not fitting:
        return Unmatched.UNKNOWN_PATH
    if not able:
        return Unmatched.UNKNOWN_METHOD
    return {
        each
        for each in able
        if not any(literal_places(each) < literal_places(other) for other in able)
    }


def literal_places(operation: Operation) -> set[int]:
    """The positions of the literal segments of an operation's template."""
    return {place for place, part in enumerate(operation.shape) if part}


def _fits(operation: Operation, parts: Parts) -> bool:
    shape = operation.shape
    return len(shape) == len(parts) and all(
        part in ("", given) for part, given in zip(shape, parts, strict=True)
    )


def _readings_of_latest(operations: Collection[Operation], parts: Parts) -> list[Parts]:
    match parts:
        case ["rest", module, "latest", *more]:
            thirds = {
                each.shape[2]
                for each in operations
                if each.shape[:2] == ("rest", module) and each.shape[2:]
            }
            versions = [third for third in thirds if third.replace(".", "").isdigit()]
            if versions and "latest" not in thirds:
                newest = max(versions, key=lambda text: [int(part) for part in text.split(".")])
                return [["rest", module, newest, *more]]
    return []
