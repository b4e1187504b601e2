"""`authserver resource scan-anonymous` at a site on loopback."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.cli.administered import Administered
from tests.upstream.servers import LoopbackServer, answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.upstream.servers import Visit

ANSWERS = {
    "/rest/api/2/serverInfo": answer(),
    "/rest/api/2/dashboard": answer(b"x" * 100_000),
    "/rest/api/2/configuration": answer(b"", status="302 Found", extra=("Location: /login",)),
    "/rest/api/2/field": answer(status="500 Oops"),
    "/rest/api/2/search": answer(status="400 Bad Request"),
}
POLICY = """
[legacy]
reason = "Everybody signs in"
[[legacy.exception]]
name = "version"
way = "anonymous"
effect = "allow"
until = 2999-01-01
paths = ["/rest/api/2/serverInfo"]
reason = "Monitoring asks for it"
"""


class Place(Administered):
    """A command line, and a site at an address of its own."""

    def scan(self, *arguments: str) -> tuple[int, str, str]:
        result = self.run("resource", "scan-anonymous", "local", "--per-second", "20", *arguments)
        return result.exit_code, result.stdout, result.stderr


@contextmanager
def site(answers: Mapping[str, bytes]) -> Iterator[tuple[Place, LoopbackServer]]:
    def script(visit: Visit) -> bool:
        path = visit.request.split(b" ")[1].decode()
        visit.say(answers.get(path, answer(status="401 Unauthorized")))
        return True

    place = Place()
    with LoopbackServer(script) as server:
        place.world.add_resource("local", url=server.origin)
        try:
            yield place, server
        finally:
            place.container.site_clients.close()


@pytest.mark.feature(45)
def test_a_scan_lists_what_a_site_answers_to_everybody_and_how_to_close_it(tmp_path: Path) -> None:
    with site(ANSWERS) as (place, server):
        policy = tmp_path / "policy.toml"
        policy.write_text(POLICY)
        place.done("policy", "apply", "local", str(policy), "--yes")
        code, shown, said = place.scan()
    assert code == 0
    heading, *lines = shown.splitlines()
    assert heading.split() == ["ANSWER", "STATUS", "PATH", "GATEWAY", "RULE"]
    rows = [line.split() for line in lines]
    assert [" ".join(row[:4]) for row in rows[:5]] == [
        "open 200 /rest/api/2/dashboard blocked",
        "open 200 /rest/api/2/serverInfo passes",
        "redirect 302 /rest/api/2/configuration blocked",
        "unclear 400 /rest/api/2/search blocked",
        "failed 500 /rest/api/2/field blocked",
    ]
    assert rows[1][4] == "legacy.exception.version"
    asked = len(server.requests)
    assert all(row[:2] == ["closed", "401"] for row in rows[5:asked])
    assert (
        f"\nlocal at {server.origin} (as registered): {asked} asked, 2 open, 1 redirect, " in shown
    )
    assert "which need an id in their path\n" in shown
    assert "at a gateway: the policy local@1 blocks anonymous calls (legacy.anonymous)\n" in shown
    assert "exception version: allow, until 2999-01-02 00:00:00 UTC, paths " in shown
    assert f"25 of {asked} operations asked\n" in said
    assert "1 of 2 open ones pass a gateway as well (legacy.exception.version)\n" in said
    assert "let nobody but the gateway reach this address" in said
    assert not re.search(rb"(?im)^(authorization|cookie):", b"\n".join(server.requests))
    (event,) = [each for each in place.world.database.audit if each.action == "resource.scanned"]
    assert (event.actor.identifier, event.details["open"]) == ("root", 2)


def test_a_scan_is_json_for_scripts() -> None:
    with site(ANSWERS) as (place, server):
        code, shown, said = place.scan("--json", "--limit", "4")
    told = json.loads(shown)
    assert (code, said) == (0, "")
    assert (told["url"], told["as_registered"], told["asked"]) == (server.origin, True, 4)
    assert told["stopped"] == "limit"
    assert told["not_asked"]["not reached"] > 50
    assert told["policy"]["anonymous"] == "block"
    assert told["answers"][0].keys() == {
        *("answer", "status", "problem", "method", "path", "operation"),
        *("documented_as_public", "gateway", "rule"),
    }
    assert sum(told["counts"].values()) == 4


def test_another_address_may_be_asked_and_is_named() -> None:
    with site({}) as (place, _), LoopbackServer(lambda visit: visit.say(answer())) as other:
        code, shown, said = place.scan("--url", other.origin, "--limit", "2")
    assert code == 0
    assert f"local at {other.origin} (as asked for, not as registered): 2 asked, 2 open" in shown
    assert "no policy is applied, which blocks anonymous calls" in shown
    assert "this address goes past the gateway" in said


def test_a_policy_that_lets_everybody_through_is_named_as_what_to_change(tmp_path: Path) -> None:
    with site({}) as (place, _):
        policy = tmp_path / "policy.toml"
        policy.write_text('[legacy]\nanonymous = "observe"\nreason = "Looking"\n')
        place.done("policy", "apply", "local", str(policy), "--yes")
        _, shown, said = place.scan("--limit", "1")
    assert "lets anonymous calls pass and marks them (legacy.anonymous)" in shown
    assert 'anonymous = "block" in [legacy]' in said
    assert "nothing answered everybody" in said


def test_a_site_that_is_down_ends_a_scan_with_a_code_of_its_own() -> None:
    with site({}) as (place, server):
        pass
    code, shown, _ = place.scan()
    place.container.site_clients.close()
    assert code == 3
    assert f"at {server.origin} (as registered): 5 asked, 0 open" in shown
    assert "more operations, for the site does not answer\n" in shown


def test_wrong_addresses_and_times_are_refused_before_anything_is_sent() -> None:
    with site({}) as (place, server):
        assert place.scan("--url", "ftp://x")[0] == 2
        code, _, said = place.scan("--url", "http://192.0.2.1")
        assert code == 1
        assert "address_refused" in said
        assert place.scan("--within", "2h")[0] == 2
        assert place.scan("--limit", "0")[0] == 2
        assert server.requests == []
