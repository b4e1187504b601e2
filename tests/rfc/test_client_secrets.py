"""The life of client secrets (CA-06)."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.crypto.digests import HmacDigester
from authserver.services.client_descriptions import described
from authserver.services.clients import ClientUpdate
from tests.crypto.forging import decoded
from tests.instances import Caller
from tests.rfc.lanes import assert_invalid_client
from tests.rfc.sinks import leaks, written_below

if TYPE_CHECKING:
    from tests.instances import Site
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

SECRETS = 100


@pytest.mark.rule("CA-06")
def test_secrets_are_long_and_random(installation: Installation, reader: Caller) -> None:
    clients, act = installation.container.clients, installation.container.operator
    values = {clients.rotate_secret("reader", act, overlap_seconds=0).value for _ in range(SECRETS)}
    assert len(values) == SECRETS
    # 256 bit in base64url are 43 characters; a checksum follows.
    random = [decoded(value.removeprefix("asv_cs_")[:43]) for value in values]
    assert {len(each) for each in random} == {32}
    assert all(len({each[place] for each in random}) > SECRETS // 2 for place in range(32))
    together = b"".join(sorted(random))
    assert len(zlib.compress(together, 9)) >= len(together)


@pytest.mark.rule("CA-06")
def test_a_secret_is_shown_once_and_stored_nowhere(
    installation: Installation,
    jira: Site,
    reader: Caller,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("DEBUG")
    lane = installation.lane
    clients, act = installation.container.clients, installation.container.operator
    rotated = clients.rotate_secret("reader", act)
    lane.token(reader)
    lane.token(Caller("reader", rotated.value))
    assert_invalid_client(lane.ask(Caller("nobody", rotated.value)))
    secrets = {"first": reader.secret, "second": rotated.value, "of the site": jira.secret}
    installation.worker.application.container.uses.flush(installation.container.database)
    client = clients.get("reader")
    shown = f"{client!r} {rotated!r} {described(client)} {clients.list()} {caplog.text}"
    output = "".join(capfd.readouterr())
    sinks = written_below(installation.folder)
    assert leaks({**sinks, "shown": shown.encode(), "output": output.encode()}, secrets) == []
    assert any(name.startswith("dump of") for name in sinks)


@pytest.mark.rule("CA-06")
def test_the_stored_digest_is_worth_nothing_without_the_pepper(
    installation: Installation, reader: Caller
) -> None:
    (stored,) = installation.container.clients.get("reader").secrets
    pepper = installation.container.key_files.pepper
    own = HmacDigester(pepper.values, pepper.current, installation.container.entropy)
    other_values = {name: bytes(len(value)) for name, value in pepper.values.items()}
    other = HmacDigester(other_values, pepper.current, installation.container.entropy)
    assert own.digest("client_secret", reader.secret, stored.pepper_id) == stored.digest
    assert other.digest("client_secret", reader.secret, stored.pepper_id) != stored.digest


@pytest.mark.rule("CA-06")
def test_both_secrets_live_during_a_rotation_and_the_old_one_ends(
    installation: Installation, lane: Lane, reader: Caller
) -> None:
    clients, act = installation.container.clients, installation.container.operator
    fresh = clients.rotate_secret("reader", act, overlap_seconds=3600)
    renewed = replace(reader, secret=fresh.value)
    assert lane.ask(reader).status == 200
    assert lane.ask(renewed).status == 200
    installation.clock.advance(3600)
    assert_invalid_client(lane.ask(reader))
    assert lane.ask(renewed).status == 200
    last = replace(reader, secret=clients.rotate_secret("reader", act, overlap_seconds=0).value)
    assert_invalid_client(lane.ask(renewed))
    assert lane.ask(last).status == 200


@pytest.mark.rule("CA-06")
def test_a_secret_ends_when_it_was_said_to(
    installation: Installation, lane: Lane, jira: Site
) -> None:
    brief = installation.caller("brief", jira, "READ", secret_expires_in=60.0)
    installation.clock.advance(59)
    assert lane.ask(brief).status == 200
    installation.clock.advance(1)
    assert_invalid_client(lane.ask(brief))


@pytest.mark.rule("CA-06")
def test_the_secret_of_a_deleted_client_is_dead_for_ever(
    installation: Installation, lane: Lane, reader: Caller
) -> None:
    clients, act = installation.container.clients, installation.container.operator
    clients.update("reader", ClientUpdate(name="Reader"), act)
    assert lane.ask(reader).status == 200
    clients.delete("reader", act)
    assert_invalid_client(lane.ask(reader))
    assert_invalid_client(installation.start_worker().lane.ask(reader))
