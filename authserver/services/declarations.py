"""Configuration in files: say what applying them would do, apply them whole or not at all."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.declarations import (
    DeclarationsInvalid,
    DeclaredKind,
    NewSecret,
)
from authserver.domain.errors import Conflict, InvalidField
from authserver.services.declaration_reading import read_files
from authserver.services.declaration_runs import DeclarationRun
from authserver.services.declared_looks import KnownLooks, NotedLooks
from authserver.services.one_transaction import OneTransaction
from authserver.services.provider_findings import ProviderUnusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from authserver.domain.authority import Change
    from authserver.domain.declarations import DeclaredFile, ObjectChange
    from authserver.domain.ports import Database, Stores
    from authserver.domain.providers import Provider
    from authserver.services.administration import Act, Administration
    from authserver.services.declaration_reading import ReadFiles, Stated
    from authserver.services.declaration_secrets import SecretFiles
    from authserver.services.declared_looks import Looks
    from authserver.services.declared_objects import DeclaredObjects, Form
    from authserver.services.provider_findings import ProviderCheck

LEASE: Final = "declarations"
LEASE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class DeclarationPlan:
    """What applying files would do: nothing, where there are no changes.

    The rest is for `apply`, which does this and nothing else.
    """

    changes: Sequence[ObjectChange]
    prune: bool
    stated: Sequence[Stated] = field(repr=False)
    before: Mapping[tuple[DeclaredKind, str], Form | None] = field(repr=False)
    asked: Mapping[str, Provider] = field(repr=False)
    checks: Mapping[str, ProviderCheck] = field(repr=False)


class _Undone(Exception):
    """Nothing of this transaction is kept."""


@contextmanager
def _undone(database: Database) -> Iterator[Stores]:
    """A writing transaction that leaves nothing behind."""
    with suppress(_Undone), database.writing() as stores:
        yield stores
        raise _Undone


class Declarations:
    """Use cases of configuration in files.

    `objects` makes what works on a transaction, with a way to look at providers; `looks` asks them.
    """

    def __init__(
        self,
        *,
        administration: Administration,
        looks: Looks,
        objects: Callable[[OneTransaction, Looks], Mapping[DeclaredKind, DeclaredObjects]],
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._looks = looks
        self._objects = objects

    def plan(
        self, files: Sequence[DeclaredFile], act: Act, secrets: SecretFiles, *, prune: bool = False
    ) -> DeclarationPlan:
        """Check files and say what applying them would do; nothing is changed.

        Everything is done as `apply` does it, in a transaction that is then undone. `prune`
        removes what files made and none of these states any more.

        Raises:
            DeclarationsInvalid: the files are refused, with all that is wrong with them.
            Forbidden: the act may not do this.
        """
        found = read_files(files)
        noted = NotedLooks()
        run: DeclarationRun | None = None
        if not found.is_torn:
            with _undone(self._administration.database) as stores:
                transaction = OneTransaction(stores, [])
                run = self._run(transaction, noted, act, secrets)
                self._try(run, found)
                if prune and not found.problems:
                    run.prune({each.key for each in found.stated})
        changed = {(each.kind, each.name) for each in run.changes} if run else set()
        asked = {
            each.name: noted.providers[each.name]
            for each in found.stated
            if each.kind is DeclaredKind.PROVIDER
            and each.key in changed
            and each.name in noted.providers
        }
        checks = self._look(asked, found)
        if found.problems or run is None:
            raise DeclarationsInvalid(found.problems)
        return DeclarationPlan(run.changes, prune, found.stated, run.before, asked, checks)

    def apply(self, plan: DeclarationPlan, act: Act, secrets: SecretFiles) -> Sequence[NewSecret]:
        """Do what was planned, all of it or nothing; it counts everywhere when this returns.

        Secrets of what is new are in the answer, and in the files that were named for them.

        Raises:
            Conflict: something that the plan is about has changed since.
            InvalidField: a file for a secret cannot be made.
            Forbidden: the act may not do this.
            StorageUnavailable: nothing was changed; or, where the commit itself failed, nobody
                knows, and planning again will tell.
        """
        if not plan.changes:
            return []
        late: list[Change] = []
        made: list[NewSecret] = []
        is_done = False
        try:
            with self._administration.changing(late, takes_power=True) as stores:
                self._alone(stores, act)
                transaction = OneTransaction(stores, late)
                run = self._run(transaction, KnownLooks(plan.asked, plan.checks), act, secrets)
                changing = {(each.kind, each.name) for each in plan.changes}
                for stated in plan.stated:
                    run.again(stated, plan.before[stated.key], changing)
                if plan.prune:
                    run.prune({each.key for each in plan.stated})
                run.insist_on(plan.changes)
                made = [
                    _written(stated, each.key, each.value, secrets) for stated, each in run.fresh
                ]
                stores.leases.release(LEASE, str(act.actor.identifier))
                is_done = True
        except BaseException:
            if not is_done:
                secrets.take_back()
            raise
        return made

    def _run(
        self, transaction: OneTransaction, looks: Looks, act: Act, secrets: SecretFiles
    ) -> DeclarationRun:
        objects = self._objects(transaction, looks)
        return DeclarationRun(objects, transaction.stores, act, secrets)

    def _alone(self, stores: Stores, act: Act) -> None:
        """Let no other run begin before this transaction ends: it would see half of it."""
        now = self._administration.clock.now()
        if not stores.leases.acquire(LEASE, str(act.actor.identifier), now, LEASE_SECONDS):
            raise Conflict("somebody else applies files at this moment: run the command again")

    def _try(self, run: DeclarationRun, found: ReadFiles) -> None:
        refused = set(found.refused)
        for stated in found.stated:
            wrong = list(run.tried(stated, refused))
            if wrong or stated.key not in run.before:
                refused.add(stated.key)
            for each in wrong:
                found.refuse(each)
            if found.room < 0:
                return

    def _look(self, asked: Mapping[str, Provider], found: ReadFiles) -> Mapping[str, ProviderCheck]:
        """Ask providers, each outside of any transaction."""
        now = self._administration.clock.now()
        checks = {}
        for stated in found.stated:
            if stated.kind is not DeclaredKind.PROVIDER or stated.name not in asked:
                continue
            check = checks[stated.name] = self._looks.examine(asked[stated.name], (), now)
            if check.metadata is None or not check.is_usable:
                unusable = ProviderUnusable(check)
                for each in unusable.problems:
                    found.refuse(stated.problem("", each))
        return checks


def _written(stated: Stated, key: str, value: str, secrets: SecretFiles) -> NewSecret:
    reference = stated.values.get(key)
    if reference is None:
        return NewSecret(stated.kind, stated.name, value)
    try:
        path = secrets.write(stated.source.file.name, reference, value)
    except InvalidField as refusal:
        raise DeclarationsInvalid([stated.problem(key, refusal.allowed)]) from None
    return NewSecret(stated.kind, stated.name, value, path)
