"""Through a real nginx: what stands beside and around a gateway takes nothing from it (FA-14)."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from itertools import permutations
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.hand_over import HandOverKind
from authserver.gateway.site_configuration import Mode
from tests.gateway.nginx_process import NginxProcess
from tests.gateway.sites import IDENTITY_HEADER
from tests.gateway.stub_bed import (
    ALLOWED,
    BY_SESSION,
    CALL,
    DECISION_ID,
    DENIED,
    SESSION,
    TOKEN,
    Bed,
    a_bed,
    refused,
)
from tests.gateway.stub_servers import Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES: Final = ("jira", "jira-by", "jira-session")
NAMED: Final = Reply(
    200,
    (
        ("X-Decision-Id", DECISION_ID),
        ("X-Hand-Over", f"identity-header:{IDENTITY_HEADER}"),
        ("X-Upstream-Identity", "bob"),
    ),
)


@contextmanager
def _together(folder: Path, order: tuple[int, ...]) -> Iterator[list[Bed]]:
    """Three gateways whose names begin alike, in one nginx; the first is in front of its site."""
    shapes: list[dict[str, Any]] = [
        {"mode": Mode.IN_FRONT},
        {},
        {"hand_over": HandOverKind.IDENTITY_HEADER},
    ]
    with ExitStack() as stack:
        beds = [
            stack.enter_context(a_bed(folder / name, gateway=name, **shape))
            for name, shape in zip(NAMES, shapes, strict=True)
        ]
        for bed in beds:
            bed.nginx.stop()
        text = "".join(beds[number].nginx.configuration for number in order)
        stack.enter_context(NginxProcess(folder / "all", text))
        beds[2].decision = NAMED
        yield beds


@pytest.mark.rule("FA-14")
@pytest.mark.parametrize("order", list(permutations(range(3)))[::2], ids=str)
def test_gateways_in_one_nginx_do_not_disturb_each_other(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    with _together(tmp_path, order) as (front, host, header):
        for bed in (front, host, header):
            answer = bed.call(CALL, TOKEN)
            ((asked,), (seen,)) = bed.take()
            assert (answer.status, seen.target) == (200, CALL)
            assert asked.header("X-Original-Session") is None
            assert bed.logged(answer)["gateway"] == bed.site_configuration.gateway
        assert header.call(CALL, TOKEN).status == 200
        assert header.take()[1][0].header(IDENTITY_HEADER) == "bob"

        for bed in (host, header):
            bed.call(CALL, TOKEN, SESSION)
            ((asked,), (seen,)) = bed.take()
            assert asked.header("X-Original-Session") == "blocked"
            assert "cookie" not in seen.names
            bed.decision = BY_SESSION
            assert bed.call(CALL, SESSION).status == 503
            assert bed.take()[1] == []
        front.decision = BY_SESSION
        assert front.call(CALL, SESSION).status == 200
        for bed in (front, host):
            bed.decision = NAMED
            assert bed.call(CALL, TOKEN).status == 503


@pytest.mark.rule("FA-14")
@pytest.mark.parametrize(
    "around",
    [
        "satisfy any;\nallow 127.0.0.1;\n",
        (
            "proxy_cache_path {}/kept keys_zone=kept:1m;\nproxy_cache kept;\n"
            "proxy_cache_valid any 1m;\nproxy_cache_key $uri;\n"
        ),
        "proxy_store {}/stored$uri;\n",
    ],
    ids=["satisfy", "cache", "store"],
)
def test_settings_around_a_gateway_do_not_weaken_it(around: str, tmp_path: Path) -> None:
    with a_bed(tmp_path / "bed", around=around.format(tmp_path)) as bed:
        bed.page = Reply(200, (("Cache-Control", "max-age=60"),), b"page")
        for _ in range(2):
            bed.decision = ALLOWED
            assert bed.call(CALL, TOKEN).status == 200
            assert list(map(len, bed.take())) == [1, 1]
            bed.decision = refused(403, "403", *DENIED)
            assert bed.call(CALL, TOKEN).status == 403
            assert list(map(len, bed.take())) == [1, 0]
            bed.decision = refused(401, "401", ("WWW-Authenticate", "Bearer"))
            assert bed.call(CALL).status == 401
            assert list(map(len, bed.take())) == [1, 0]
    kept = [each for folder in ("kept", "stored") for each in (tmp_path / folder).rglob("*")]
    assert [each for each in kept if each.is_file()] == []


@pytest.mark.feature(38)
@pytest.mark.trap(7)
@pytest.mark.parametrize(
    ("trusted", "address"), [("127.0.0.1", "203.0.113.7"), ("192.0.2.0/24", "127.0.0.1")]
)
def test_only_a_proxy_that_nginx_trusts_says_from_where_a_call_came(
    trusted: str, address: str, tmp_path: Path
) -> None:
    around = (
        f"set_real_ip_from {trusted};\nreal_ip_header X-Forwarded-For;\nreal_ip_recursive on;\n"
    )
    with a_bed(tmp_path / "bed", around=around) as bed:
        bed.call(CALL, TOKEN, ("X-Forwarded-For", "10.0.0.1, 203.0.113.7"))
        ((asked,), (seen,)) = bed.take()
    assert asked.header("X-Original-Address") == address
    assert seen.header("X-Forwarded-For") == address
