"""Our server with the stand-ins as its identity providers, added by its own commands."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.browser.served import CALLBACK, ISSUER, ServedPeople, serve_people
from tests.cli.runs import run
from tests.federation.fake_people import TENANT
from tests.people.cast import App, add_app
from tests.ports import free_port
from tests.standins.cast import CLIENT_ID, CLIENT_SECRET, WRONG_SECRET
from tests.standins.cognito import Pool, cognito
from tests.standins.emulated import entra, okta
from tests.standins.generic import generic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.standins.processes import NodeProcess

KINDS: Final = ("okta", "entra", "cognito", "generic")
BACK: Final = f"{ISSUER}/signed-out"


@dataclass(slots=True)
class House:
    """The server; stand-ins are started and added when a test asks for them first.

    A provider is called like its kind. `<kind>-wrong` is the same with a secret that is not ours.
    """

    served: ServedPeople
    packages: Path
    folder: Path
    ports: dict[str, int]
    app: App
    stack: ExitStack
    running: dict[str, NodeProcess] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)
    pools: dict[str, Pool] = field(default_factory=dict)

    def provider(self, name: str, *more: str) -> str:
        """The name of a provider that is there, whose stand-in runs; `more` options of `add`."""
        kind, _, fault = name.partition("-")
        self.stand_in(kind)
        if name not in self.added:
            words, secret = self._words(kind)
            if fault:
                secret = WRONG_SECRET
            file = self.folder / f"{name}.secret"
            file.write_text(secret)
            spoken = [*words, "--secret-file", str(file), "--creation", "on", *more]
            self.run("provider", "add", spoken[0], name, *spoken[1:])
            self.added.add(name)
        return name

    def run(self, *words: str) -> str:
        """What a command of ours prints; it runs in this process, which is faster."""
        done = run(*words, environment=self.served.instance.environment)
        assert done.exit_code == 0, (words, done.output)
        return done.stdout

    def stand_in(self, kind: str) -> NodeProcess:
        """The stand-in of a kind, running."""
        if kind not in self.running:
            process = _MAKERS[kind](self.packages, self.folder / kind, self.ports[kind])
            self.running[kind] = self.stack.enter_context(process)
            if kind == "cognito" and kind not in self.pools:
                uris = redirect_uris(kind)
                self.pools[kind] = Pool(process.origin, uris)
        return self.running[kind]

    def stop(self, kind: str) -> None:
        """Stop a stand-in; it is started anew when somebody asks for it."""
        self.running.pop(kind).stop()

    def _words(self, kind: str) -> tuple[Sequence[str], str]:
        origin = f"http://localhost:{self.ports[kind]}"
        ours = ["--client-id", CLIENT_ID]
        if kind == "okta":
            issuer = f"{origin}/oauth2/default"
            # The authorization server of the stand-in knows this scope.
            scopes = [f"--scope={each}" for each in ("openid", "profile", "email", "groups")]
            return ["okta", "--issuer", issuer, *ours, *scopes], CLIENT_SECRET
        if kind == "entra":
            return ["entra", "--authority", origin, "--tenant", TENANT, *ours], CLIENT_SECRET
        if kind == "cognito":
            pool = self.pools[kind]
            words = ["--client-id", pool.client_id, "--auth", "client_secret_post"]
            return ["cognito", "--issuer", pool.issuer, *words], pool.client_secret
        words = ["--discovery", f"{origin}/.well-known/openid-configuration", *ours]
        scopes = [f"--scope={each}" for each in ("openid", "profile", "email", "groups")]
        return ["oidc", *words, *scopes, "--email-trust", "verified"], CLIENT_SECRET


def redirect_uris(kind: str) -> Sequence[str]:
    """What is registered of us at a stand-in."""
    return [f"{ISSUER}/login/{name}/callback" for name in (kind, f"{kind}-wrong")]


_MAKERS: Final[Mapping[str, Callable[[Path, Path, int], NodeProcess]]] = {
    "okta": lambda packages, folder, port: okta(packages, folder, port, redirect_uris("okta")),
    "entra": lambda packages, folder, port: entra(packages, folder, port, redirect_uris("entra")),
    "cognito": cognito,
    "generic": lambda packages, folder, port: generic(
        packages, folder, port, redirect_uris("generic"), BACK
    ),
}


@contextmanager
def open_house(packages: Path, folder: Path) -> Iterator[House]:
    """Serve; everything, stand-ins too, is stopped with the block."""
    ports = {kind: free_port() for kind in KINDS}
    origins = ",".join(f"http://localhost:{port}" for port in ports.values())
    overrides = {"AUTHSERVER_OUTBOUND_PRIVATE_ORIGINS": origins}
    with ExitStack() as stack:
        served = stack.enter_context(serve_people(folder / "ours", overrides))
        with served.container() as container:
            app = add_app(container, served.jira, "tracker", CALLBACK)
        yield House(served, packages, folder, ports, app, stack)
