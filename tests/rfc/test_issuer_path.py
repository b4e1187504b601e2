"""An issuer with a path (RFC 8414 section 3.1): whatever its proxy does with the path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from authserver.machine.routes import LANE_PATHS, LANE_PREFIXES
from authserver.settings_consistency import OWN_SEGMENTS
from authserver.settings_sources import SettingsInvalid, load_settings
from tests.rfc.tokens import claims_of

if TYPE_CHECKING:
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation

HOST = "https://auth.example.org"
PATH = "/auth/one"


@pytest.fixture
def below(make_installation: MakeInstallation) -> Installation:
    """An installation whose issuer is https://auth.example.org/auth/one."""
    return make_installation(AUTHSERVER_ISSUER=HOST + PATH)


@pytest.mark.parametrize("passed", [PATH, ""])
def test_a_proxy_may_pass_the_path_or_take_it_away(below: Installation, passed: str) -> None:
    jira = below.site("jira")
    reader = below.caller("reader", jira, "READ")
    form = {"grant_type": "client_credentials"}
    issued = below.lane.post(passed + "/oauth2/token", form, reader.authorization)
    token = issued.json["access_token"]
    assert claims_of(token)["iss"] == HOST + PATH
    asked = below.lane.post(passed + "/oauth2/introspect", {"token": token}, jira.authorization)
    assert asked.json["active"] is True
    assert below.lane.get(passed + "/livez").status == 200


@pytest.mark.rule("MD-01")
@pytest.mark.parametrize(
    "path",
    [
        f"/.well-known/oauth-authorization-server{PATH}",
        f"/.well-known/openid-configuration{PATH}",
        f"{PATH}/.well-known/openid-configuration",
        "/.well-known/openid-configuration",
    ],
)
def test_metadata_are_where_clients_look_for_them_and_lead_below_the_path(
    below: Installation, path: str
) -> None:
    document = below.lane.get(path).json
    assert document["issuer"] == HOST + PATH
    for name, url in document.items():
        if name.endswith(("_endpoint", "_uri")):
            assert url.startswith(f"{HOST}{PATH}/"), name
            assert below.lane.get(url.removeprefix(HOST)).status != 404, name


def test_another_issuers_metadata_are_not_ours(below: Installation) -> None:
    for path in ("", "/auth", "/other", PATH + "/", PATH + "/more"):
        assert below.lane.get(f"/.well-known/oauth-authorization-server{path}").status == 404


@pytest.mark.parametrize(
    "path", ["/auth/oauth2/jwks", PATH + "x/oauth2/jwks", PATH * 2 + "/oauth2/jwks", PATH.upper()]
)
def test_another_path_is_no_way_in(below: Installation, path: str) -> None:
    assert below.lane.get(path).status == 404


def test_the_links_of_pages_lead_below_the_path(below: Installation) -> None:
    for asked, status in ((PATH, 200), (PATH + "/", 200), ("/", 200), (PATH + "/nothing", 404)):
        page = below.lane.get(asked, headers={"Accept": "text/html"})
        assert page.status == status
        links = re.findall(r'(?:href|src)="(/[^"]*)"', page.body.decode())
        assert len(links) >= 3
        for link in links:
            assert PATH in link
            # The page of one's own account leads on to sign in, below the path as well.
            answer = below.lane.get(link)
            assert answer.status in {200, 303}, link
            assert answer.headers.get("location", PATH).startswith(PATH), link


def test_an_issuer_path_that_begins_like_ours_is_refused(below: Installation) -> None:
    names = [path.split("/")[1] for path in (*LANE_PATHS, *LANE_PREFIXES)]
    names += [rule.rule.split("/")[1] for rule in below.worker.application.url_map.iter_rules()]
    assert set(names) <= OWN_SEGMENTS | {"", ".well-known"}
    for name in sorted(OWN_SEGMENTS):
        environment = {**below.environment, "AUTHSERVER_ISSUER": f"{HOST}/{name}/x"}
        with pytest.raises(SettingsInvalid, match="issuer: its path must not begin"):
            load_settings(environ=environment)
