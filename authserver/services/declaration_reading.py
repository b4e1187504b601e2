"""Reading files of configuration: what they state, or everything that is wrong with them."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.declarations import NAME_KEYS, DeclarationProblem, DeclaredKind
from authserver.domain.email_domains import one_spelling
from authserver.domain.policy_problems import PolicyInvalid
from authserver.domain.scopes import close_matches
from authserver.services.declaration_language import DECLARED
from authserver.services.policy_places import (
    ENDS,
    MOST_PROBLEMS,
    REFUSED,
    Enough,
    Place,
    Reading,
    did_you_mean,
)
from authserver.services.policy_reading import parsed
from authserver.services.toml_lines import line_of, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from authserver.domain.declarations import DeclaredFile

LARGEST_FILE: Final = 4 * 1024 * 1024
"""Octets in UTF-8."""
_LINE: Final = re.compile(r"\(?at line (\d+)(?:, column \d+\))?")


@dataclass(frozen=True, slots=True)
class Stated:
    """One object as a file states it: only what is written. `place` is where in its file."""

    kind: DeclaredKind
    name: str
    values: Mapping[str, Any]
    source: Source
    place: str

    @property
    def key(self) -> tuple[DeclaredKind, str]:
        """What tells it from all others."""
        return self.kind, self.name

    def problem(self, field_name: str, allowed: str) -> DeclarationProblem:
        """A mistake in one of its fields, or in the whole of it."""
        path = f"{self.place}.{field_name}" if self.place and field_name else field_name
        return self.source.problem(path or self.place, allowed)


@dataclass
class Source:
    """A file and the lines of what stands in it."""

    file: DeclaredFile
    tables: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def lines(self) -> Mapping[str, int]:
        """By path; found when the first mistake is told."""
        try:
            return lines_of(self.file.text)
        except RecursionError:
            return {}

    def problem(self, path: str, allowed: str) -> DeclarationProblem:
        """A mistake at a path."""
        line = line_of(self.lines, path) if self.tables else 1
        return DeclarationProblem(self.file.name, line, path, allowed)


@dataclass
class ReadFiles:
    """What files state, what is wrong, and objects that cannot be judged for it.

    `is_torn`: a whole file could not be read, or not to its end, so that nobody knows what it would
    have stated.
    """

    stated: list[Stated] = field(default_factory=list)
    problems: list[DeclarationProblem] = field(default_factory=list)
    refused: set[tuple[DeclaredKind, str]] = field(default_factory=set)
    is_torn: bool = False

    @property
    def room(self) -> int:
        """How many more problems are noted; below 0 where it was said that reading has ended."""
        return MOST_PROBLEMS - len(self.problems)

    def refuse(self, problem: DeclarationProblem) -> None:
        """Note a problem. What there is no room for is told as the end of reading, once."""
        if self.room > 0:
            self.problems.append(problem)
        elif self.room == 0:
            self.problems.append(replace(problem, allowed=ENDS))
            self.is_torn = True


def read_files(files: Iterable[DeclaredFile]) -> ReadFiles:
    """Everything that files state, in the order in which it is made.

    Behind more mistakes than anybody reads, nothing is read.
    """
    found = ReadFiles()
    for file in files:
        if found.room < 0:
            break
        source = Source(file)
        try:
            source.tables = parsed(file.text, largest=LARGEST_FILE)
        except PolicyInvalid as refusal:
            _tear(found, file, refusal)
            continue
        if file.policy:
            values = {"name": file.policy, "text": file.text}
            found.stated.append(Stated(DeclaredKind.POLICY, file.policy, values, source, ""))
        else:
            _read_tables(source, found)
    _refuse_repetitions(found)
    _refuse_shared_domains(found)
    order = list(DeclaredKind)
    found.stated.sort(key=lambda each: (order.index(each.kind), each.name))
    return found


def _tear(found: ReadFiles, file: DeclaredFile, refusal: PolicyInvalid) -> None:
    """The reader of TOML names the line in its own words."""
    found.is_torn = True
    for problem in refusal.problems:
        line = _LINE.search(problem.allowed)
        allowed = problem.allowed
        number = int(line[1]) if line else 1
        if "at end of document" in allowed:
            number = file.text.count("\n") + 1
        found.refuse(DeclarationProblem(file.name, number, "", allowed))


def _read_tables(source: Source, found: ReadFiles) -> None:
    kinds = [kind.value for kind in DeclaredKind]
    for heading, raw in source.tables.items():
        if found.room < 0:
            return
        reading = Reading(most=found.room)
        place = Place(reading).key(heading)
        with suppress(Enough):
            if heading not in kinds:
                near = did_you_mean(close_matches(heading, kinds, 1))
                place.refuse("no such kind of object" + near)
            elif not isinstance(raw, list):
                place.refuse(f"tables, each under its own heading: [[{heading}]]")
            else:
                for index, each in enumerate(raw):
                    found.stated.extend(
                        _read_object(source, DeclaredKind(heading), each, place.item(index), found)
                    )
        for problem in reading.problems:
            found.refuse(source.problem(problem.path, problem.allowed))


def _read_object(
    source: Source, kind: DeclaredKind, raw: object, place: Place, found: ReadFiles
) -> Iterator[Stated]:
    values = DECLARED[kind].read(raw, place)
    name_key = NAME_KEYS.get(kind, "name")
    if values is not REFUSED:
        yield Stated(kind, values[name_key], values, source, place.path)
    elif isinstance(raw, dict) and isinstance(raw.get(name_key), str):
        found.refused.add((kind, raw[name_key]))


def _refuse_repetitions(found: ReadFiles) -> None:
    first: dict[tuple[DeclaredKind, str], Stated] = {}
    once = []
    for stated in found.stated:
        other = first.setdefault(stated.key, stated)
        if other is stated:
            once.append(stated)
            continue
        place = other.problem(NAME_KEYS.get(other.kind, "name") if other.place else "", "")
        where = f"{place.file}:{place.line}"
        name_key = NAME_KEYS.get(stated.kind, "name") if stated.place else ""
        found.refuse(stated.problem(name_key, f"{stated.name} is declared already, at {where}"))
    found.stated = once


def _refuse_shared_domains(found: ReadFiles) -> None:
    """Of a domain stated twice the last one would have it, and the first again the next time."""
    first: dict[str, DeclarationProblem] = {}
    for stated in found.stated:
        if stated.kind is not DeclaredKind.PROVIDER:
            continue
        for index, each in enumerate(stated.values.get("domains", ())):
            field_name = f"domains[{index}].domain"
            here = stated.problem(field_name, "")
            other = first.setdefault(one_spelling(each["domain"]), here)
            if other is not here:
                where = f"{other.file}:{other.line}"
                allowed = f"{each['domain']} is stated already, at {where}"
                found.refuse(stated.problem(field_name, allowed))
