"""A user who is several persons at one provider: the one that is meant goes, the other stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.federation.test_identity_command import Shell
from tests.services.grouped import identity_of

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld

PAGE = "/account/identities"


@pytest.fixture
def twice(federated: FederatedWorld) -> FederatedWorld:
    """Ada is two persons at `acme`, who are called the same there."""
    federated.provider()
    subject = federated.people.ada.subject
    with federated.container.database.writing() as stores:
        for key in ("00u-first", "00u-second"):
            stores.identities.add(
                identity_of(subject, "acme", subject_key=key, shown="ada@example.com")
            )
    return federated


def keys(federated: FederatedWorld) -> list[str]:
    return [each.subject_key for each in federated.identities("ada")]


@pytest.mark.parametrize(("place", "stays"), [("acme", ["00u-second"]), ("acme-2", ["00u-first"])])
def test_a_user_disconnects_the_one_whose_button_it_is(
    twice: FederatedWorld, place: str, stays: list[str]
) -> None:
    browser = twice.people.signed_in()
    page = browser.get(PAGE)
    assert "00u-" not in page.text
    assert browser.click(f"disconnect-{place}").texts["done"]
    assert keys(twice) == stays


def test_a_form_that_does_not_say_which_disconnects_nobody(twice: FederatedWorld) -> None:
    browser = twice.people.signed_in()
    browser.get(PAGE)
    page = browser.submit("disconnect-form-acme", {"identity_id": None})
    assert page.path == PAGE
    assert "done" not in page.texts
    assert keys(twice) == ["00u-first", "00u-second"]
    browser.submit("disconnect-form-acme")
    assert keys(twice) == ["00u-second"]
    # One that an older version made still means the only one.
    page = browser.submit("disconnect-form-acme", {"identity_id": None})
    assert page.texts["done"]
    assert keys(twice) == []


def test_the_command_unlinks_the_one_that_is_named(twice: FederatedWorld) -> None:
    shell = Shell(twice)
    refused = shell.run("unlink", "ada", "acme", "--yes")
    assert refused.exit_code == 1
    assert "identity_id" in refused.stderr
    assert keys(twice) == ["00u-first", "00u-second"]
    told = json.loads(shell.run("list", "--user", "ada", "--json").stdout)["identities"]
    (meant,) = [each["identity_id"] for each in told if each["subject_key"] == "00u-second"]
    assert shell.run("unlink", "ada", "acme", "--id", "nobody", "--yes").exit_code == 1
    assert shell.run("unlink", "ada", "acme", "--id", meant, "--yes").exit_code == 0
    assert keys(twice) == ["00u-first"]
    assert shell.run("unlink", "ada", "acme", "--yes").exit_code == 0
    assert keys(twice) == []


def test_an_identity_is_named_by_what_tells_nothing_of_it(twice: FederatedWorld) -> None:
    first, second = twice.identities("ada")
    assert first.identity_id != second.identity_id
    elsewhere = identity_of("ada", "other", subject_key="00u-first")
    assert elsewhere.identity_id != first.identity_id
    assert len(first.identity_id) == 32
    assert set(first.identity_id) <= set("0123456789abcdef")
