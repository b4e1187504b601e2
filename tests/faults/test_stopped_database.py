"""F-08: without its database the server says so, and is back by itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
import requests

from tests.clusters import OWNER
from tests.faults.load import Load
from tests.faults.oracle import check

if TYPE_CHECKING:
    from tests.clusters import PostgresCluster
    from tests.faults.conftest import StartServer
    from tests.instances import Caller, Instance, Site


def statuses(instance: Instance, site: Site, caller: Caller, token: str) -> dict[str, int]:
    """The answer of every endpoint; 503 must say when to come back."""
    answers = {
        "token": instance.post(
            "/oauth2/token", {"grant_type": "client_credentials"}, caller.authorization
        ),
        "introspect": instance.post("/oauth2/introspect", {"token": token}, site.authorization),
        "revoke": instance.post("/oauth2/revoke", {"token": token}, caller.authorization),
        "readyz": requests.get(f"{instance.url}/readyz", timeout=20),
        "livez": requests.get(f"{instance.url}/livez", timeout=20),
        "jwks": requests.get(f"{instance.url}/oauth2/jwks", timeout=20),
        "metadata": requests.get(
            f"{instance.url}/.well-known/oauth-authorization-server", timeout=20
        ),
    }
    for name, answer in answers.items():
        if answer.status_code == requests.codes.service_unavailable:
            assert int(answer.headers["Retry-After"]) >= 1, name
    return {name: answer.status_code for name, answer in answers.items()}


@pytest.mark.rule("RV-04")
def test_a_stopped_database_is_503_but_for_keys_and_metadata_and_back_by_itself(
    postgres_cluster: PostgresCluster, start_server: StartServer
) -> None:
    postgres_cluster.execute(f"CREATE DATABASE faults OWNER {OWNER}")
    instance, site, caller = start_server(AUTHSERVER_DATABASE_URL=postgres_cluster.url("faults"))
    token = instance.token(caller)
    with Load(instance, caller, site, threads=2) as load:
        load.wait_for_tokens(20)
        postgres_cluster.stop()
        time.sleep(0.5)  # longer than a lease: what was asked before may still be answered
        assert statuses(instance, site, caller, token) == {
            "token": 503,
            "introspect": 503,
            "revoke": 503,
            "readyz": 503,
            "livez": 200,
            "jwks": 200,
            "metadata": 200,
        }
        postgres_cluster.start()
        load.wait_for_tokens(20)
    assert set(load.answers.refused) <= {503}
    assert instance.introspect(site, token)["active"] is True
    instance.wait_until_ready()
    check(instance, site, load.answers)
