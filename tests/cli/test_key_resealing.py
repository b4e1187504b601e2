"""`authserver key add-file` and `authserver key reseal`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.providers import DIRECTORY_SECRET_PURPOSE, SECRET_PURPOSE, GroupsRule
from tests.services.world import ADMIN
from tests.storage.provider_examples import provider, provider_secret

if TYPE_CHECKING:
    from tests.cli.administered import Administered


def test_a_new_key_file_is_named_and_what_to_do_with_it(here: Administered) -> None:
    result = here.done("key", "add-file")
    assert result.stdout == "made kek-2.key\n"
    assert "authserver key reseal" in result.stderr
    assert here.json("key", "add-file") == {"made": "kek-3.key"}


def test_reseal_says_which_keys_it_sealed_and_which_files_are_needed(here: Administered) -> None:
    here.done("key", "add-file")
    kids = {key.kid: key.algorithm for key in here.container.signing_keys.list()}
    lines = here.done("key", "reseal").stdout.splitlines()
    assert sorted(lines[:-1]) == sorted(
        f"{algorithm}: {kid} is sealed anew" for kid, algorithm in kids.items()
    )
    assert lines[-1] == "key files in use: kek-2.key"


def test_reseal_again_says_that_there_is_nothing_to_do(here: Administered) -> None:
    assert here.done("key", "reseal").stdout.splitlines() == [
        "nothing to do: private keys and credentials are sealed under the newest key file",
        "key files in use: kek-1.key",
    ]


def test_reseal_tells_scripts_the_same(here: Administered) -> None:
    here.done("key", "add-file")
    told = here.json("key", "reseal")
    assert len(told["resealed"]) == 4
    assert told["key_files_in_use"] == ["kek-2.key"]
    assert here.json("key", "reseal") == {
        "resealed": [],
        "resealed_credentials": [],
        "resealed_provider_secrets": [],
        "resealed_connect_keys": [],
        "resealed_mails": [],
        "key_files_in_use": ["kek-2.key"],
    }


def test_the_credential_of_a_site_is_sealed_with_the_keys(here: Administered) -> None:
    here.world.hand_overs.set_credential(
        "jira-main", ADMIN, credential_type="bearer", secret="token", account="svc", user=""
    )
    here.done("key", "add-file")
    told = here.json("key", "reseal")
    assert told["resealed_credentials"] == ["jira-main"]
    here.done("key", "add-file")
    lines = here.done("key", "reseal").stdout.splitlines()
    assert "resource jira-main: its credential is sealed anew" in lines


def test_without_the_old_key_file_reseal_refuses(here: Administered) -> None:
    here.done("key", "add-file")
    here.container.key_files.names.remove("kek-1.key")
    assert "kek-1.key is missing" in here.refused(1, "key", "reseal")


def test_the_secret_of_a_provider_is_sealed_with_the_keys(here: Administered) -> None:
    sealer = here.world.sealer
    sealed = sealer.seal(b"client", purpose=SECRET_PURPOSE, context="okta/s1")
    directory = sealer.seal(b"directory", purpose=DIRECTORY_SECRET_PURPOSE, context="okta")
    with here.world.database.writing() as stores:
        stores.providers.add(
            provider(
                secrets=(provider_secret("s1", sealed=sealed),),
                groups=GroupsRule(directory_secret=directory),
            )
        )
    here.done("key", "add-file")
    told = here.json("key", "reseal")
    assert told["resealed_provider_secrets"] == [
        {"provider": "okta", "secret": "s1"},
        {"provider": "okta", "secret": "directory"},
    ]
    here.done("key", "add-file")
    lines = here.done("key", "reseal").stdout.splitlines()
    assert "provider okta: secret s1 is sealed anew" in lines
    assert "provider okta: the directory's secret is sealed anew" in lines
