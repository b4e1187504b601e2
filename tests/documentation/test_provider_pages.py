"""The how-to pages about identity providers: their commands work, their mistakes are told so."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.providers import ProviderKind
from tests.documentation.at_a_provider import SECRET, AtAProvider, at_a_provider
from tests.documentation.console_blocks import documented_commands
from tests.federation.fake_provider import html_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.documentation.console_blocks import DocumentedCommand
    from tests.people.pages import Page

HOWTO: Final = Path(__file__).parents[2] / "docs" / "howto"
PAGES: Final[Mapping[ProviderKind, str]] = {
    ProviderKind.OKTA: "sign-in-with-okta.md",
    ProviderKind.ENTRA: "sign-in-with-entra-id.md",
    ProviderKind.COGNITO: "sign-in-with-cognito.md",
}
_GUID: Final = "00000000-0000-0000-0000-00000000000{}"
AFTER_SIGN_IN: Final = "authserver identity list"


LONG_RUN: Final = (ProviderKind.ENTRA, ProviderKind.COGNITO)
"""One page is followed in every run, the others in the long one."""


@pytest.fixture(
    scope="module",
    params=[pytest.param(kind, marks=[pytest.mark.slow] * (kind in LONG_RUN)) for kind in PAGES],
    ids=str,
)
def reader(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reader]:
    kind = request.param
    with at_a_provider(tmp_path_factory.mktemp(kind), kind) as place:
        yield Reader(place, (HOWTO / PAGES[kind]).read_text())


class Reader:
    """Somebody who follows a page, once."""

    def __init__(self, place: AtAProvider, page: str) -> None:
        self.place = place
        self.text = page
        self.name = place.fake.kind.value
        self.site = place.instance.register_site("jira-main", "jira-dc", "https://jira.example.com")
        commands = list(documented_commands(page))
        arrival = [each.text.startswith(AFTER_SIGN_IN) for each in commands].index(True)
        self.unlike = self._follow(commands[:arrival])
        self.arrived = place.sign_in(place.browser())
        self.unlike += self._follow(commands[arrival:])

    def _follow(self, commands: Sequence[DocumentedCommand]) -> list[str]:
        """Type the commands; those that did not do what the page says."""
        wrong = []
        for command in commands:
            code, printed = self.place.run(*shlex.split(command.text))
            if code or not command.expects(printed):
                wrong.append(f"$ {command.text}\n{printed}({code})")
        return wrong

    def says(self, message: str) -> bool:
        """Whether the page has a message, whatever stands there in place of its `…`."""
        plain = re.sub(r"[*`]", "", self.text)
        return message in plain

    def refused(self) -> Page:
        """Our page after a sign-in that did not succeed."""
        page = self.place.sign_in(self.place.browser())
        assert page.status == 403, page.texts
        return page


def test_the_commands_of_the_page_do_what_it_says(reader: Reader) -> None:
    assert reader.unlike == []


def test_who_followed_the_page_can_sign_in(reader: Reader) -> None:
    assert reader.arrived.path == "/account", reader.arrived.texts
    browser = reader.place.browser()
    button = f"provider-{reader.name}"
    assert browser.get("/login").texts[button] in reader.text


def test_who_followed_the_page_can_come_with_an_access_token(reader: Reader) -> None:
    place = reader.place
    told = place.instance.introspect(reader.site, place.fake.access_token())
    assert told["active"] is True, told
    assert (told["scope"], told["client_id"]) == (
        "READ",
        f"{reader.name}:{place.fake.client_id}",
    )
    assert place.instance.introspect(reader.site, place.fake.id_token()) == {"active": False}
    assert "not_an_access_token" in reader.text or reader.name == "entra"


def test_a_wrong_secret_is_told_as_the_page_says(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader.place.fake, "client_secret", f"not {SECRET}")
    assert reader.says(reader.refused().texts["title"])
    assert reader.says("invalid_client")
    assert "invalid_client" in reader.place.instance.log_tail()


def test_a_redirect_uri_that_is_not_registered_is_told_as_the_page_says(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = {
        "okta": replace(html_answer(400), body=b"'redirect_uri' must be a Login redirect URI"),
        "entra": replace(html_answer(), body=b"AADSTS50011: The redirect URI does not match"),
        "cognito": replace(
            html_answer(302), headers={"location": "/error?error=redirect_mismatch"}
        ),
    }
    monkeypatch.setitem(reader.place.fake.faults, "/authorize", refusals[reader.name])
    code, said = reader.place.run("authserver", "provider", "test", reader.name)
    assert code == 3, said
    (line,) = [each for each in said.splitlines() if "sign-in request" in each]
    assert line.startswith("problem"), said
    assert reader.says(line.partition("sign-in request: ")[2])
    assert f"http://localhost:8000/login/{reader.name}/callback" in said


def test_a_person_for_whom_there_is_no_account_is_told_as_the_page_says(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = replace(
        reader.place.fake.person, sub="someone-else", oid=_GUID.format(1), groups=("none",)
    )
    monkeypatch.setattr(reader.place.fake, "person", stranger)
    assert reader.says(reader.refused().texts["title"])


def test_missing_groups_are_told_as_the_page_says(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = replace(reader.place.fake.person, sub="no-groups", oid=_GUID.format(2), groups=())
    monkeypatch.setattr(reader.place.fake, "person", stranger)
    # A pool of Cognito leaves the claim out for whoever is in no group.
    assert reader.says(reader.refused().texts["title"])


@pytest.mark.parametrize("reader", [ProviderKind.OKTA], indirect=True)
def test_an_issuer_that_is_not_there_is_told_as_the_page_says(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, folder = reader.place.fake, reader.place.instance.folder
    monkeypatch.setitem(fake.faults, "/wrong/.well-known/openid-configuration", html_answer(404))
    (folder / "secret.txt").write_text(SECRET)
    wrong = "provider add okta wrong --client-id 0oa --secret-file secret.txt --issuer"
    code, said = reader.place.run(
        "authserver", *wrong.split(), "https://acme.okta.com/oauth2/wrong", with_notes=True
    )
    assert code == 1, said
    assert reader.says(said.partition("metadata: ")[2].splitlines()[0])
