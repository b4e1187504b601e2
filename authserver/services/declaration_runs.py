"""One run over what files state, inside a transaction: each object is made what it should be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.declarations import DeclaredKind, MadeObject
from authserver.domain.errors import (
    AlreadyExists,
    Conflict,
    DomainError,
    Forbidden,
    InvalidField,
    StorageUnavailable,
)
from authserver.domain.policy_problems import PolicyInvalid
from authserver.domain.roles import to_read, to_write
from authserver.services.declaration_differences import object_change
from authserver.services.declaration_language import DECLARED
from authserver.services.declaration_secrets import SecretsOf
from authserver.services.policy_reading import read_policy

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Mapping, Sequence

    from authserver.domain.declarations import DeclarationProblem, ObjectChange
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act
    from authserver.services.declaration_reading import Stated
    from authserver.services.declaration_secrets import SecretFiles
    from authserver.services.declared_objects import DeclaredObjects, Form, FreshValue

PRUNED_FIRST: Final = (
    DeclaredKind.POLICY,
    DeclaredKind.GATEWAY,
    DeclaredKind.PROVIDER,
    DeclaredKind.CLIENT,
    DeclaredKind.GROUP,
    DeclaredKind.RESOURCE,
)
"""Nothing goes before what refers to it."""
_STAND_INS: Final[Mapping[str, str]] = {
    "name": "stand-in",
    "client_id": "stand-in",
    "kind": "jira-dc",
    "url": "https://stand-in.invalid",
}
"""For what has to be written and is wrong, while other mistakes are looked for."""
CHANGED_MEANWHILE: Final = "the configuration has just changed: run the command again"


class DeclarationRun:
    """A run; `changes` and `fresh` are what came of it, `before` how things were."""

    def __init__(
        self,
        objects: Mapping[DeclaredKind, DeclaredObjects],
        stores: Stores,
        act: Act,
        secrets: SecretFiles,
    ) -> None:
        """Work with the objects of one transaction."""
        self._objects = objects
        self._stores = stores
        self._act = act
        self._secrets = secrets
        self.changes: list[ObjectChange] = []
        self.fresh: list[tuple[Stated, FreshValue]] = []
        self.before: dict[tuple[DeclaredKind, str], Form | None] = {}

    def put(self, stated: Stated) -> None:
        """Let an object be what is stated. Raises DomainError."""
        objects = self._objects[stated.kind]
        before = self.look(stated)
        fresh = objects.put(stated.values, before, self._act, SecretsOf(self._secrets, stated))
        after = objects.form(stated.name, stated.values.keys())
        if after == before:
            return
        self._act.need(to_write(objects.area))
        self.changes.append(object_change(objects, stated.name, before, after))
        self.fresh += [(stated, each) for each in fresh]
        if before is None:
            made = MadeObject(stated.kind, stated.name, objects.made_at(stated.name))
            self._stores.made_objects.put(made)

    def look(self, stated: Stated) -> Form | None:
        """How an object is before anything is done to it."""
        objects = self._objects[stated.kind]
        self._act.need(to_read(objects.area))
        form = objects.form(stated.name, stated.values.keys())
        return self.before.setdefault(stated.key, form)

    def tried(
        self, stated: Stated, refused: Collection[tuple[DeclaredKind, str]]
    ) -> Iterator[DeclarationProblem]:
        """Do the same, and go on after a mistake: what is wrong, all of it.

        `refused` are objects that could not be judged: what refers to them is not judged either.
        """
        if stated.kind is DeclaredKind.POLICY and refused:
            yield from self._grammar(stated)
            return
        needed = self._objects[stated.kind].needs(stated.values)
        if any(each in refused for each in needed):
            return
        told: set[str] = set()
        again: Stated | None = stated
        while again is not None:
            again = yield from self._attempt(again, told)

    def _attempt(
        self, stated: Stated, told: set[str]
    ) -> Generator[DeclarationProblem, None, Stated | None]:
        """Try once; without what, to try again: there may be another mistake. `told` are fields."""
        try:
            self.before.pop(stated.key, None)
            self.put(stated)
        except InvalidField as refusal:
            field = refusal.field
            if field in told or any(each in refusal.allowed for each in told):
                return None
            yield stated.problem(field, refusal.allowed)
            told.add(field)
            return _without(stated, field)
        except (StorageUnavailable, Forbidden):
            raise
        except DomainError as error:
            if not told:
                yield from _problems(stated, error)
        else:
            if not told:
                yield from self._secret_problems(stated)
        return None

    def prune(self, stated: Collection[tuple[DeclaredKind, str]]) -> None:
        """Remove what files made and none states any more. Raises DomainError."""
        made = {(each.kind, each.name): each for each in self._stores.made_objects.list()}
        for kind in PRUNED_FIRST:
            objects = self._objects[kind]
            for key, each in made.items():
                if each.kind is not kind or key in stated:
                    continue
                form = objects.form(each.name, ())
                # Another of that name may have been made by hand.
                if form is None or objects.made_at(each.name) != each.created_at:
                    continue
                self._act.need(to_read(objects.area))
                self._act.need(to_write(objects.area))
                objects.remove(each.name, self._act)
                self._stores.made_objects.remove(kind, each.name)
                self.changes.append(object_change(objects, each.name, form, None))

    def again(
        self,
        stated: Stated,
        before: Form | None,
        changing: Collection[tuple[DeclaredKind, str]],
    ) -> None:
        """Do what was planned for an object; nothing, where nothing was.

        Raises:
            Conflict: it is not as it was then.
        """
        if self.look(stated) != before:
            raise Conflict(CHANGED_MEANWHILE)
        if stated.key in changing:
            self.put(stated)

    def insist_on(self, planned: Sequence[ObjectChange]) -> None:
        """Make sure that what was done is what was planned. Raises Conflict."""
        if self.changes != planned:
            raise Conflict(CHANGED_MEANWHILE)

    def _secret_problems(self, stated: Stated) -> Iterator[DeclarationProblem]:
        """Files for new secrets that cannot be made."""
        for owner, fresh in self.fresh:
            reference = owner.values.get(fresh.key)
            if owner is stated and reference is not None:
                try:
                    self._secrets.check_new(stated.source.file.name, reference)
                except InvalidField as refusal:
                    yield stated.problem(fresh.key, refusal.allowed)

    def _grammar(self, stated: Stated) -> Iterator[DeclarationProblem]:
        try:
            read_policy(stated.values["text"])
        except PolicyInvalid as error:
            yield from _problems(stated, error)


def _without(stated: Stated, field: str) -> Stated | None:
    """The same with one key less, or with something right there; `None` where that cannot be."""
    if field not in stated.values:
        return None
    values = {name: value for name, value in stated.values.items() if name != field}
    key = next(each for each in DECLARED[stated.kind].keys if each.name == field)
    if not key.unset:
        if field not in _STAND_INS:
            return None
        values[field] = _STAND_INS[field]
    return replace(stated, values=values)


def _problems(stated: Stated, error: DomainError) -> Iterator[DeclarationProblem]:
    if isinstance(error, PolicyInvalid):
        for each in error.problems:
            if stated.place:
                yield stated.problem("text", str(each))
            else:
                yield stated.problem(each.path, each.allowed)
    elif isinstance(error, AlreadyExists):
        yield stated.problem(
            "", f"another name: {error.handle} is taken, perhaps of something that was deleted"
        )
    else:
        yield stated.problem("", str(error))
