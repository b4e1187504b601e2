"""`authserver gateway nginx-config`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.cli import gateway_nginx
from authserver.gateway.nginx_check import find_nginx
from tests.gateway.nginx_process import nginx_binary
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.administered import Administered

CONFIG: Final = ("gateway", "nginx-config", "--resource", "jira-main")
SITE: Final = (*CONFIG, "--part", "site", "--server-name", "api.example.com")
LOUD: Final = "WARNING: jira-main has no hand-over yet"


@pytest.fixture
def here(here: Administered) -> Administered:
    """With a gateway and a hand-over."""
    here.done("gateway", "add", "edge", "--resource", "jira-main")
    here.container.hand_overs.set_plain("jira-main", ADMIN, kind="assertion")
    here.world.database.audit.clear()
    return here


def test_a_configuration_is_all_of_stdout(here: Administered) -> None:
    result = here.done(*SITE)

    assert result.stderr == ""
    assert result.stdout.startswith("# ---")
    for line in (
        "server_name api.example.com;",
        "listen 443 ssl;",
        "ssl_certificate /etc/nginx/tls/api.example.com.crt;",
        "ssl_certificate_key /etc/nginx/tls/api.example.com.key;",
        "include /etc/nginx/authserver/edge.key.conf;",
        "proxy_pass http://asv_decisions__edge/gateway/auth-request;",
        "server 127.0.0.1:8000;",
        "client_max_body_size 100m;",
        "proxy_set_header Host jira-main.example.com;",
        "access_log /var/log/nginx/edge.calls.log",
    ):
        assert line in result.stdout


def test_both_parts_come_unless_one_is_asked_for(here: Administered) -> None:
    both = here.done(*CONFIG, "--server-name", "api.example.com").stdout
    site = here.done(*SITE).stdout
    front = here.done("gateway", "nginx-config", "--part", "front").stdout

    assert both == f"{site}\n{front}"
    assert "server_name localhost;" in front
    assert "asv_edge" not in front


def test_the_front_is_told_who_may_ask(here: Administered) -> None:
    addresses = ("--gateway-address", "192.0.2.7", "--gateway-address", "2001:db8::/32")
    front = here.done("gateway", "nginx-config", "--part", "front", *addresses).stdout

    assert front.count("allow 192.0.2.7;") == front.count("allow 2001:db8::/32;") == 2


def test_options_have_their_places(here: Administered) -> None:
    text = here.done(
        *(*SITE, "--mode", "in-front", "--listen", "192.0.2.1:8443"),
        *("--certificate", "/tls/a.pem", "--certificate-key", "/tls/b.pem"),
        *("--upstream", "http://10.0.0.2:8080", "--decision-point", "https://auth.example.com"),
        *("--key-file", "/keys/k.conf", "--ca-file", "/tls/ca.pem", "--max-body", "2g"),
        *("--log-directory", "/logs", "--gateway", "edge"),
    ).stdout

    for line in (
        "listen 192.0.2.1:8443 ssl;",
        "ssl_certificate /tls/a.pem;",
        "ssl_certificate_key /tls/b.pem;",
        "server 10.0.0.2:8080;",
        "server auth.example.com:443;",
        "proxy_ssl_trusted_certificate /tls/ca.pem;",
        "include /keys/k.conf;",
        "client_max_body_size 2g;",
        "access_log /logs/edge.calls.log",
        "location ^~ /rest/ {",
    ):
        assert line in text


def test_without_a_hand_over_it_is_rendered_and_said_loudly(here: Administered) -> None:
    here.container.hand_overs.unset("jira-main", ADMIN)
    result = here.done(*SITE)

    assert LOUD in result.stderr
    assert "authserver resource set-credential jira-main" in result.stderr
    assert "authserver resource set-hand-over jira-main" in result.stderr
    assert "location / {" in result.stdout


def test_the_identity_header_is_the_one_that_was_set(here: Administered) -> None:
    hand_overs = here.container.hand_overs
    hand_overs.set_plain("jira-main", ADMIN, kind="identity-header", header="X-Sso-Name")

    assert "proxy_set_header X-Sso-Name $asv_upstream_identity;" in here.done(*SITE).stdout


def test_without_a_gateway_it_says_how_to_make_one(here: Administered) -> None:
    here.done("gateway", "remove", "edge", "--yes")
    told = here.refused(2, *SITE)

    assert "authserver gateway add jira-main --resource jira-main --key-file" in told


def test_of_several_gateways_one_has_to_be_named(here: Administered) -> None:
    here.done("gateway", "add", "rim", "--resource", "jira-main")

    assert "--gateway is missing: one of edge, rim" in here.refused(2, *SITE)
    assert "asv_site__rim" in here.done(*SITE, "--gateway", "rim").stdout


def test_a_gateway_of_another_site_is_refused(here: Administered) -> None:
    here.world.add_resource("wiki", url="https://wiki.example.com")
    here.done("gateway", "add", "rim", "--resource", "wiki")

    assert "--gateway: a gateway of jira-main" in here.refused(2, *SITE, "--gateway", "rim")
    assert "no gateway named 'nobody'" in here.refused(1, *SITE, "--gateway", "nobody")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("gateway", "nginx-config"), "--resource is missing"),
        (CONFIG, "--server-name is missing"),
        ((*SITE, "--mode", "in-front"), "--upstream is missing"),
        ((*SITE, "--listen", "443; return 200"), "--listen: a port"),
        ((*SITE, "--server-name", "a b"), "--server-name: a host name"),
        ((*SITE, "--upstream", "http://x/y"), "--upstream: http:// or https://"),
        ((*SITE, "--decision-point", "$uri"), "--decision-point: http:// or https://"),
        ((*SITE, "--key-file", 'x"y'), "--key-file: an absolute path"),
        ((*SITE, "--ca-file", "x"), "--ca-file: an absolute path"),
        ((*SITE, "--log-directory", "/x\n"), "--log-directory: an absolute path"),
        ((*SITE, "--certificate", "/x;"), "--certificate: an absolute path"),
        ((*SITE, "--certificate-key", "/x{"), "--certificate-key: an absolute path"),
        ((*SITE, "--max-body", "0"), "--max-body: a number from 1"),
        ((*SITE, "--plain-http", "--listen", "80"), "--listen: a loopback address"),
        ((*CONFIG, "--server-name", "localhost"), "--server-name: another name than the issuer's"),
        (
            ("gateway", "nginx-config", "--part", "front", "--gateway-address", "all"),
            "--gateway-address: IP addresses",
        ),
    ],
)
def test_what_is_wrong_is_named_as_it_was_typed(
    arguments: tuple[str, ...], told: str, here: Administered
) -> None:
    assert told in here.refused(2, *arguments)


def test_it_is_written_whole_or_not_at_all(here: Administered, tmp_path: Path) -> None:
    path = tmp_path / "edge.conf"
    path.write_text("before")
    result = here.done(*SITE, "--output", str(path))

    assert (result.stdout, result.stderr) == ("", f"wrote {path}\n")
    assert path.read_text() == here.done(*SITE).stdout
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_told(here: Administered, tmp_path: Path) -> None:
    assert "cannot write" in here.refused(1, *SITE, "--output", str(tmp_path / "no" / "x.conf"))


def test_nginx_reads_it_first_where_that_is_asked_for(here: Administered, tmp_path: Path) -> None:
    nginx_binary()
    key_file = tmp_path / "key.conf"
    key_file.write_text('proxy_set_header X-Gateway-Authorization "Bearer x";\n')
    path = tmp_path / "edge.conf"
    here_only = ("--plain-http", "--upstream", "http://127.0.0.1:8080")
    checked = (*SITE, *here_only, "--key-file", str(key_file), "--output", str(path), "--check")

    refused = here.refused(3, *checked, "--log-directory", str(tmp_path / "no"))
    assert "No such file or directory" in refused
    assert refused.startswith("[emerg] open()")
    assert "nothing was written" in refused
    assert not path.exists()

    done = here.done(*checked, "--log-directory", str(tmp_path))
    assert done.stderr == f"nginx -t accepts it\nwrote {path}\n"


def test_without_nginx_it_says_that_nothing_was_checked(
    here: Administered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_nginx, "find_nginx", lambda: None)

    assert "not checked: nginx is not installed here" in here.done(*SITE, "-t").stderr


def test_nginx_is_found_where_only_root_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    nginx_binary()
    monkeypatch.setenv("PATH", "/nowhere")

    assert find_nginx() is not None
