"""A gateway for the benchmark: what nginx asks about a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.load import Prepared

if TYPE_CHECKING:
    from tests.instances import Instance, Site

TARGET = "/rest/api/2/issue/DEMO-1?fields=summary"


@dataclass(frozen=True, slots=True)
class BenchGateway:
    """A gateway and its key."""

    name: str
    key: str

    def decision(self, token: str) -> Prepared:
        """The question whether the bearer of a token may read an issue."""
        headers = {
            "X-Gateway-Authorization": f"Bearer {self.key}",
            "X-Original-Method": "GET",
            "X-Original-URI": TARGET,
            "X-Original-Host": "api.jira.bench.example",
            "X-Original-Address": "198.51.100.7",
            "X-Original-Request-ID": "0123456789abcdef0123456789abcdef",
        }
        return Prepared("/gateway/auth-request", f"Bearer {token}", {}, headers)


def gateway_in_front_of(instance: Instance, site: Site) -> BenchGateway:
    """Register one, and a service credential of the site."""
    with instance.container() as container:
        act = container.operator
        container.hand_overs.set_credential(
            site.name, act, credential_type="bearer", secret="bench", account="bench", user=""
        )
        return BenchGateway("edge", container.gateways.add("edge", site.name, act).key.value)
