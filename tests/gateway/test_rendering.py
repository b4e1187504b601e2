"""What stands in a rendered configuration, and that nginx reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest
from cryptography import x509

from authserver.domain.hand_over import HandOverKind
from authserver.domain.resources import ResourceKind
from authserver.gateway.nginx import render_front, render_site
from authserver.gateway.site_configuration import Mode
from tests.gateway.combinations import COMBINATIONS, Combination
from tests.gateway.nginx_process import check_configuration
from tests.gateway.sites import GATEWAY_KEY, a_front, a_site
from tests.upstream.certificates import TestAuthority

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

ROOMY: Final = "variables_hash_max_size 4096;\n"
"""What the file says to state when nginx warns."""
_LOCATION: Final = re.compile(r"^ {4}location (.+?) \{(.*?)^ {4}\}", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Files that a configuration names and nginx opens."""
    folder = tmp_path_factory.mktemp("files")
    authority = TestAuthority(folder)
    key_file = folder / "key.conf"
    key_file.write_text(f'proxy_set_header X-Gateway-Authorization "Bearer {GATEWAY_KEY}";\n')
    certificate = str(authority.server_file(x509.DNSName("api.example.com")))
    return {
        "certificate": certificate,
        "certificate_key": certificate,
        "key_file": str(key_file),
        "ca_file": str(authority.ca_file),
        "log_directory": str(folder),
    }


def _locations(text: str) -> dict[str, str]:
    return dict(_LOCATION.findall(text))


@pytest.mark.parametrize("plain", [False, True], ids=["tls", "plain"])
@pytest.mark.parametrize("combination", COMBINATIONS, ids=str)
def test_nginx_reads_every_combination_without_a_word(
    combination: Combination, *, plain: bool, files: dict[str, Any], tmp_path: Path
) -> None:
    listen = "127.0.0.1:18443" if plain else "18443"
    site = combination.site(**files, listen=listen, plain_http=plain)

    done = check_configuration(tmp_path, ROOMY + render_site(site))

    assert (done.returncode, done.stderr) == (0, "")


def test_files_of_several_gateways_and_the_front_stand_beside_each_other(
    files: dict[str, Any], tmp_path: Path
) -> None:
    first = a_site(**files)
    second = a_site(
        **files,
        gateway="jira-main-2",
        server_name="jira.example.com",
        mode=Mode.IN_FRONT,
        decision_point="https://127.0.0.1:8000",
    )
    front_files = {name: files[name] for name in ("certificate", "certificate_key")}
    front = a_front(
        **front_files,
        log_directory=files["log_directory"],
        gateway_addresses=("192.0.2.7", "2001:db8::/32"),
    )

    text = ROOMY + render_site(first) + render_site(second) + render_front(front)
    done = check_configuration(tmp_path, text)

    assert (done.returncode, done.stderr) == (0, "")


PAIRED: Final = (
    *("jira", "jira-by", "jira-session", "jira--by", "j", "by", "session", "by-session"),
    *("upstream", "upstream-session", "deny", "deny-reason", "decision", "hand-over", "retry"),
    *("front", "front-path", "asv", "site", "goes-to", "session-goes-to", "goes", "refused"),
    *("target", "target-refused", "calls", "tls", "a" * 20, "a" * 21, "a" * 63, "1"),
)


def _names(text: str) -> list[str]:
    """What a file defines for the whole of nginx, by the kind of the thing; maps last."""
    maps = [f"${name}" for name in re.findall(r"^map .* \$(\w+) \{$", text, re.MULTILINE)]
    zones = re.findall(r"shared:(\w+):", text)
    formats = re.findall(r"^log_format (\w+)", text, re.MULTILINE)
    upstreams = re.findall(r"^upstream (\w+)", text, re.MULTILINE)
    return [
        *(f"zone {each}" for each in zones),
        *(f"format {each}" for each in formats),
        *(f"upstream {each}" for each in upstreams),
        *maps,
    ]


def _filled(text: str) -> set[str]:
    """Variables that a request fills; every gateway fills the same."""
    return {
        f"${name}"
        for name in re.findall(r"^ +(?:auth_request_set|set) \$(\w+)", text, re.MULTILINE)
    }


@pytest.mark.rule("FA-14")
@pytest.mark.parametrize("mode", list(Mode))
def test_no_two_gateways_define_the_same_name(mode: Mode) -> None:
    texts = [render_site(a_site(gateway=name, mode=mode)) for name in PAIRED]
    names = [name for text in (*texts, render_front(a_front())) for name in _names(text)]

    assert len(names) > 20 * len(PAIRED)
    assert len(names) == len({name.lower() for name in names})
    assert not set(names) & {name for text in texts for name in _filled(text)}


def test_nginx_has_a_place_for_the_longest_name(files: dict[str, Any], tmp_path: Path) -> None:
    long = a_site(**files, gateway="g" * 63, listen="18443", mode=Mode.IN_FRONT)

    done = check_configuration(tmp_path, ROOMY + render_site(long))

    assert (done.returncode, done.stderr) == (0, "")


def test_a_configuration_says_what_to_replace_and_how_to_try_it() -> None:
    text = render_site(a_site())

    assert text.count("REPLACE") == 2
    assert "nginx -t" in text
    assert "include /etc/nginx/authserver/jira-main.key.conf;" in text
    assert "asv_gw" not in text


@pytest.mark.rule("HT-01")
@pytest.mark.parametrize("text", [render_site(a_site()), render_front(a_front())])
def test_tls_is_at_least_1_2_and_plain_http_is_sent_there(text: str) -> None:
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in text
    assert "listen 443 ssl;" in text
    assert re.search(
        r"listen 80;\n(?:(?!listen ).*\n)*? +return 308 https://[a-z.]+\$request_uri;", text
    )


def test_every_location_of_a_site_that_answers_demands_tls_for_the_future() -> None:
    for name, location in _locations(render_site(a_site(mode=Mode.IN_FRONT))).items():
        # The first has no callers, the second is answered by the page of its error, and the third
        # stands in the server without TLS, where the word means nothing (RFC 6797 section 7.2).
        if not name.endswith(("/decision", "/rest")) and "@asv_plain" not in name:
            assert "Strict-Transport-Security" in location, name


def test_without_tls_nothing_promises_it() -> None:
    text = render_site(a_site(listen="127.0.0.1:8080", plain_http=True))

    assert "Strict-Transport-Security" not in text
    assert "ssl_certificate" not in text


def test_another_port_than_443_gets_no_redirect_unless_that_is_stated() -> None:
    assert "308" not in render_site(a_site(listen="8443"))
    stated = render_site(a_site(listen="192.0.2.1:8443", plain_listen="192.0.2.1:8080"))
    assert "listen 192.0.2.1:8080;" in stated
    assert "return 308 https://api.example.com:8443$request_uri;" in stated


def test_without_tls_nothing_leads_to_the_site() -> None:
    plain = render_site(a_site(mode=Mode.IN_FRONT)).partition("listen 80;")[2]
    plain = plain.partition("listen 443 ssl;")[0]

    assert "asv_decisions__" in plain
    assert "goes_to" not in plain
    assert "asv_site__" not in plain


def test_an_https_decision_point_is_verified() -> None:
    site = a_site(decision_point="https://auth.example.com", upstream="https://127.0.0.1:8443")
    decision = _locations(render_site(site))["= /_authserver/jira-main/decision"]

    assert "proxy_ssl_verify on;" in decision
    assert "proxy_ssl_name auth.example.com;" in decision


def test_the_cloud_is_verified_by_its_own_name() -> None:
    site = a_site(
        kind=ResourceKind.JIRA_CLOUD,
        url="https://x.atlassian.net",
        upstream="https://x.atlassian.net",
    )
    location = _locations(render_site(site))["/"]

    for line in (
        "proxy_ssl_verify on;",
        "proxy_ssl_server_name on;",
        "proxy_ssl_name x.atlassian.net;",
        "proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;",
        "proxy_set_header Host x.atlassian.net;",
    ):
        assert line in location


def test_an_api_host_decides_every_path() -> None:
    locations = _locations(render_site(a_site()))
    to_the_site = [name for name, text in locations.items() if "$asv_goes_to__" in text]

    assert to_the_site == ["/"]
    assert "_session_goes_to__" not in render_site(a_site())


def test_in_front_decides_below_rest_of_the_context_path() -> None:
    locations = _locations(render_site(a_site(mode=Mode.IN_FRONT, base_path="/jira")))

    assert "auth_request " in locations["^~ /jira/rest/"]
    assert "auth_request " in locations["@asv_session__jira_main"]
    assert "auth_request " not in locations["/"]


def test_the_identity_header_is_sent_only_where_it_is_the_hand_over() -> None:
    header = a_site(
        hand_over=HandOverKind.IDENTITY_HEADER, identity_header="X-Sso", mode="in-front"
    )
    credential = a_site(mode=Mode.IN_FRONT)

    assert "proxy_set_header X-Sso $asv_upstream_identity;" in render_site(header)
    assert "$asv_upstream_identity;" not in render_site(credential)


@pytest.mark.parametrize("header", ["X-User", "X-Requested-With", "Remote-User"])
def test_no_header_is_set_twice(header: str) -> None:
    site = a_site(
        hand_over=HandOverKind.IDENTITY_HEADER, identity_header=header, mode=Mode.IN_FRONT
    )
    for name, location in _locations(render_site(site)).items():
        sent = re.findall(r"proxy_set_header (\S+)", location)
        assert len(sent) == len({each.lower() for each in sent}), name


def test_nothing_is_cached() -> None:
    text = render_site(a_site(mode=Mode.IN_FRONT))

    assert set(re.findall(r"proxy_cache.*", text)) == {"proxy_cache off;"}


def test_the_front_lets_stated_addresses_ask_for_decisions() -> None:
    locations = _locations(render_front(a_front(gateway_addresses=("192.0.2.7",))))

    for path in ("^~ /gateway/", "^~ /access/"):
        assert re.search(r"allow 192\.0\.2\.7;\n +deny all;", locations[path])


def test_the_front_lets_nobody_ask_when_no_address_is_stated() -> None:
    locations = _locations(render_front(a_front()))

    for path in ("^~ /gateway/", "^~ /access/"):
        assert "allow" not in locations[path]
        assert "deny all;" in locations[path]


def test_a_decision_point_may_be_a_unix_socket(files: dict[str, Any], tmp_path: Path) -> None:
    socket = "/run/authserver/authserver.sock"
    site = render_site(a_site(**files, listen="18443", decision_point=f"unix:{socket}"))
    front = render_front(a_front(upstream=f"unix:{socket}"))

    assert site.count(f"server unix:{socket};") == front.count(f"server unix:{socket};") == 1
    assert "proxy_set_header Host localhost:80;" in site
    done = check_configuration(tmp_path, ROOMY + site)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_site_gets_the_host_that_is_stated() -> None:
    text = render_site(a_site(site_host="jira-api.example.com:8443"))
    assert text.count("proxy_set_header Host jira-api.example.com:8443;") == 1
    assert text.count("proxy_set_header X-Forwarded-Host jira-api.example.com:8443;") == 1
