"""Providers that answer badly, over the wire: every call ends soon, small, and with its reason."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.crypto.foreign_keys import ForeignKeySets
from authserver.crypto.system import SystemClock
from authserver.domain.outbound import OutboundError
from authserver.domain.upstream_ports import DocumentRefused, UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.upstream.oidc_server import OidcServers
from tests.upstream.providers import CALLBACK, OKTA, OKTA_METADATA
from tests.upstream.servers import LoopbackServer, always, answer, once

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.providers import Provider
    from tests.upstream.conftest import ClientFor
    from tests.upstream.servers import Script, Visit

SECONDS: Final = 0.5
GIB: Final = 1024**3
HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def endless(visit: Visit) -> None:
    visit.say(HEAD + b"Content-Length: %d\r\n\r\n" % GIB)
    for _ in range(GIB // 65536):
        visit.say(b" " * 65536)


def endless_chunks(visit: Visit) -> None:
    visit.say(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(GIB // 65536):
        visit.say(b"10000\r\n" + b" " * 65536 + b"\r\n")


def dripping(visit: Visit) -> None:
    visit.say(HEAD + b"Content-Length: 1000\r\n\r\n")
    visit.drip(b" " * 1000, every=0.05)


def cut_off(visit: Visit) -> None:
    visit.say(HEAD + b'Content-Length: 1000\r\n\r\n{"issuer":')


BOMB: Final = gzip.compress(b" " * 10_000_000)
FAULTS: Final[dict[str, Script]] = {
    "hang": lambda visit: visit.hang(),
    "drip": dripping,
    "cut off": cut_off,
    "hang up": lambda visit: None,
    "500": once(answer(status="500 Internal Server Error")),
    "503": once(answer(b"<p>", kind="text/html", status="503 Service Unavailable")),
    "429": once(answer(status="429 Too Many Requests")),
    "204": once(answer(b"", status="204 No Content")),
    "a page": once(answer(b"<html>", kind="text/html")),
    "JSON called a page": once(answer(b"{}", kind="text/html")),
    "truncated JSON": once(answer(b'{"issuer": "https')),
    "an array": once(answer(b"[{}]")),
    "a text": once(answer(b'"issuer"')),
    "nothing": once(answer(b"")),
    "a member twice": once(answer(b'{"keys":[],"issuer":"a","issuer":"b"}')),
    "not UTF-8": once(answer(b'{"issuer":"\xff"}')),
    "NaN": once(answer(b'{"issuer":NaN}')),
    "deep": once(answer(b'{"keys":' + b"[" * 5000 + b"]" * 5000 + b"}")),
    "many values": once(answer(b'{"keys":[' + b"1," * 200_000 + b"1]}")),
    "a gigabyte": endless,
    "a gigabyte in chunks": endless_chunks,
    "a bomb": once(answer(BOMB, extra=("Content-Encoding: gzip",))),
    "no HTTP": once(b"SSH-2.0-OpenSSH_9\r\n\r\n"),
}


class Place:
    """The calls to one server, which stands where the provider should."""

    def __init__(self, server: LoopbackServer, client_for: ClientFor) -> None:
        base = server.origin
        self.provider: Provider = replace(OKTA, issuer=base, discovery_url=f"{base}/d")
        self.metadata = replace(
            OKTA_METADATA,
            issuer=base,
            token_endpoint=f"{base}/token",
            jwks_uri=f"{base}/keys",
            userinfo_endpoint=f"{base}/userinfo",
        )
        self.servers = OidcServers(
            http=client_for(server, breaker_failures=1000),
            clock=SystemClock(),
            keys=ForeignKeySets(),
            opened_origins=frozenset({base}),
        )

    def calls(self) -> dict[str, Callable[[], object]]:
        """Every kind of call that goes to a provider."""
        return {
            "metadata": lambda: self.servers.discover(self.provider, seconds=SECONDS),
            "keys": lambda: self.servers.keys(self.metadata.jwks_uri, seconds=SECONDS),
            "token": lambda: self.servers.redeem(
                self.provider,
                self.metadata,
                code="code",
                verifier="v",
                redirect_uri=CALLBACK,
                credential="s",
                seconds=SECONDS,
            ),
            "userinfo": lambda: self.servers.userinfo(self.metadata, "at", seconds=SECONDS),
            "graph": lambda: self.servers.graph_groups(
                self.provider, TENANT, TENANT, "s", seconds=SECONDS
            ),
            "okta": lambda: self.servers.okta_groups(self.provider, "00u1", "s", seconds=SECONDS),
        }


TENANT: Final = "72f988bf-86f1-41af-91ab-2d7cd011db47"
KINDS: Final = ("metadata", "keys", "token", "userinfo", "graph", "okta")


@pytest.mark.rule("FE-14")
@pytest.mark.rule("F-24")
@pytest.mark.rule("F-25")
@pytest.mark.parametrize("fault", FAULTS)
def test_no_answer_of_a_provider_does_harm(client_for: ClientFor, fault: str) -> None:
    with LoopbackServer(FAULTS[fault]) as server:
        place = Place(server, client_for)
        for kind, call in place.calls().items():
            began = time.monotonic()
            with pytest.raises((OutboundError, DocumentRefused, UpstreamFailure)):
                call()
            assert time.monotonic() - began < SECONDS + 1.5, kind


@pytest.mark.rule("F-25")
@pytest.mark.parametrize("fault", ["a gigabyte", "a gigabyte in chunks", "a bomb", "many values"])
def test_an_answer_without_end_takes_little_memory(client_for: ClientFor, fault: str) -> None:
    with LoopbackServer(FAULTS[fault]) as server:
        calls = Place(server, client_for).calls()
        for kind in KINDS:
            tracemalloc.start()
            try:
                with pytest.raises((OutboundError, UpstreamFailure)):
                    calls[kind]()
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
            assert peak < 5 * 1024 * 1024, kind


@pytest.mark.rule("FE-14")
@pytest.mark.rule("F-25")
@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_no_redirect_of_a_provider_is_followed(client_for: ClientFor, status: str) -> None:
    with LoopbackServer(always(answer())) as canary:
        away = once(answer(status=status, extra=(f"Location: {canary.origin}/keys",)))
        with LoopbackServer(away) as server:
            for call in Place(server, client_for).calls().values():
                with pytest.raises((OutboundError, UpstreamFailure)):
                    call()
        assert canary.connections == 0


def metadata_pointing_to(server: LoopbackServer, member: str, url: str) -> bytes:
    base = server.origin
    document = {
        "issuer": base,
        "authorization_endpoint": f"{base}/a",
        "token_endpoint": f"{base}/t",
        "jwks_uri": f"{base}/k",
        "userinfo_endpoint": f"{base}/u",
        member: url,
    }
    return json.dumps(document).encode()


@pytest.mark.rule("FE-04")
@pytest.mark.rule("FE-14")
@pytest.mark.parametrize("member", ["jwks_uri", "token_endpoint", "userinfo_endpoint", "issuer"])
def test_no_address_in_metadata_is_called_that_is_not_the_providers(
    client_for: ClientFor, member: str
) -> None:
    """The canary's origin is even open to calls: what protects it is where the provider lives."""
    with LoopbackServer(always(answer()), address="127.0.0.2") as canary:

        def tell(visit: Visit) -> None:
            visit.say(answer(metadata_pointing_to(visit.server, member, f"{canary.origin}/x")))

        with LoopbackServer(tell) as server:
            place = Place(server, client_for)
            servers = OidcServers(
                http=client_for(server, canary),
                clock=SystemClock(),
                keys=ForeignKeySets(),
                opened_origins=frozenset({server.origin, canary.origin}),
            )
            with pytest.raises(DocumentRefused, match=member):
                servers.discover(place.provider)
        assert canary.connections == 0


@pytest.mark.rule("F-24")
def test_a_provider_that_is_gone_is_told_from_one_that_is_busy(client_for: ClientFor) -> None:
    with LoopbackServer(once(answer(status="429 Too Many Requests"))) as server:
        place = Place(server, client_for)
        with pytest.raises(UpstreamFailure) as caught:
            place.calls()["token"]()
        assert caught.value.problem is SignInProblem.PROVIDER_BUSY
    with pytest.raises(UpstreamFailure) as caught:
        place.calls()["token"]()
    assert caught.value.problem is SignInProblem.PROVIDER_UNREACHABLE
