"""What takes power away does so at the gateway, at the latest when its answer has come."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
import requests

from authserver.domain.hand_over import HandOverKind
from tests.gateway.call_load import ISSUE, CallLoad
from tests.gateway.call_oracle import check, name_of
from tests.gateway.probing import CallProbes
from tests.gateway.shapes import SERVICE_ACCOUNT, SERVICE_SECRET, Shape
from tests.gateway.undecided import assert_nothing_passes
from tests.standin.handed_over import NotAuthenticated, ServiceCredential

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway.bed import GatewayBed
    from tests.gateway.conftest import GatewayBeds
    from tests.gateway.relayed_bed import RelayedBed
    from tests.standin.handed_over import HandOverRule
    from tests.standin.wire import Head

ENDS_SECONDS: Final = 20.0
REFUSED: Final = {"gateway-refused", "gateway-throttled"}
"""What is said of a wrong key, and of many."""
CACHED: Final = "proxy_cache_path {folder} keys_zone=decisions:1m;\n"
CACHING: Final = """
        proxy_cache decisions;
        proxy_cache_key "$http_authorization $request_method $request_uri";
        proxy_cache_valid 200 10m;
        proxy_ignore_headers Cache-Control;
"""


def survivors(bed: GatewayBed, *, rounds: int, times: int) -> tuple[int, int]:
    """Revoke `rounds` tokens in use; probes sent behind the answers, and those that passed."""
    caller = bed.caller("READ")
    sent = passed = 0
    with CallProbes(bed) as probes:
        for _ in range(rounds):
            token = bed.server.token(caller)
            assert probes.count_passed(token, times=2) == 2 * probes.connections
            answer = bed.server.post("/oauth2/revoke", {"token": token}, caller.authorization)
            assert answer.status_code == 200
            with bed.watching() as seen:
                passed += probes.count_passed(token, times=times)
            sent += times * probes.connections
            assert len(seen.notes) <= passed
    return sent, passed


@pytest.mark.rule("F-38")
@pytest.mark.rule("FA-11")
def test_a_revoked_token_passes_no_more_when_the_answer_has_come(relayed_bed: RelayedBed) -> None:
    sent, passed = survivors(relayed_bed, rounds=6, times=8)
    assert sent >= 400
    assert passed == 0


@pytest.mark.slow
@pytest.mark.rule("F-38")
def test_thousands_of_probes_find_no_revoked_token_that_passes(relayed_bed: RelayedBed) -> None:
    sent, passed = survivors(relayed_bed, rounds=40, times=15)
    assert sent >= 5000
    assert passed == 0


@pytest.mark.slow
@pytest.mark.rule("FA-11")
def test_with_a_cache_of_decisions_a_revoked_token_passes(
    relayed_bed: RelayedBed, tmp_path: Path
) -> None:
    rendered = relayed_bed.render()
    uncached = "\n        proxy_cache off;"  # that of the decision's location
    assert rendered.count(uncached) == 1
    cached = CACHED.format(folder=tmp_path) + rendered.replace(uncached, f"\n        {CACHING}")
    relayed_bed.nginx.reload(cached)
    try:
        _, passed = survivors(relayed_bed, rounds=2, times=4)
    finally:
        relayed_bed.nginx.reload(rendered)
    assert passed > 0, "the tests above cannot see what they are there for"


@pytest.mark.slow
@pytest.mark.rule("F-38")
def test_a_key_is_rotated_under_load_without_one_failed_call(relayed_bed: RelayedBed) -> None:
    bed = relayed_bed
    old = _key(bed)
    with CallLoad(bed) as load:
        load.wait_for(200, 20)
        _rotate(bed, "5s")
        load.wait_for(200, 20)
        bed.nginx.reload()
        load.wait_for(200, 20)
        deadline = time.monotonic() + ENDS_SECONDS
        while _verdict(bed, old) not in REFUSED:
            assert time.monotonic() < deadline, "the old key goes on"
            time.sleep(0.05)
        assert _verdict(bed, _key(bed)) == "credential-missing"
        load.wait_for(200, 20)
    check(bed, load, disturbed=False)


@pytest.mark.rule("F-38")
def test_without_an_overlap_nothing_passes_until_the_new_key_is_read(
    relayed_bed: RelayedBed,
) -> None:
    bed = relayed_bed
    token, old = bed.token("READ"), _key(bed)
    _rotate(bed, "0")
    # Under load a gateway with an old key asks far more often than anybody may guess keys.
    for _ in range(60):
        assert_nothing_passes(bed, token)
    assert _verdict(bed, old) in REFUSED
    bed.nginx.reload()
    assert bed.request("GET", ISSUE, token).status_code == 200


@pytest.mark.rule("F-38")
def test_a_removed_gateway_is_refused_when_the_command_has_ended(relayed_bed: RelayedBed) -> None:
    bed = relayed_bed
    token, old = bed.token("READ"), _key(bed)
    assert bed.request("GET", ISSUE, token).status_code == 200
    bed.command("gateway", "remove", bed.name, "--yes")
    try:
        for _ in range(30):
            assert_nothing_passes(bed, token)
        assert _verdict(bed, old) in REFUSED
    finally:
        bed.command(
            *("gateway", "add", bed.name, "--resource", bed.name),
            *("--key-file", str(bed.key_file)),
        )
        bed.nginx.reload()
    bed.wait_for_service(token)


@pytest.mark.rule("F-38")
def test_a_new_credential_of_the_site_is_the_only_one_when_the_command_has_ended(
    relayed_bed: RelayedBed, tmp_path: Path
) -> None:
    bed = relayed_bed
    bed.token("READ")
    as_it_was = bed.standin.site.hand_over
    fresh = "the-next-credential-of-the-site"
    with CallLoad(bed, lives=0) as load:
        load.wait_for(200, 20)
        # The site takes both for a while, as after a personal access token was made anew.
        bed.standin.site.hand_over = Either((as_it_was, _credential(fresh)))
        _set_credential(bed, tmp_path, fresh)
        ended = time.monotonic()
        load.wait_for(200, 40)
    later = {call.name for call in load.calls if call.started > ended}
    notes = bed.standin.site.notes.since(load.known_before)
    try:
        check(bed, load, disturbed=False)
        sent = {note.headers["authorization"] for note in notes if name_of(note) in later}
        assert sent == {f"Bearer {fresh}"}
    finally:
        bed.standin.site.hand_over = as_it_was
        _set_credential(bed, tmp_path, SERVICE_SECRET)


@dataclass(frozen=True, slots=True)
class Either:
    """A site that knows an account by more than one credential."""

    rules: tuple[HandOverRule, ...]
    header: str = ""

    def account(self, head: Head, peer: str) -> str:
        """Whom the first rule that fits names."""
        for rule in self.rules[:-1]:
            with suppress(NotAuthenticated):
                return rule.account(head, peer)
        return self.rules[-1].account(head, peer)


@pytest.mark.rule("F-38")
def test_an_unmapped_account_is_refused_when_the_command_has_ended(
    gateway_beds: GatewayBeds,
) -> None:
    bed = gateway_beds.of(Shape(HandOverKind.IDENTITY_HEADER))
    caller = bed.server.register_caller("leaver", bed.site, "READ")
    bed.map_account("leaver", "leaver")
    token = bed.server.token(caller)
    with CallProbes(bed) as probes:
        assert probes.count_passed(token, times=3) == 3 * probes.connections
        bed.command("account", "unmap", bed.name, "--client", "leaver")
        with bed.watching() as seen:
            assert probes.count_passed(token, times=20) == 0
    assert seen.notes == ()
    assert bed.request("GET", ISSUE, token).status_code == 403


def _credential(secret: str) -> ServiceCredential:
    return ServiceCredential(f"Bearer {secret}", SERVICE_ACCOUNT)


def _set_credential(bed: GatewayBed, folder: Path, secret: str) -> None:
    file = folder / "credential"
    file.touch(mode=0o600)
    file.write_text(secret)
    bed.command(
        *("resource", "set-credential", bed.name, "--type", "bearer"),
        *("--account", SERVICE_ACCOUNT, "--secret-file", str(file)),
    )


def _rotate(bed: GatewayBed, overlap: str) -> None:
    bed.command(
        *("gateway", "rotate-key", bed.name, "--overlap", overlap),
        *("--key-file", str(bed.key_file)),
    )


def _key(bed: GatewayBed) -> str:
    """The key in the file that nginx includes."""
    return bed.key_file.read_text().partition('"')[2].partition('"')[0]


def _verdict(bed: GatewayBed, key: str) -> str:
    """The reason of the decision point for refusing a call without token, asked with this key."""
    answer = requests.get(
        f"{bed.server.url}/gateway/auth-request",
        headers={
            "X-Gateway-Authorization": key,
            "X-Original-Method": "GET",
            "X-Original-URI": ISSUE,
        },
        timeout=10,
    )
    return answer.headers["X-Deny-Reason"]
