"""Through a real nginx: credentials in a query, in every spelling (FA-07)."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import pytest

from tests.gateway.stub_bed import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway.stub_bed import Bed


def _spellings(name: str) -> Iterator[str]:
    yield name
    yield name.upper()
    yield f"%{ord(name[0]):02x}{name[1:]}"
    yield "".join(f"%{ord(each):02x}" for each in name)
    yield "".join(f"%{ord(each):02X}" for each in name)
    yield name.replace("_", "%5F")
    yield name.replace("_", "%5f")


@pytest.mark.rule("FA-07")
@pytest.mark.parametrize(
    ("name", "form"),
    list(
        product(
            (
                "os_username",
                "os_password",
                "os_authType",
                "os_cookie",
                "oauth_token",
                "oauth_consumer_key",
                "oauth_signature",
                "access_token",
            ),
            ("?{}=x", "?a=b&{}=x", "?a=b;{}=x", "?{}", "?&&{}&c", "??{}=x"),
        )
    ),
)
def test_no_password_passes_in_a_query(name: str, form: str, api_host: Bed, in_front: Bed) -> None:
    for bed, path in ((api_host, "/rest/x"), (in_front, "/rest/x"), (in_front, "/secure/x")):
        base = bed.site_configuration.base_path
        for spelling in _spellings(name):
            answer = bed.call(base + path + form.format(spelling), TOKEN)
            assert (answer.status, answer.json["error"]) == (400, "invalid_request"), spelling
            assert bed.take() == ([], []), spelling


@pytest.mark.parametrize(
    "query", ["?xos_username=1", "?a=os_username", "?os_usernames=1", "?jwts=1"]
)
def test_other_parameters_pass(query: str, api_host: Bed, in_front: Bed) -> None:
    for bed, path in ((api_host, "/rest/x"), (in_front, "/rest/x"), (in_front, "/secure/x")):
        assert bed.call(bed.site_configuration.base_path + path + query, TOKEN).status == 200
        bed.take()


JWT: Final = "eyJhbGciOiJIUzI1NiJ9.eyJxc2giOiJ4In0.c2lnbmF0dXJl"
STRIPPED: Final = (
    (f"?jwt={JWT}", ""),
    (f"?jwt={JWT}&a=b", "?a=b"),
    (f"?a=b&jwt={JWT}", "?a=b"),
    (f"?a=b&jwt={JWT}&c=%20d;e", "?a=b&c=%20d;e"),
    (f"?a=b&jwt={JWT}&jwts=1", "?a=b&jwts=1"),
)
REFUSED: Final = (
    f"?jwt={JWT}&jwt={JWT}",
    f"?jwt={JWT}&jwt=",
    f"?a=b;jwt={JWT}",
    f"?jwt={JWT};a=b",
    f"?JWT={JWT}",
    f"?%6Awt={JWT}",
    f"?jw%74={JWT}&a=b",
    f"?jwt={JWT}&%6awt={JWT}",
    "?jwt",
    "?jwt=",
    "?jwt=a%2Eb.c",
    f"?jwt={JWT}&os_username=x",
)


@pytest.mark.parametrize(("query", "left"), STRIPPED)
@pytest.mark.feature(31)
def test_the_jwt_of_a_connect_app_is_decided_about_and_reaches_no_site_and_no_log(
    query: str, left: str, api_host: Bed, in_front: Bed
) -> None:
    for bed in (api_host, in_front):
        path = f"{bed.site_configuration.base_path}/rest/x"
        answer = bed.call(path + query)
        ((asked,), (seen,)) = bed.take()

        assert asked.header("X-Original-URI") == path + query
        assert (answer.status, seen.target) == (200, path + left)
        assert bed.logged(answer)["path"] == path
        logs = "".join(each.read_text() for each in bed.nginx.folder.glob("*.log"))
        assert JWT[:20] not in logs


@pytest.mark.rule("FA-07")
@pytest.mark.parametrize("query", REFUSED)
def test_a_jwt_that_two_readers_may_see_differently_is_refused(
    query: str, api_host: Bed, in_front: Bed
) -> None:
    for bed in (api_host, in_front):
        answer = bed.call(f"{bed.site_configuration.base_path}/rest/x{query}")
        assert (answer.status, bed.take()) == (400, ([], []))


def test_a_page_takes_no_jwt(in_front: Bed) -> None:
    answer = in_front.call(f"{in_front.site_configuration.base_path}/secure/x?jwt={JWT}")
    assert (answer.status, in_front.take()) == (400, ([], []))
