"""Through a real nginx that listens with TLS: what comes over plain HTTP all the same."""

from __future__ import annotations

import ssl
from http.client import HTTPSConnection
from typing import TYPE_CHECKING, Final

import pytest
from cryptography import x509

from authserver.gateway.site_configuration import Mode
from tests.gateway.raw_requests import call
from tests.gateway.stub_bed import (
    ALLOWED,
    AS_IT_CAME,
    CALL,
    PASSWORD,
    SESSION,
    TOKEN,
    Bed,
    a_bed,
    refused,
)
from tests.ports import free_port
from tests.upstream.certificates import TestAuthority

if TYPE_CHECKING:
    from collections.abc import Iterator

IN_THE_CLEAR: Final = refused(
    403,
    "400",
    ("X-Deny-Error", "invalid_request"),
    ("X-Deny-Description", "a credential came over plain HTTP"),
    ("X-Deny-Reason", "plain-http"),
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def tls_bed(
    authority: TestAuthority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Bed, int]]:
    certificate = str(authority.server_file(x509.DNSName("localhost")))
    plain = free_port()
    with a_bed(
        tmp_path_factory.mktemp("bed"),
        mode=Mode.IN_FRONT,
        plain_http=False,
        plain_listen=f"127.0.0.1:{plain}",
        certificate=certificate,
        certificate_key=certificate,
    ) as bed:
        yield bed, plain


@pytest.mark.rule("HT-01")
@pytest.mark.parametrize(
    ("target", "headers"),
    [
        (CALL, (TOKEN,)),
        (CALL, ()),
        (CALL, (SESSION,)),
        ("/secure/Dashboard.jspa", (PASSWORD,)),
        ("/secure/Dashboard.jspa?jwt=a.b.c", ()),
        ("/s/x/_/rest/api/2/myself", ()),
    ],
)
@pytest.mark.feature(49)
def test_over_plain_http_a_call_is_decided_and_never_passes(
    target: str, headers: tuple[tuple[str, str], ...], tls_bed: tuple[Bed, int]
) -> None:
    bed, port = tls_bed
    for decision, description in (
        (IN_THE_CLEAR, "a credential came over plain HTTP"),
        (ALLOWED, "the request cannot be read"),
        (AS_IT_CAME, "the request cannot be read"),
    ):
        bed.reset()
        bed.decision = decision
        answer = call(port, target, *headers, ("X-Forwarded-Proto", "https"))
        ((asked,), seen) = bed.take()
        assert asked.header("X-Original-Scheme") == "http"
        assert (answer.status, answer.json["error_description"], seen) == (400, description, [])
        assert answer.header("Strict-Transport-Security") is None


@pytest.mark.rule("HT-01")
@pytest.mark.parametrize("target", ["/", "/secure/Dashboard.jspa?x=1", "/forest/x"])
@pytest.mark.feature(49)
def test_over_plain_http_a_page_is_sent_to_tls(target: str, tls_bed: tuple[Bed, int]) -> None:
    bed, port = tls_bed
    bed.reset()
    answer = call(port, target)
    assert answer.status == 308
    assert answer.header("Location") == f"https://localhost:{bed.port}{target}"
    assert bed.take() == ([], [])


def test_over_tls_the_decision_point_is_told_so(
    tls_bed: tuple[Bed, int], authority: TestAuthority
) -> None:
    bed, _ = tls_bed
    bed.reset()
    context = ssl.create_default_context(cafile=str(authority.ca_file))
    connection = HTTPSConnection("localhost", bed.port, context=context, timeout=20)
    try:
        connection.request("GET", CALL, headers=dict([TOKEN]))
        assert connection.getresponse().read() == b"site:"
    finally:
        connection.close()
    ((asked,), _) = bed.take()
    assert asked.header("X-Original-Scheme") == "https"
