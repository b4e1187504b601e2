"""Whole installations on a clock that tests set, each a copy of one that was set up once."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from authserver.app import Application, application_of
from authserver.catalogue.loader import load_catalogue
from authserver.cli.audit_views import record_value
from authserver.crypto.key_file_making import ensure_key_files
from authserver.crypto.system import SystemEntropy
from authserver.domain.resources import ADMINISTRATION
from authserver.services.audit_searches import SearchTerms
from authserver.services.clients import ClientDraft
from authserver.services.resources import ResourceDraft
from authserver.settings_sources import load_settings
from authserver.storage.issuers import remember_issuer
from authserver.wiring import Container
from tests.compiled_templates import share_templates
from tests.crypto import forging
from tests.doubles import FakeClock
from tests.instances import Caller, Site
from tests.rfc.lanes import Lane

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tests.databases import SqliteDatabases

ISSUER: Final = forging.ISSUER

catalogue: Final = cache(load_catalogue)

Kind = TypeVar("Kind", bound="Installation")
Content = TypeVar("Content")


def environment_of(folder: Path, overrides: Mapping[str, str]) -> dict[str, str]:
    """The environment of an installation in `folder`; `overrides` by environment name."""
    return {
        "AUTHSERVER_ISSUER": ISSUER,
        "AUTHSERVER_DATA_DIRECTORY": str(folder / "var"),
        "AUTHSERVER_KEYS_DIRECTORY": str(folder / "keys"),
        "AUTHSERVER_HOUSEKEEPING_MODE": "off",
        **overrides,
    }


@dataclass(frozen=True, slots=True)
class Worker:
    """One application with its parts, as one server process has them."""

    container: Container
    application: Application
    lane: Lane

    def close(self) -> None:
        """End its threads and close its files."""
        self.application.close()


class Installation:
    """One database, one set of key files, one clock; `worker` is the first of its workers."""

    def __init__(self, folder: Path, clock: FakeClock, overrides: Mapping[str, str]) -> None:
        self.folder = folder
        self.clock = clock
        self.environment = environment_of(folder, overrides)
        self.settings = load_settings(environ=self.environment)
        self._workers: list[Worker] = []
        self.worker = self.start_worker()

    @property
    def lane(self) -> Lane:
        """The way to the first worker."""
        return self.worker.lane

    @property
    def container(self) -> Container:
        """The parts of the first worker; also what an operator's commands would use."""
        return self.worker.container

    def start_worker(self) -> Worker:
        """Another process's worth of state on the same database and clock."""
        container = self.make_container()
        application = application_of(container)
        share_templates(application)
        worker = Worker(container, application, Lane(application.wsgi_app))
        self._workers.append(worker)
        return worker

    def make_container(self) -> Container:
        """The parts of one worker."""
        container = Container(self.settings, clock=self.clock)
        # It is the same for everybody, and nothing else takes as long to make.
        vars(container)["catalogue"] = catalogue()
        return container

    def poll(self) -> None:
        """Let every worker read the authority now, as each does 20 times a second."""
        for worker in self._workers:
            worker.container.view.poll()

    def close(self) -> None:
        """End every worker."""
        while self._workers:
            self._workers.pop().close()

    def site(self, name: str, kind: str = "jira-dc", **stated: Any) -> Site:
        """Register a site at https://<name>.example.org."""
        draft = replace(ResourceDraft(name, kind, f"https://{name}.example.org"), **stated)
        made = self.container.resources.create(draft, self.container.operator)
        return Site(name, made.resource.identifier, made.introspection_secret.value)

    def administration(self) -> Site:
        """This server's own administration API, which starting makes."""
        resource = self.container.administration_resource
        resource.ensure(self.container.operator)
        return Site(ADMINISTRATION, resource.identifier, "")

    def caller(self, client_id: str, site: Site, *scopes: str, **stated: Any) -> Caller:
        """Register a client with scopes for one site."""
        draft = ClientDraft(client_id, client_id=client_id, scopes=scopes, resources=(site.name,))
        made = self.container.clients.create(replace(draft, **stated), self.container.operator)
        return Caller(client_id, "" if made.secret is None else made.secret.value)

    def records(self, action: str = "") -> list[dict[str, Any]]:
        """Audit records as `authserver audit export` shows them, oldest first."""
        self.container.audit.catch_up()
        exported = self.container.audit.export(SearchTerms(action=action))
        return [record_value(record) for record in exported][::-1]


class Installations(Generic[Kind]):
    """Sets one installation up and copies it: keys are slow to make.

    `overrides` hold for the first and for every copy, which are of the given `kind`.
    """

    def __init__(
        self,
        folder: Path,
        databases: SqliteDatabases,
        kind: type[Kind],
        overrides: Mapping[str, str] | None = None,
    ) -> None:
        self._template = folder / "template"
        self._kind = kind
        self._overrides = dict(overrides or {})
        data = self._template / "var"
        (data / "journal").mkdir(parents=True)
        data.chmod(0o700)
        databases.copy_to(data / "authserver.db")
        settings = load_settings(environ=environment_of(self._template, self._overrides))
        settings.keys.directory.mkdir(mode=0o700)
        ensure_key_files(settings.keys.directory, SystemEntropy())
        with Container(settings, clock=FakeClock()) as container:
            remember_issuer(container.database, settings.issuer, container.clock.now())
            container.signing_keys.maintain(container.holder, container.operator)

    def furnish(self, move_in: Callable[[Kind], Content]) -> Content:
        """Let what `move_in` does to one be there in every copy from now on."""
        kept = self._template.with_name("bare")
        self._template.rename(kept)
        folder = self._template
        self._template = kept
        with self.make(folder) as installation:
            content = move_in(installation)
        self._template = folder
        return content

    @contextmanager
    def make(self, folder: Path, overrides: Mapping[str, str] | None = None) -> Iterator[Kind]:
        """A fresh one, closed with the block."""
        shutil.copytree(self._template, folder, dirs_exist_ok=True)
        installation = self._kind(folder, FakeClock(), {**self._overrides, **(overrides or {})})
        try:
            yield installation
        finally:
            installation.close()
