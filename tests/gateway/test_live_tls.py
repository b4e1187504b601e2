"""Through a real nginx: TLS to callers, to the site and to the decision point (HT-01)."""

from __future__ import annotations

import ssl
from http.client import HTTPSConnection
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from tests.gateway.nginx_process import NginxProcess
from tests.gateway.raw_requests import call
from tests.gateway.stub_bed import CALL, TOKEN, Bed, a_bed
from tests.ports import free_port
from tests.upstream.certificates import TestAuthority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def bed(authority: TestAuthority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    certificate = str(authority.server_file(x509.DNSName("localhost")))
    with a_bed(
        tmp_path_factory.mktemp("bed"),
        plain_http=False,
        certificate=certificate,
        certificate_key=certificate,
    ) as bed:
        yield bed


def _get(bed: Bed, context: ssl.SSLContext) -> tuple[int, str | None]:
    connection = HTTPSConnection("localhost", bed.port, context=context, timeout=20)
    try:
        connection.request("GET", CALL, headers=dict([TOKEN]))
        response = connection.getresponse()
        response.read()
        return response.status, response.headers["Strict-Transport-Security"]
    finally:
        connection.close()


@pytest.mark.rule("HT-01")
@pytest.mark.feature(49)
def test_calls_by_tls_are_told_to_stay_with_it(bed: Bed, authority: TestAuthority) -> None:
    bed.reset()
    context = ssl.create_default_context(cafile=str(authority.ca_file))

    assert _get(bed, context) == (200, "max-age=31536000")
    (_, (seen,)) = bed.take()
    assert seen.header("X-Forwarded-Proto") == "https"


@pytest.mark.rule("HT-01")
@pytest.mark.feature(49)
def test_tls_before_1_2_is_not_spoken(bed: Bed, authority: TestAuthority) -> None:
    context = ssl.create_default_context(cafile=str(authority.ca_file))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert _get(bed, context)[0] == 200

    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)):
        _get(bed, context)


@pytest.mark.rule("HT-01")
def test_plain_http_on_the_port_for_tls_is_refused_in_json(bed: Bed) -> None:
    bed.reset()
    answer = call(bed.port, CALL, TOKEN)

    assert (answer.status, answer.json["error"]) == (400, "invalid_request")
    assert bed.take() == ([], [])


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "unknown"])
@pytest.mark.parametrize("name", ["jira.example.com", "other.example.com"])
def test_a_site_is_reached_only_under_its_own_certificate(
    *, trusted: bool, name: str, authority: TestAuthority, tmp_path: Path
) -> None:
    """A second nginx ends TLS in front of the stub site."""
    port = free_port()
    certificate = authority.server_file(x509.DNSName(name))
    other = TestAuthority(tmp_path) if not trusted else authority
    with a_bed(
        tmp_path / "bed", upstream=f"https://127.0.0.1:{port}", ca_file=str(other.ca_file)
    ) as bed:
        ending = (
            f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {certificate};\n"
            f"ssl_certificate_key {certificate};\n"
            f"location / {{ proxy_pass http://127.0.0.1:{bed.site.port}; }} }}"
        )
        with NginxProcess(tmp_path / "ending", ending):
            answer = bed.call(CALL, TOKEN)

        good = trusted and name == "jira.example.com"
        assert answer.status == (200 if good else 502)
        assert len(bed.site.take()) == int(good)


@pytest.mark.parametrize("name", ["127.0.0.1", "other.example.com"])
def test_a_decision_counts_only_from_the_server_that_was_meant(
    name: str, authority: TestAuthority, tmp_path: Path
) -> None:
    port = free_port()
    certificate = authority.server_file(x509.DNSName(name))
    with a_bed(
        tmp_path / "bed",
        decision_point=f"https://localhost:{port}",
        ca_file=str(authority.ca_file),
    ) as bed:
        ending = (
            f"server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {certificate};\n"
            f"ssl_certificate_key {certificate};\n"
            f"location / {{ proxy_pass http://127.0.0.1:{bed.decisions.port}; }} }}"
        )
        with NginxProcess(tmp_path / "ending", ending):
            answer = bed.call(CALL, TOKEN)

        assert answer.status == 503
        assert bed.take() == ([], [])
