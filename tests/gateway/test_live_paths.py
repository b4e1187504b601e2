"""Through a real nginx: targets that two servers could read differently (FA-04, FA-05, FA-10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.gateway.stub_bed import SESSION, TOKEN

if TYPE_CHECKING:
    from tests.gateway.stub_bed import Bed

ADMIN: Final = "rest/api/2/user"
AMBIGUOUS: Final = (
    "/rest/api/2/..;/user",
    "/rest/api/2/;x/user",
    "/rest/api/2/user;jsessionid=1",
    "/rest/api/2/user;x.png",
    "/rest//api/2/user",
    "//rest/api/2/user",
    "/rest/api/2//user",
    "/rest/api/2/user//",
    "/rest/api/2/x/../user",
    "/rest/api/2/./user",
    "/rest/api/2/user/.",
    "/rest/api/2/user/..",
    "/rest/api/2/..",
    "/rest/./api/2/user",
    "/rest/api/2/x/%2e%2e/user",
    "/rest/api/2/x/.%2e/user",
    "/rest/api/2/x/%2E./user",
    "/rest/api/2/%2e/user",
    "/rest/api/2%2fuser",
    "/rest/api/2%2Fuser",
    "/rest/api/2%252fuser",
    "/rest/api/2/x/%252e%252e/user",
    "/rest/api/2/us%25%65r",
    "/rest/api/2\\user",
    "/rest/api/2%5cuser",
    "/rest/api/2%5Cuser",
    "/rest/api/2/user%3bx",
    "/rest/api/2/user%3B",
    "/rest/api/2/user%00",
    "/rest/api/2/user%00.png",
    "/rest/api/2/user%0a",
    "/rest/api/2/user%0d%0aX: y",
    "/rest/api/2/user%09",
    "/rest/api/2/user%1f",
    "/rest/api/2/user%7f",
    "/rest/api/2/user%c2%80",
    "/rest/api/2/user#/public",
    "/rest/api/2/user?x#/public",
    "/rest/api/2%c0%afuser",
    "/rest/api/2/%c0%ae%c0%ae/user",
    "/rest/api/2%c1%9cuser",
    "/rest/api/2%e0%80%afuser",
    "/rest/api/2%e0%9f%bfuser",
    "/rest/api/2%f0%80%80%afuser",
    "/rest/api/2%f8%80%80%80%afuser",
    "/rest/api/2%f5%80%80%80user",
    "/rest/api/2%ed%a0%80user",
    "/rest/api/2/%ff",
    "/rest/api/2/%80",
    "/rest/api/2/%c3",
    "/rest/api/2/%c3x",
    "/rest/api/2/us%u0065r",
    "/rest/api/2/user%",
    "/rest/api/2/user%2",
    "/rest/api/2/user%zz",
    "/rest/api/2/us\xe4r",
    "/rest/api/2/us\xc3\xa4r",
    "/rest/api/2/us er",
    "/rest/api/2/us\ter",
    "/rest/api/2/us\x01er",
    "/rest/api/2/us\x7fer",
    '/rest/api/2/"user"',
    "/rest/api/2/<user>",
    "/rest/api/2/us|er",
    "/rest/api/2/{user}",
    "/rest/api/2/user?a\xe4",
    "rest/api/2/user",
    "*",
    "",
)
UNAMBIGUOUS: Final = (
    "/rest/api/2/user",
    "/rest/api/2/user/",
    "/rest/api/2/user?",
    "/rest/api/2/user?x=/../;//%2e%2e\\%00",
    "/rest/api/2/x..y/.z/...",
    "/rest/api/2/a-b_c~d!e$f&g'h(i)j*k+l,m=n:o@p",
    "/rest/api/2/%C3%A4%e2%82%ac%F0%9F%98%80",
    "/rest/api/2/a%20b%3ac%40d%5Be%5d",
    "/rest/api/2/%75ser",
)
OTHER_DOORS: Final = (
    "/rest",
    "/REST/api/2/user",
    "/Rest/api/2/user",
    "/%52est/api/2/user",
    "/%52EST/api/2/user",
    "/s/abc/_/rest/api/2/user",
    "/s/a/b/c/_/rest/api/2/user",
    "/s/abc/_/%72est/api/2/user",
    "/s/abc/_/s/d/_/rest/api/2/user",
    "/rpc/soap/jirasoapservice-v2",
    "/rpc/xmlrpc",
    "/rpc/json-rpc/confluenceservice-v2",
    "/rpc",
    "/RPC/xmlrpc",
    "/secure/..;/rest/api/2/user",
    "/secure/../rest/api/2/user",
    "/secure/%2e%2e/rest/api/2/user",
    "/secure/.%2E/rest/api/2/user",
    "/secure/%252e%252e/rest/api/2/user",
    "/./%72est/api/2/user",
    "/;/rest/api/2/user",
    "/;x=y/rest/api/2/user",
    "/rest;x/api/2/user",
    "/rest;/api/2/user",
    "//rest/api/2/user",
    "/\\rest/api/2/user",
    "/secure/..\\rest/api/2/user",
    "/secure%2f..%2frest/api/2/user",
    "/rest%2fapi/2/user",
    "/rest%5capi/2/user",
    "/rest%3bx/api/2/user",
    "/rest%00/api/2/user",
    "/%2572est/api/2/user",
    "/%25%372est/api/2/user",
    "/x/%25%32e%25%32e/rest/api/2/user",
    "/x%25%32frest/api/2/user",
    "/r%2570c/json-rpc",
    "/s/x/%255f/rest/api/2/user",
    "/re%2573t/api/2/user",
    "/%2552EST/api/2/user",
    "/rest%252fapi/2/user",
    "/rest%255capi/2/user",
    "/rest%253bapi/2/user",
    "/rest%2500/api/2/user",
    "/secure/%25252e%25252e/rest",
    "/secure/%c0%ae%c0%ae/rest/api/2/user",
    "/secure/%25c0%25ae/rest/api/2/user",
    "/secure/%e0%80%ae./rest/api/2/user",
    "/secure/x#/../rest/api/2/user",
    "/secure/x%23/..%2frest/api/2/user",
)
PAGES: Final = (
    "/",
    "/secure/Dashboard.jspa",
    "/browse/REST-12?focusedId=1#x"[:-2],
    "/browse/REST",
    "/display/REST/My+Page",
    "/display/~user/Home",
    "/secure/attachment/10000/my%20file%20(1)%C3%A4.png",
    "/secure/attachment/10000/100%25%20sure.txt",
    "/secure/attachment/10000/100%25.txt",
    "/secure/attachment/10000/a%25-b",
    "/secure/attachment/10000/rest%25zz",
    "/download/attachments/1/a..b...c.txt",
    "/s/abc-CDN/-1/_/download/batch/x.js?a=//..;",
    "/restful/page",
    "/rest-docs",
    "/plugins/servlet/x?redirect=/rest/api/2/user",
    "/issues/?jql=project%20=%20A%20AND%20x~%22..%2f%22",
    "/secure/x[1]{2}|3^4",
    "/secure/x?q=\xe4",
)


def _refused(bed: Bed, target: str) -> None:
    for headers in ((TOKEN,), (SESSION,), ()):
        answer = bed.call(target, *headers)

        assert answer.status == 400, (target, headers)
        assert answer.json["error"] == "invalid_request"
        assert answer.json["request_id"] == answer.header("X-Request-ID")
        assert answer.header("Cache-Control") == "no-store"
        assert bed.take() == ([], []), (target, headers)


@pytest.mark.rule("FA-04")
@pytest.mark.parametrize("target", AMBIGUOUS)
def test_an_ambiguous_target_is_neither_decided_nor_passed(target: str, api_host: Bed) -> None:
    _refused(api_host, target)


@pytest.mark.rule("FA-04")
@pytest.mark.parametrize("target", AMBIGUOUS)
def test_nor_is_it_in_front(target: str, in_front: Bed) -> None:
    base = in_front.site_configuration.base_path
    _refused(in_front, base + target if target.startswith("/") else target)


@pytest.mark.parametrize("target", UNAMBIGUOUS)
def test_an_unambiguous_target_passes_as_it_came(target: str, api_host: Bed, in_front: Bed) -> None:
    for bed in (api_host, in_front):
        whole = bed.site_configuration.base_path + target
        assert bed.call(whole, TOKEN).status == 200
        ((asked,), (seen,)) = bed.take()
        assert asked.header("X-Original-URI") == seen.target == whole


@pytest.mark.rule("FA-10")
@pytest.mark.parametrize("target", OTHER_DOORS)
def test_no_page_is_a_door_into_the_api(target: str, in_front: Bed) -> None:
    for base in {"", in_front.site_configuration.base_path}:
        _refused(in_front, base + target)


@pytest.mark.parametrize("target", PAGES)
def test_pages_pass_undecided_and_as_they_came(target: str, in_front: Bed) -> None:
    whole = in_front.site_configuration.base_path + target
    assert in_front.call(whole, SESSION).status == 200
    (asked, (seen,)) = in_front.take()

    assert asked == []
    assert seen.target == whole


@pytest.mark.rule("FA-10")
@pytest.mark.parametrize("target", ["/secure/x", "/plugins/servlet/x", "/download/x", "/s/x", "/"])
def test_on_a_host_for_tokens_every_path_is_decided(target: str, api_host: Bed) -> None:
    api_host.call(target, TOKEN)
    (asked, _) = api_host.take()

    assert len(asked) == 1


@pytest.mark.rule("FA-05")
@pytest.mark.parametrize("suffix", ["?x=/public", "/x.png", "?x=.css", "/livez", "?/login"])
def test_nothing_behind_a_path_gets_around_the_decision(
    suffix: str, api_host: Bed, in_front: Bed
) -> None:
    for bed in (api_host, in_front):
        target = bed.site_configuration.base_path + "/rest/api/2/user" + suffix
        bed.call(target, TOKEN, ("User-Agent", "kube-probe/1.27"))
        ((asked,), _) = bed.take()
        assert asked.header("X-Original-URI") == target
