"""Through a real nginx: what a line of the log says, and that no secret of a path is in it."""

from __future__ import annotations

from typing import Final

import pytest

from tests.gateway.stub_bed import CALL, DECISION_ID, DENIED, TOKEN, Bed, refused

JWT: Final = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
SECRETS: Final = (
    "asv_gw_" + "A" * 43,
    "asv_rt_made-up_1.2~3",
    "%61sv_gw_" + "A" * 43,
    "as%76%5Fgw_" + "A" * 43,
    "%2561sv_gw_" + "A" * 43,
    "x-asv_rs_" + "A" * 43,
    JWT,
    JWT[:-1],
    f"x{JWT}",
    "%65y%4a" + JWT[3:],
    "e%79J" + JWT[3:],
    JWT.replace(".", "%2E"),
)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_in_a_path_and_what_follows_stay_out_of_the_log(secret: str, bed: Bed) -> None:
    for target in (f"/rest/a/{secret}", f"/rest/a/{secret}/b", f"/rest/a/{secret}/{secret}?c=d"):
        for before in ("", "/rest;"):
            line = bed.logged(bed.call(before + target, TOKEN))

            assert line["path"].endswith("[redacted]"), line["path"]
            assert "/rest/a/" in line["path"]
            for part in ("gw_", "made-up", "AAAA", JWT[3:20], "c2lnbm", "/b"):
                assert part not in line["path"]


@pytest.mark.parametrize(
    "session",
    [
        ";jsessionid=0123ABCD",
        ";JSESSIONID=0123ABCD",
        "%3bjsessionid=0123ABCD",
        "%253Bjsessionid%3D0123ABCD",
        ";%6asession%49d=0123ABCD",
        ";a=b;jsessionid=0123ABCD",
    ],
)
def test_a_session_that_a_site_wrote_into_an_address_stays_out_of_the_log(
    session: str, bed: Bed
) -> None:
    for target in (f"/secure/a{session}", f"/rest/a{session}/b;c?d=e"):
        answer = bed.call(target, TOKEN)
        path = bed.logged(answer)["path"]

        assert answer.status == 400
        assert path.endswith("[redacted]"), path
        assert path.startswith(target[:7])
        assert "0123" not in path


@pytest.mark.parametrize(
    "path",
    [
        "/rest/a/jsessionid",
        "/rest/a/x=jsessionid=1",
        "/rest/a;b=c",
        "/rest/a/ASV_x",
        "/rest/a/asv",
        "/rest/KEYJOHN-1",
        "/rest/eyJ",
        "/rest/a/eyJx.y",
        "/rest/%20",
    ],
)
def test_other_paths_stand_there_whole(path: str, bed: Bed) -> None:
    assert bed.logged(bed.call(f"{path}?a=b", TOKEN))["path"] == path


def test_a_refusal_stands_in_the_log_with_its_reason_and_without_the_query(bed: Bed) -> None:
    bed.decision = refused(403, "403", *DENIED, ("X-Auth-User", "client:bot"))
    line = bed.logged(bed.call("/rest/api/2/search?jql=secret", TOKEN))

    assert line["path"] == "/rest/api/2/search"
    assert (line["status"], line["upstream_status"]) == (403, "")
    assert (line["deny_status"], line["deny_reason"]) == ("403", "insufficient-scope")
    assert (line["decision_id"], line["user"]) == (DECISION_ID, "client:bot")


def test_an_allowed_call_stands_in_the_log_with_whose_it_was(bed: Bed) -> None:
    line = bed.logged(bed.call(CALL, TOKEN, method="DELETE"))

    wanted = {
        "method": "DELETE",
        "path": "/rest/api/2/issue/A-1",
        "status": 200,
        "upstream_status": "200",
        "user": "client:bot",
        "client": "bot",
        "jti": "jti-1",
        "account": "svc-bot",
        "decision_id": DECISION_ID,
        "deny_reason": "",
        "ip": "127.0.0.1",
    }
    assert {name: line[name] for name in wanted} == wanted
