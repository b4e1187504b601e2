"""Through a real nginx: credentials in a query, in every spelling (FA-07)."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

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
                "jwt",
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
