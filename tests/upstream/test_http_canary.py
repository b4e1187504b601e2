"""Nothing on a private address hears from us, however it is spelled (ASVS 13.2.4, 13.2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.crypto.system import SystemClock
from authserver.domain.outbound import (
    OutboundAnswerInvalid,
    OutboundPolicy,
    OutboundReason,
    OutboundRefused,
    OutboundUnavailable,
)
from authserver.upstream.http_client import GuardedHttpClient
from authserver.upstream.http_sockets import BoundedSocket
from tests.upstream.resolvers import ScriptedResolver, everywhere
from tests.upstream.servers import LoopbackServer, always, answer, once
from tests.upstream.spellings import HOSTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.upstream.conftest import ClientFor

PUBLIC = "93.184.216.34"


class Canary:
    """Listens where nobody should call, and notes every connect that leaves us."""

    def __init__(self, server: LoopbackServer) -> None:
        self.server = server
        self.connects: list[str] = []

    @property
    def port(self) -> int:
        return self.server.port


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Canary]:
    with LoopbackServer(always(answer())) as server:
        canary = Canary(server)
        connect = BoundedSocket.connect

        def note(line: BoundedSocket, address: tuple[str, int]) -> None:
            canary.connects.append(address[0])
            if address[0] == PUBLIC:
                raise ConnectionRefusedError(111, "not out there in a test")
            connect(line, address)

        monkeypatch.setattr(BoundedSocket, "connect", note)
        yield canary


def strict_client(canary: Canary, **resolver: list[list[str]]) -> GuardedHttpClient:
    """The policy for strangers' URLs; the canary's port is open, so only the address decides."""
    return GuardedHttpClient(
        clock=SystemClock(),
        policy=OutboundPolicy(ports=frozenset({443, canary.port}), breaker_failures=1000),
        resolver=ScriptedResolver(**resolver) if resolver else None,
    )


@pytest.mark.rule("HT-05")
@pytest.mark.parametrize("host", HOSTS)
def test_no_spelling_of_a_private_address_is_called(canary: Canary, host: str) -> None:
    client = strict_client(canary)
    for scheme in ("https", "http"):
        for url in (f"{scheme}://{host}:{canary.port}/", f"{scheme}://{host}/"):
            with pytest.raises(OutboundRefused):
                client.request("GET", url)
    assert canary.connects == []
    assert canary.server.connections == 0


@pytest.mark.rule("HT-05")
@pytest.mark.parametrize(
    "url",
    [
        "https://public.example#@127.0.0.1:{port}/",
        "https://public.example\\@127.0.0.1:{port}/",
        "https://public.example:443@127.0.0.1:{port}/",
        "https://127.0.0.1:{port}\\@public.example/",
        "https://127.0.0.1:{port}#@public.example/",
        "https://127.0.0.1:{port} .public.example/",
        "https:///127.0.0.1:{port}/",
        "https:127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "127.0.0.1:{port}/",
        "ftp://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/_GET%20/",
        "https://[::1%2525]:{port}/",
        "https://[127.0.0.1]:{port}/",
        "https://127.0.0.1:{port}:{port}/",
        "https://127.0.0.1:+{port}/",
        "https://127.0.0.1:0{port}/",
        "https://127.0.0.1:/",
        "https://:{port}/",
        "https://",
        "",
    ],
)
def test_no_trick_with_the_parts_of_a_url_reaches_a_private_address(
    canary: Canary, url: str
) -> None:
    client = strict_client(canary, public_example=[[PUBLIC]])
    with pytest.raises(OutboundRefused):
        client.request("GET", url.format(port=canary.port))
    assert canary.connects == []


@pytest.mark.rule("HT-05")
@pytest.mark.rule("F-27")
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "10.0.0.7",
        "169.254.169.254",
        "::ffff:127.0.0.1",
        "fe80::1%lo",
        "0.0.0.0",
    ],
)
def test_a_name_that_leads_to_a_private_address_is_not_called(canary: Canary, address: str) -> None:
    for answers in ([address], [PUBLIC, address], [address, PUBLIC]):
        client = strict_client(canary, public_example=[answers])
        with pytest.raises(OutboundRefused) as caught:
            client.request("GET", f"https://public.example:{canary.port}/")
        assert caught.value.reason is OutboundReason.ADDRESS_REFUSED
        assert caught.value.origin == f"https://public.example:{canary.port}"
    assert canary.connects == []


@pytest.mark.rule("HT-05")
@pytest.mark.rule("F-27")
def test_the_connection_goes_to_the_address_that_was_checked(canary: Canary) -> None:
    """Rebinding: the name is public when it is checked and loopback ever after."""
    resolver = ScriptedResolver(public_example=[[PUBLIC], ["127.0.0.1"]])
    client = GuardedHttpClient(
        clock=SystemClock(),
        policy=OutboundPolicy(ports=frozenset({canary.port})),
        resolver=resolver,
    )
    url = f"https://public.example:{canary.port}/"
    with pytest.raises(OutboundUnavailable):
        client.request("GET", url)
    assert canary.connects == [PUBLIC]
    assert resolver.lookups["public.example"] == 1
    with pytest.raises(OutboundRefused):
        client.request("GET", url)
    assert canary.connects == [PUBLIC]
    assert canary.server.connections == 0


@pytest.mark.rule("HT-05")
@pytest.mark.rule("FE-14")
@pytest.mark.parametrize(
    "status", ["301 M", "302 F", "303 S", "307 T", "308 P", "300 C", "305 U", "399 X"]
)
def test_a_redirect_is_not_followed(canary: Canary, client_for: ClientFor, status: str) -> None:
    location = f"Location: http://127.0.0.1:{canary.port}/"
    with LoopbackServer(once(answer(status=status, extra=(location,)))) as server:
        # Even an origin that may be called directly is not reached through a redirect.
        client = client_for(server, canary.server)
        for call in (
            lambda: client.request("GET", server.origin),
            lambda: client.get_json(server.origin),
            lambda: client.request_json("POST", server.origin, body=b"code=1"),
        ):
            with pytest.raises(OutboundAnswerInvalid) as caught:
                call()
            assert caught.value.reason is OutboundReason.REDIRECT_REFUSED
            assert str(canary.port) not in str(caught.value)
            # Whoever judges it may know, and nobody is told.
            assert caught.value.location == f"http://127.0.0.1:{canary.port}/"
    assert canary.server.connections == 0


@pytest.mark.rule("HT-05")
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_from_the_environment_is_not_used(
    canary: Canary, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for spelling in (name, name.lower()):
        monkeypatch.setenv(spelling, f"http://127.0.0.1:{canary.port}")
    with LoopbackServer(always(answer())) as server:
        assert client_for(server).request("GET", server.origin).status == 200
    assert canary.server.connections == 0


@pytest.mark.rule("HT-05")
def test_the_canary_sings_when_the_administrator_names_it(
    canary: Canary, client_for: ClientFor
) -> None:
    """The control of this file: what was not called above can be called."""
    assert client_for(canary.server).request("GET", canary.server.origin).status == 200
    assert canary.server.connections == 1


@pytest.mark.rule("HT-05")
def test_a_named_origin_opens_neither_its_host_on_another_port_nor_cloud_metadata(
    canary: Canary, client_for: ClientFor
) -> None:
    client = client_for(
        canary.server,
        resolver=everywhere("169.254.169.254"),
        private_origins=frozenset({"https://jira.example"}),
        ports=frozenset({443, 8443}),
    )
    for url in ("https://jira.example/", "http://127.0.0.1:1/", "https://127.0.0.1:8443/"):
        with pytest.raises(OutboundRefused):
            client.request("GET", url)
    assert canary.connects == []


@pytest.mark.rule("HT-05")
def test_plain_http_stays_inside_even_for_a_named_origin(
    canary: Canary, client_for: ClientFor
) -> None:
    client = client_for(
        resolver=everywhere(PUBLIC), private_origins=frozenset({"http://jira.example"})
    )
    with pytest.raises(OutboundRefused) as caught:
        client.request("GET", "http://jira.example/")
    assert caught.value.reason is OutboundReason.ADDRESS_REFUSED
    assert canary.connects == []
