"""TLS is verified for the host name of the URL, whatever address was connected (FE-14)."""

from __future__ import annotations

import ssl
import warnings
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from authserver.domain.outbound import OutboundPolicy, OutboundReason, OutboundUnavailable
from authserver.upstream.http_client import GuardedHttpClient
from authserver.upstream.http_sockets import tls_context
from tests.doubles import FakeClock
from tests.upstream.resolvers import everywhere
from tests.upstream.servers import LoopbackServer, Visit, always, answer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.upstream.certificates import TestAuthority
    from tests.upstream.conftest import ClientFor

pytestmark = pytest.mark.rule("FE-14")

NAME = "idp.example"


def named(server: LoopbackServer) -> str:
    return f"https://{NAME}:{server.port}"


def failure(client: GuardedHttpClient, url: str) -> OutboundUnavailable:
    with pytest.raises(OutboundUnavailable) as caught:
        client.request("GET", url)
    return caught.value


def test_the_host_name_decides_about_server_name_certificate_and_host_header(
    client_for: ClientFor, authority: TestAuthority
) -> None:
    with LoopbackServer(always(answer()), tls=authority.server_for(NAME)) as server:
        client = client_for(
            resolver=everywhere("127.0.0.1"), private_origins=frozenset({named(server)})
        )
        assert client.get_json(named(server)) == {}
        assert server.server_names == [NAME]
        assert f"\r\nHost: {NAME}:{server.port}\r\n".encode() in server.requests[0]


@pytest.mark.parametrize("wrong", ["other.example", "sub.idp.example", "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused(
    client_for: ClientFor, authority: TestAuthority, wrong: str
) -> None:
    with LoopbackServer(always(answer()), tls=authority.server_for(wrong)) as server:
        client = client_for(
            resolver=everywhere("127.0.0.1"), private_origins=frozenset({named(server)})
        )
        error = failure(client, named(server))
        assert error.reason is OutboundReason.TLS_FAILED
        assert "mismatch" in error.detail
        assert server.requests == []


def test_a_certificate_that_names_its_host_only_as_common_name_is_refused(
    client_for: ClientFor, authority: TestAuthority
) -> None:
    tls = authority.server(common_name=NAME)
    with LoopbackServer(always(answer()), tls=tls) as server:
        client = client_for(
            resolver=everywhere("127.0.0.1"), private_origins=frozenset({named(server)})
        )
        assert failure(client, named(server)).reason is OutboundReason.TLS_FAILED


def test_an_expired_certificate_is_refused(client_for: ClientFor, authority: TestAuthority) -> None:
    tls = authority.server(x509.DNSName(NAME), valid_days=-1)
    with LoopbackServer(always(answer()), tls=tls) as server:
        client = client_for(
            resolver=everywhere("127.0.0.1"), private_origins=frozenset({named(server)})
        )
        error = failure(client, named(server))
        assert error.reason is OutboundReason.TLS_FAILED
        assert "expired" in error.detail
        assert server.requests == []


def test_a_certificate_of_an_unknown_authority_is_refused(
    client_for: ClientFor, authority: TestAuthority
) -> None:
    with LoopbackServer(always(answer()), tls=authority.server_for("127.0.0.1")) as server:
        error = failure(client_for(server, trusting=False), server.origin)
        assert error.reason is OutboundReason.TLS_FAILED
        assert server.requests == []


def test_the_systems_authorities_are_trusted(
    client_for: ClientFor, authority: TestAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    with LoopbackServer(always(answer()), tls=authority.server_for("127.0.0.1")) as server:
        assert client_for(server, trusting=False).get_json(server.origin) == {}


def test_an_address_in_the_url_is_verified_as_an_address(
    client_for: ClientFor, authority: TestAuthority
) -> None:
    for address in ("127.0.0.1", "::1"):
        tls = authority.server_for(address)
        with LoopbackServer(always(answer()), tls=tls, address=address) as server:
            assert client_for(server).request("GET", server.origin).status == 200
            assert server.origin.removeprefix("https://").encode() in server.requests[0]


def test_tls_below_1_2_is_refused(client_for: ClientFor, authority: TestAuthority) -> None:
    tls = authority.server_for("127.0.0.1")
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        tls.minimum_version = ssl.TLSVersion.TLSv1
        tls.maximum_version = ssl.TLSVersion.TLSv1_1
    with LoopbackServer(always(answer()), tls=tls) as server:
        assert failure(client_for(server), server.origin).reason in {
            OutboundReason.TLS_FAILED,
            OutboundReason.CONNECTION_BROKEN,
        }
        assert server.requests == []
    assert tls_context(None).minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_server_without_tls_is_refused_where_https_was_asked(client_for: ClientFor) -> None:
    with LoopbackServer(always(answer()), reads=False) as server:
        origin = server.origin.replace("http:", "https:")
        client = client_for(private_origins=frozenset({origin}))
        assert failure(client, origin).reason is OutboundReason.TLS_FAILED


def test_an_answer_without_length_needs_the_goodbye_of_tls(
    client_for: ClientFor, authority: TestAuthority
) -> None:
    """Else somebody on the line could cut an answer short unseen."""

    def cut(visit: Visit) -> None:
        visit.say(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}")

    def say_goodbye(visit: Visit) -> None:
        cut(visit)
        assert isinstance(visit.line, ssl.SSLSocket)
        visit.line.unwrap()

    tls = authority.server_for("127.0.0.1")
    with LoopbackServer(cut, tls=tls) as server:
        error = failure(client_for(server), server.origin)
        assert error.reason is OutboundReason.CONNECTION_BROKEN
    with LoopbackServer(say_goodbye, tls=tls) as server:
        assert client_for(server).request("GET", server.origin).body == b"{}"


def test_session_keys_are_not_written_where_the_environment_says(
    client_for: ClientFor,
    authority: TestAuthority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys = tmp_path / "keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    with LoopbackServer(always(answer()), tls=authority.server_for("127.0.0.1")) as server:
        client_for(server).request("GET", server.origin)
    assert not keys.exists()


def test_an_unreadable_ca_file_is_an_error_at_the_start(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for path in (empty, tmp_path / "missing.pem"):
        with pytest.raises(OSError):
            GuardedHttpClient(clock=FakeClock(), policy=OutboundPolicy(), ca_file=path)
