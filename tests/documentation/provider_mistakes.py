"""What the how-to pages say of the commonest mistakes, and an installation in which to make them.

Everything is in one process: the provider has its maker's host names, and commands are typed as
they stand on the page.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from tests.cli.runs import run
from tests.cli.stub_wiring import StubInstallation
from tests.documentation.at_a_provider import CLIENTS, PEOPLE, SECRET
from tests.documentation.console_blocks import documented_commands
from tests.federation.fake_provider import FakeProvider

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from authserver.domain.providers import ProviderKind
    from tests.federation.world import FederatedWorld
    from tests.people.pages import Page

ROWS: Final = 5
_TABLE: Final = "| what you see | why, and what to do |\n|---|---|\n"
_MESSAGE: Final = re.compile(r"\*\*([^*]+)\*\*|\*([^*]+)\*")
_CODE: Final = re.compile(r"`([a-z]+(?:_[a-z]+)+)`")
_ANYTHING: Final = "…"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One row of the table: what people see, and what to do."""

    seen: str
    cure: str

    @property
    def messages(self) -> list[str]:
        """Everything that the row says is to be seen, codes in logs included."""
        shown = [bold or plain for bold, plain in _MESSAGE.findall(self.seen)]
        return shown + _CODE.findall(self.seen)


def mistakes(page: str) -> list[Mistake]:
    """The rows of the page's table of mistakes."""
    _, found, rest = page.partition(_TABLE)
    assert found, "there is no table of mistakes"
    rows = rest.partition("\n\n")[0].splitlines()
    return [Mistake(*(cell.strip() for cell in row.strip("| ").split(" | "))) for row in rows]


def token_codes(page: str) -> set[str]:
    """The reasons on record that the page names behind its table."""
    return set(_CODE.findall(page.partition(_TABLE)[2].partition("\n\n")[2]))


def is_in(message: str, shown: str) -> bool:
    """Whether a message of a page stands in what was shown; `…` in it is anything."""
    parts = (re.escape(part) for part in message.split(_ANYTHING))
    return re.search(".*?".join(parts), shown) is not None


class Newcomer:
    """Somebody with a new installation and the page of a provider."""

    def __init__(
        self, federated: FederatedWorld, kind: ProviderKind, page: str, folder: Path
    ) -> None:
        self.federated = federated
        self.kind = kind
        self.name = kind.value
        self.page = page
        self.secret = folder / "secret.txt"
        self.secret.write_text(SECRET + "\n")
        self.fake = FakeProvider(
            kind,
            client_id=CLIENTS[kind],
            client_secret=SECRET,
            person=PEOPLE[kind],
            http=federated.http,
            now=federated.people.clock.now,
        )
        federated.fakes[self.name] = self.fake

    def types(self, command: str, code: int = 0) -> str:
        """A command and all that it prints; `code` is how it has to end."""
        _, *words = shlex.split(command.replace("secret.txt", str(self.secret)))
        people = self.federated.people
        container: Any = _Unclosed(people.container)
        done = run(
            *words,
            wiring=StubInstallation(container=container),
            environment=people.installation.environment,
        )
        assert done.exit_code == code, done.output
        people.installation.poll()
        return done.output

    def adding(self, **instead: str) -> str:
        """The page's command that adds the provider, with other values of options.

        `None` as a value leaves the option out.
        """
        words = shlex.split(self.command(f"authserver provider add {self.name}"))
        for option, value in instead.items():
            place = words.index(f"--{option}")
            words[place : place + 2] = [f"--{option}", value] if value else []
        return shlex.join(words)

    def command(self, start: str) -> str:
        """The first command of the page that begins so."""
        return next(
            each.text for each in documented_commands(self.page) if each.text.startswith(start)
        )

    def follow(self) -> None:
        """Add the provider as the page has it, and let people of a group in."""
        self.types(self.adding())
        self.types(self.command("authserver provider update"))

    def arrives(self, **person: Any) -> Page:
        """Somebody who is like the page's person but for `person` signs in."""
        someone = replace(self.fake.person, **person)
        return self.federated.sign_in(name=self.name, person=someone)

    def turned_away(self, **person: Any) -> str:
        """What somebody reads who is not let in."""
        page = self.arrives(**person)
        assert page.status == 403, page.texts
        return page.texts["title"]

    def answered(self, **answer: str) -> tuple[str, str]:
        """What somebody reads whom the provider sends back with this, and what is in the log."""
        browser = self.federated.people.browser()
        url = self.federated.to_provider(browser, self.name)
        back = self.federated.answer(url, self.name)
        state = re.search(r"state=[^&]+", back)
        assert state is not None
        query = "&".join([state[0], *(f"{name}={value}" for name, value in answer.items())])
        page = browser.get(f"{back.partition('?')[0]}?{query}", cross_site=True)
        assert page.status == 403, page.texts
        return page.texts["title"], self.logged()

    def logged(self) -> str:
        """Why the last sign-in was refused."""
        records = self.federated.people.installation.records("sign_in.refused")
        return str(records[-1]["details"]["detail"])

    def shown(self) -> str:
        """What `user show` says of the page's person, who has been here."""
        return self.types(f"authserver user show {self.fake.person.username}")


class _Unclosed:
    """The parts of an installation, which go on when a command ends."""

    def __init__(self, parts: object) -> None:
        self._parts = parts

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parts, name)

    def close(self) -> None:
        """Nothing ends."""


def tables(pages: Mapping[ProviderKind, str]) -> list[tuple[ProviderKind, str]]:
    """Every message of the tables, with the provider that it is about."""
    return [
        (kind, message)
        for kind, page in pages.items()
        for row in mistakes(page)
        for message in row.messages
    ]
