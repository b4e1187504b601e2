"""Ways through the pages of a site in front, which are not decided, into its REST API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.gateway.tricks.headers import SPOOFED
from tests.gateway.tricks.trick import ADMIN, FRONT, LENIENT, SESSION, Trick, as_line, request

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = "/secure/Dashboard.jspa"
_API: Final = "rest/api/2/settings/columns"
DOORS: Final = (
    "/rest",
    f"/REST/{_API[5:]}",
    f"/Rest/{_API[5:]}",
    f"/%52EST/{_API[5:]}",
    f"/secure/../{_API}",
    f"/secure/..;/{_API}",
    f"/secure/..;a=b/{_API}",
    f"/secure/%2e%2e/{_API}",
    f"/secure/.%2e/{_API}",
    f"/secure/%252e%252e/{_API}",
    f"/secure/..%2f{_API}",
    f"/secure/..%5c{_API}",
    f"/secure/..\\{_API}",
    f"/secure/%c0%ae%c0%ae/{_API}",
    f"/secure/x/../../{_API}",
    f"/./{_API}",
    f"/.;/{_API}",
    f"/;x/{_API}",
    f"/;/{_API}",
    f"//{_API}",
    f"///{_API}",
    f"/\\{_API}",
    f"/%2f{_API}",
    f"/%5c{_API}",
    f"/%252f{_API}",
    f"/rest;x/{_API[5:]}",
    f"/rest;/{_API[5:]}",
    f"/rest%3b/{_API[5:]}",
    f"/rest%2f{_API[5:]}",
    f"/rest%5c{_API[5:]}",
    f"/rest\\{_API[5:]}",
    f"/rest%00/{_API[5:]}",
    "/rest%3fx",
    "/rest%23x",
    "/s/a1b2/_/rest%3fx",
    f"/%2572est/{_API[5:]}",
    f"/s/a1b2/_/{_API}",
    f"/s/a/b/c/_/{_API}",
    f"/s/a1b2/_;x/{_API}",
    f"/s/a1b2/_/%72est/{_API[5:]}",
    f"/S/a1b2/_/{_API}",
    f"/secure/x#/../../{_API}",
    "/rpc/soap/jirasoapservice-v2",
    "/RPC/xmlrpc",
    "/rpc",
    f"{PAGE}?os_username=evil&os_password=x",
    f"{PAGE}?o%73_username=evil",
)
"""Targets that are no call to nginx, and one to some servers behind it."""
HARMLESS: Final = (
    f"{PAGE}?x=/{_API}",
    f"{PAGE}?x=/../{_API}",
    "/restful",
    "/browse/REST-1",
    "/secure/attachment/1/a%20b.png",
    "/plugins/servlet/rest",
)


NESTED_DOORS: Final = (
    f"/JIRA/{_API}",
    f"/Jira/{_API}",
    f"/x/../jira/{_API}",
    f"/x/..;/jira/{_API}",
    f"/%2fjira/{_API}",
    f"//jira/{_API}",
    f"/jira;x/{_API}",
    f"/jira%2f{_API}",
    f"/jira\\{_API}",
    f"/jira/../{_API}",
    f"/{_API}",
    f"/jira/../jira/{_API}",
    "/rest",
)
"""Targets at a site below `/jira` that are none of its calls to nginx."""


def page_tricks() -> Iterator[Trick]:
    """With a session and with a token; of what is passed on nothing may be added to."""
    for target in DOORS:
        for name, raw in (
            ("session", request(target, SESSION, credential="")),
            ("token", request(target, credential=ADMIN)),
        ):
            yield Trick(f"{target} ({name})", raw, (400,), gateways=(*FRONT, *LENIENT))
    yield from _below_a_path()
    for target in HARMLESS:
        yield _page(target, request(target, SESSION, credential=""), target)
    for name, lines in SPOOFED.items():
        yield _page(f"page, spoofed: {name}", request(PAGE, SESSION, *lines, credential=""))
    for name, raw in (
        ("page with a token", request(PAGE, credential=ADMIN)),
        ("page with Basic", request(PAGE, credential="Authorization: Basic ZXZpbDpldmls")),
        ("page with a session and a token", request(PAGE, SESSION, credential=ADMIN)),
        ("page with overrides", request(PAGE, "X-HTTP-Method-Override: DELETE", credential="")),
        ("page without XSRF", request(PAGE, SESSION, "X-Atlassian-Token: no-check")),
        ("page with an upgrade", request(PAGE, "Connection: Upgrade", "Upgrade: h2c")),
        ("page that hides a header", request(PAGE, "Connection: close, X-Forwarded-For")),
    ):
        yield _page(name, raw)
    api = request(f"/{_API}")
    first = request(PAGE, SESSION, credential="", close=False)
    arrives = (as_line(PAGE),)
    yield Trick(
        "a page and a call at once",
        first + api,
        (200, 403),
        ("insufficient-scope",),
        arrives,
        (*FRONT, *LENIENT),
    )
    inside = api.decode()
    body = request(
        PAGE,
        SESSION,
        "Content-Length: <length>",
        method="POST",
        credential="",
        body=f"<<{inside}>>",
    )
    posted = (as_line(PAGE, "POST"),)
    yield Trick("a call inside of a page", body, (200,), (), posted, (*FRONT, *LENIENT))
    both = request(
        PAGE, "Content-Length: 5", "Transfer-Encoding: chunked", method="POST", body="0\r\n\r\n"
    )
    yield Trick("a page with two framings", both, (400,), gateways=(*FRONT, *LENIENT))


def _page(name: str, raw: bytes, target: str = PAGE) -> Trick:
    return Trick(name, raw, (200,), (), (as_line(target),), (*FRONT, *LENIENT))


def _below_a_path() -> Iterator[Trick]:
    """The same doors at a site below a path, which is a door less and a wall more."""
    nested, call = ("nested",), f"/jira/{_API}"
    yield Trick(
        "a call below the path",
        request(call, credential=ADMIN),
        (200,),
        ("allowed",),
        (as_line(call),),
        nested,
    )
    escaped = f"/%6aira/{_API}"
    yield Trick(
        "a call below the escaped path",
        request(escaped, credential=ADMIN),
        (200,),
        ("allowed",),
        (as_line(escaped),),
        nested,
    )
    for target in (*(f"/jira{door}" for door in DOORS), *NESTED_DOORS):
        for name, raw in (
            ("session", request(target, SESSION, credential="")),
            ("token", request(target, credential=ADMIN)),
        ):
            yield Trick(f"below: {target} ({name})", raw, (400,), gateways=nested)
