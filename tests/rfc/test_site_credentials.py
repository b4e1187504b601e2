"""The credential that a site gave us reaches that site and is readable nowhere else (AU-01)."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode
from contextlib import closing
from typing import TYPE_CHECKING, Final

import pytest
import requests

from authserver.domain.errors import StorageUnavailable
from tests.cli.runs import run
from tests.rfc.sinks import leaks, written_below
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.instances import Site
    from tests.rfc.installations import Installation
    from tests.rfc.served import Served

TOKEN: Final = "Canary-NjY2MDEzOTg3-token-of-the-site"
PASSWORD: Final = "Canary: pässwörd of the site, with blanks"
PAIR: Final = b64encode(f"svc:{PASSWORD}".encode()).decode()
SECRETS: Final = {"token": TOKEN, "password": PASSWORD, "pair": PAIR}


class Desk:
    """Somebody who sets credentials at one server, and a gateway that asks it."""

    def __init__(self, served: Served, folder: Path) -> None:
        self._served = served
        self._folder = folder
        self._environment = served.instance.environment
        self.outputs: dict[str, bytes] = {}
        self.key = ""

    def command(self, *arguments: str, code: int = 0) -> str:
        result = run(*arguments, environment=self._environment)
        assert result.exit_code == code, result.output
        self.outputs[f"{len(self.outputs)}: {' '.join(arguments[:2])}"] = result.output.encode()
        return result.stdout

    def set_credential(self, kind: str, secret: str, *, code: int = 0, user: str = "") -> None:
        file = self._folder / "credential"
        file.write_text(secret)
        stated = ("--account", "svc", "--secret-file", str(file), *(("--user", user) * bool(user)))
        command = ("resource", "set-credential", "jira", "--type", kind)
        self.command(*command, *stated, code=code)

    def ask(self) -> requests.Response:
        """One call that the client may make, put to the server as nginx puts it."""
        instance = self._served.instance
        return requests.get(
            f"{instance.url}/gateway/auth-request",
            headers={
                "X-Gateway-Authorization": f"Bearer {self.key}",
                "Authorization": f"Bearer {instance.token(self._served.caller)}",
                "X-Original-Method": "GET",
                "X-Original-URI": "/rest/api/2/issue/AB-1",
                "X-Original-Host": "jira.example.org",
            },
            timeout=10,
        )

    def look_around(self) -> None:
        """Everything that shows something of the site."""
        for arguments in (
            ("resource", "show", "jira"),
            ("resource", "show", "jira", "--json"),
            ("resource", "list", "--json"),
            ("account", "list", "jira"),
            ("audit", "export"),
            ("audit", "search", "--action", "resource.hand_over_set", "--json"),
        ):
            self.command(*arguments)


@pytest.fixture
def desk(served: Served, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(served, tmp_path)
    made = desk.command("gateway", "add", "credential-edge", "--resource", "jira", "--json")
    desk.key = json.loads(made)["gateway_key"]
    desk.outputs.clear()
    yield desk
    desk.command("gateway", "remove", "credential-edge", "--yes")


@pytest.mark.rule("AU-01")
@pytest.mark.rule("MD-07")
def test_the_credential_of_a_site_is_readable_in_no_sink(served: Served, desk: Desk) -> None:
    assert desk.ask().headers["X-Deny-Reason"] == "hand-over-missing"
    desk.set_credential("bearer", TOKEN)
    answer = desk.ask()
    assert (answer.status_code, answer.headers["X-Upstream-Authorization"]) == (
        200,
        f"Bearer {TOKEN}",
    )
    desk.set_credential("basic", PASSWORD, user="svc")
    answer = desk.ask()
    assert answer.headers["X-Upstream-Authorization"] == f"Basic {PAIR}"
    assert TOKEN not in str(answer.headers)
    # Refused: a token with a blank, a user name with a colon, a password on two lines.
    desk.set_credential("bearer", f"{TOKEN} {TOKEN}", code=2)
    desk.set_credential("basic", PASSWORD, user="a:b", code=2)
    desk.set_credential("basic", f"{PASSWORD}\n{PASSWORD}", user="svc", code=2)
    desk.look_around()
    desk.command("resource", "unset-hand-over", "jira")
    assert desk.ask().headers["X-Deny-Reason"] == "hand-over-missing"
    log = served.instance.log_file.read_bytes()
    assert b'"level":"DEBUG"' in log
    sinks = written_below(served.instance.folder / "var") | {"log": log} | desk.outputs
    assert leaks(sinks, SECRETS) == []


@pytest.mark.rule("MD-07")
def test_a_sealed_credential_opens_in_the_row_of_its_site_only(
    installation: Installation, jira: Site, wiki: Site
) -> None:
    container = installation.container
    container.hand_overs.set_credential(
        jira.name, ADMIN, credential_type="bearer", secret=TOKEN, account="svc", user=""
    )
    opened = container.hand_over_view.of(jira.name)
    assert opened is not None
    assert opened.authorization == f"Bearer {TOKEN}"
    # As a thief might who can write to the database, and has a site of his own there.
    with closing(sqlite3.connect(installation.folder / "var" / "authserver.db")) as database:
        database.execute("UPDATE hand_overs SET resource_name = ?", [wiki.name])
        database.commit()
    with pytest.raises(StorageUnavailable, match="changed or belongs elsewhere") as refused:
        container.hand_over_view.of(wiki.name)
    assert leaks({"refusal": repr(refused.value).encode()}, SECRETS) == []
