"""A gateway for the benchmark: what nginx asks about a call, and nginx itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.load import Prepared
from tests.gateway.nginx_process import NginxProcess
from tests.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.instances import Instance, Site

NAME = "edge"
TARGET = "/rest/api/2/issue/DEMO-1?fields=summary"
NGINX_WORKERS = 2
_UNDECIDED = """
upstream bench_site {{
    server {site};
    keepalive 32;
}}
server {{
    listen 127.0.0.1:{port};
    location / {{
        proxy_pass http://bench_site;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class BenchGateway:
    """A gateway and its key."""

    key: str

    def decision(self, token: str) -> Prepared:
        """The question whether the bearer of a token may read an issue."""
        return self.question(f"Bearer {token}")

    def question(self, authorization: str) -> Prepared:
        """The same for any credential."""
        headers = {
            "X-Gateway-Authorization": f"Bearer {self.key}",
            "X-Original-Method": "GET",
            "X-Original-URI": TARGET,
            "X-Original-Host": "api.jira.bench.example",
            "X-Original-Address": "198.51.100.7",
            "X-Original-Request-ID": "0123456789abcdef0123456789abcdef",
        }
        return Prepared("/gateway/auth-request", authorization, {}, headers)


def gateway_in_front_of(instance: Instance, site: Site, name: str = NAME) -> BenchGateway:
    """Register one, and a service credential of the site."""
    with instance.container() as container:
        act = container.operator
        container.hand_overs.set_credential(
            site.name, act, credential_type="bearer", secret="bench", account="bench", user=""
        )
        return BenchGateway(container.gateways.add(name, site.name, act).key.value)


@dataclass(frozen=True, slots=True)
class Doors:
    """Two ways to one site through one nginx: addresses with and without decisions."""

    nginx: NginxProcess
    decided: str
    undecided: str


def nginx_in_front_of(
    instance: Instance, gateway: BenchGateway, site: Site, address: str, folder: Path
) -> Doors:
    """nginx, not started, with the rendered configuration and beside it a plain proxy.

    `address` is the host and port that both pass calls on to.
    """
    folder.mkdir()
    key_file = folder / "key.conf"
    key_file.write_text(f'proxy_set_header X-Gateway-Authorization "Bearer {gateway.key}";\n')
    decided, undecided = free_port(), free_port()
    rendered = instance.run(
        *("gateway", "nginx-config", "--part", "site", "--resource", site.name, "--plain-http"),
        *("--listen", f"127.0.0.1:{decided}", "--server-name", "localhost"),
        *("--upstream", f"http://{address}", "--decision-point", instance.url),
        *("--key-file", str(key_file), "--log-directory", str(folder)),
    ).stdout
    text = rendered + _UNDECIDED.format(site=address, port=undecided)
    nginx = NginxProcess(folder, text, workers=NGINX_WORKERS)
    return Doors(nginx, f"http://localhost:{decided}", f"http://localhost:{undecided}")


def site_call(token: str) -> Prepared:
    """A call to the site, with a token."""
    return Prepared(TARGET, f"Bearer {token}", {})
