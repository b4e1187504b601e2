"""`authserver identity`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.cli.runs import run
from tests.cli.stub_wiring import StubInstallation
from tests.federation.fake_people import FakePerson

if TYPE_CHECKING:
    from click.testing import Result

    from tests.federation.world import FederatedWorld

GRACE = FakePerson()


class Shell:
    """The command line on the installation of a world."""

    def __init__(self, federated: FederatedWorld) -> None:
        self._container = _Kept(federated.container)

    def run(self, *arguments: str, input_text: str | None = None) -> Result:
        """One command."""
        wiring = StubInstallation(container=self._container)
        return run("identity", *arguments, wiring=wiring, input_text=input_text)


class _Kept:
    """A container that outlives the command."""

    def __init__(self, container: object) -> None:
        self._container = container

    def __getattr__(self, name: str) -> object:
        return getattr(self._container, name)

    def close(self) -> None:
        """The world closes it."""


def test_identities_are_listed_by_user_and_provider(federated: FederatedWorld) -> None:
    shell = Shell(federated)
    federated.provider()
    federated.provider("other", fake={"issuer": "https://other.example.net"})
    assert shell.run("list").stderr == "nobody is connected to an identity provider\n"
    federated.sign_in()
    federated.sign_in(name="other", person=replace(GRACE, sub="sub-x", username="x"))
    table = shell.run("list").stdout
    assert table.index("grace@example.com") < table.index("other")
    told = json.loads(shell.run("list", "--provider", "acme", "--json").stdout)["identities"]
    assert [(each["username"], each["provider"]) for each in told] == [
        ("grace@example.com", "acme")
    ]
    assert told[0]["subject_key"] == GRACE.sub
    assert told[0]["asleep_at"] is None
    told = json.loads(shell.run("list", "--user", "x", "--json").stdout)["identities"]
    assert [each["provider"] for each in told] == ["other"]
    assert shell.run("list", "--user", "nobody").exit_code == 1
    assert shell.run("list", "--provider", "nobody").exit_code == 1


def test_the_list_tells_who_was_warned_and_who_is_asleep(federated: FederatedWorld) -> None:
    shell = Shell(federated)
    federated.provider(living_seconds=10 * 86_400)
    federated.sign_in()
    for days, state in ((0, "awake"), (6, "warned at 2027-01-"), (5, "asleep since 2027-01-")):
        federated.people.clock.advance(days * 86_400)
        federated.container.living.put_to_sleep_due()
        assert state in shell.run("list").stdout
    (told,) = json.loads(shell.run("list", "--json").stdout)["identities"]
    assert told["warned_at"] < told["asleep_at"]


def test_an_identity_is_unlinked_after_a_question(federated: FederatedWorld) -> None:
    shell = Shell(federated)
    federated.provider()
    browser = federated.people.browser()
    federated.sign_in(browser)
    assert shell.run("unlink", "grace@example.com", "acme", input_text="n\n").exit_code != 0
    assert browser.get("/account").path == "/account"
    result = shell.run("unlink", "grace@example.com", "acme", "--yes")
    assert result.stdout == "grace@example.com is not connected to acme any more\n"
    assert browser.get("/account").path == "/login"
    assert shell.run("unlink", "grace@example.com", "acme", "--yes").exit_code == 1
    # A local user keeps the password; scripts get JSON.
    told = shell.run("list", "--json").stdout
    assert json.loads(told) == {"identities": []}
