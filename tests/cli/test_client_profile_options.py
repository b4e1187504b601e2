"""`authserver client create` and `update`: what is about users."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.clients import ClientAuthMethod, GrantType

if TYPE_CHECKING:
    from authserver.domain.clients import Client
    from tests.cli.administered import Administered

CALLBACK = "https://app.example.com/callback"
APP = ("client", "create", "app", "--scope", "openid")
CODE = (*APP, "--redirect-uri", CALLBACK)


def stored(here: Administered) -> Client:
    return here.world.clients.get("app")


def test_a_redirect_uri_makes_a_client_for_users(here: Administered) -> None:
    result = here.done(*CODE)
    client = stored(here)
    assert client.grant_types == {GrantType.AUTHORIZATION_CODE}
    assert client.profile.redirect_uris == (CALLBACK,)
    assert result.stdout.startswith("asv_cs_")
    assert "set the app up with the issuer" in result.stderr
    assert "http://localhost:8000" in result.stderr


@pytest.mark.parametrize("stated", [("--scope", "offline_access"), ("--session-refresh",)])
def test_what_asks_for_refresh_tokens_gets_their_grant(
    here: Administered, stated: tuple[str, ...]
) -> None:
    here.done(*CODE, *stated)
    assert stored(here).grant_types == {GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN}


def test_grants_that_are_stated_are_the_ones(here: Administered) -> None:
    here.done(*APP, "--grant", "device_code", "--grant", "refresh_token", "--public")
    client = stored(here)
    assert client.grant_types == {GrantType.DEVICE_CODE, GrantType.REFRESH_TOKEN}
    assert client.auth_method is ClientAuthMethod.NONE
    assert "device_code refresh_token" in here.done("client", "show", "app").stdout


def test_the_grant_of_token_exchange_is_for_clients_that_authenticate(here: Administered) -> None:
    command = ("client", "create", "app", "--scope", "READ", "--resource", "jira-main")
    told = here.refused(2, *command, "--grant", "token_exchange", "--public")
    assert "token-exchange needs a client that authenticates" in told
    here.done(*command, "--grant", "token_exchange")
    assert stored(here).grant_types == {GrantType.TOKEN_EXCHANGE}


def test_a_public_client_gets_no_secret(here: Administered) -> None:
    result = here.done(*CODE, "--public")
    assert result.stdout == ""
    assert "authentication   none" in result.stderr
    assert here.json("client", "show", "app")["secrets"] == []


@pytest.mark.rule("CA-07")
def test_a_public_client_cannot_be_told_to_authenticate(here: Administered) -> None:
    told = here.refused(2, *CODE, "--public", "--auth-method", "client_secret_basic")
    assert "a client that authenticates is not public" in told
    assert "only" in here.refused(2, *CODE, "--public", "--jwks-uri", "https://app.example.com/k")


def test_every_option_reaches_the_profile(here: Administered) -> None:
    here.done(
        *CODE, "--redirect-uri", "http://127.0.0.1/cb", "--native", "--scope", "offline_access",
        "--post-logout-redirect-uri", "https://app.example.com/bye", "--response-mode", "query",
        "--no-pkce", "--require-par", "--consent", "always", "--publisher", "Example",
        "--homepage", "https://app.example.com/", "--logo", "https://app.example.com/logo.png",
        "--policy", "https://app.example.com/policy", "--terms", "https://app.example.com/terms",
        "--id-token-alg", "ES256", "--userinfo-alg", "RS256",
        "--jwks-uri", "https://app.example.com/jwks", "--assertion-audience", "token_endpoint",
        "--default-max-age", "1h", "--backchannel-logout-uri", "https://app.example.com/out",
        "--session-required", "--session-refresh", "--refresh-idle", "1d",
        "--refresh-absolute", "4w",
    )  # fmt: skip
    told = here.json("client", "show", "app")
    expected = {
        "auth_method": "private_key_jwt",
        "application_type": "native",
        "redirect_uris": [CALLBACK, "http://127.0.0.1/cb"],
        "post_logout_redirect_uris": ["https://app.example.com/bye"],
        "response_modes": ["query"],
        "require_pkce": False,
        "require_pushed_requests": True,
        "consent": "always",
        "publisher": "Example",
        "client_uri": "https://app.example.com/",
        "logo_uri": "https://app.example.com/logo.png",
        "policy_uri": "https://app.example.com/policy",
        "tos_uri": "https://app.example.com/terms",
        "id_token_algorithm": "ES256",
        "userinfo_algorithm": "RS256",
        "jwks_uri": "https://app.example.com/jwks",
        "assertion_audience": "token_endpoint",
        "default_max_age": 3600,
        "backchannel_logout_uri": "https://app.example.com/out",
        "backchannel_logout_session_required": True,
        "session_refresh": True,
        "refresh_idle_seconds": 86_400,
        "refresh_absolute_seconds": 4 * 604_800,
    }
    assert {name: told[name] for name in expected} == expected


def test_without_pkce_there_is_a_warning(here: Administered) -> None:
    assert "warning: without PKCE" in here.done(*CODE, "--no-pkce").stderr
    assert "not required (exempt)" in here.done("client", "show", "app").stdout
    assert "warning" not in here.done("client", "update", "app", "--pkce").stderr
    assert "warning: without PKCE" in here.done("client", "update", "app", "--no-pkce").stderr


def test_an_update_takes_back_what_was_stated(here: Administered) -> None:
    here.done(
        *CODE, "--post-logout-redirect-uri", "https://app.example.com/bye", "--require-par",
        "--default-max-age", "1h", "--backchannel-logout-uri", "https://app.example.com/out",
        "--session-required", "--publisher", "Example", "--native",
    )  # fmt: skip
    told = here.json(
        "client", "update", "app", "--post-logout-redirect-uri", "", "--no-require-par",
        "--default-max-age", "none", "--backchannel-logout-uri", "", "--no-session-required",
        "--publisher", "", "--web",
    )  # fmt: skip
    assert told["post_logout_redirect_uris"] == []
    assert told["require_pushed_requests"] is False
    assert told["default_max_age"] is None
    assert told["backchannel_logout_uri"] == ""
    assert told["publisher"] == ""
    assert told["application_type"] == "web"


def test_redirect_uris_come_and_go(here: Administered) -> None:
    here.done(*CODE)
    other = "https://app.example.com/other"
    told = here.json(
        "client", "update", "app", "--add-redirect-uri", other, "--remove-redirect-uri", CALLBACK
    )
    assert told["redirect_uris"] == [other]


def test_what_is_shown_is_aligned(here: Administered) -> None:
    here.done(*CODE, "--publisher", "Example", "--refresh-idle", "2d")
    lines = here.done("client", "show", "app").stdout.split("\n\n")[0].splitlines()
    shown = {line[:16].strip(): line[16:].strip() for line in lines}
    assert len({len(line) - len(line[:16] + line[16:].lstrip()) for line in lines}) == 1
    assert shown["redirect URIs"] == CALLBACK
    assert shown["application"] == "web, confidential"
    assert shown["PKCE"] == "required"
    assert shown["publisher"] == "Example"
    assert shown["refresh idle"] == "2 days"
    assert "logo" not in shown


def test_a_client_without_users_is_shown_without_what_is_about_them(here: Administered) -> None:
    here.done("client", "create", "ci-reader", "--resource", "jira-main", "--scope", "READ")
    assert "redirect" not in here.done("client", "show", "ci-reader").stdout


@pytest.mark.rule("AZ-05")
@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example.com/cb",
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "VbScript:x",
        "file:///etc/passwd",
        "https://*.example.com/cb",
        "https://app.example.com/cb#x",
        "https://user@app.example.com/cb",
        "/cb",
    ],
)
@pytest.mark.parametrize("option", ["--redirect-uri", "--post-logout-redirect-uri"])
def test_a_dangerous_uri_is_refused_by_its_option(
    here: Administered, option: str, uri: str
) -> None:
    told = here.refused(2, *CODE, option, uri)
    assert told.startswith(f"error: {option}: ")
    here.done(*CODE)
    assert here.refused(2, "client", "update", "app", option, uri).startswith(f"error: {option}")


@pytest.mark.rule("OI-02")
@pytest.mark.parametrize("option", ["--id-token-alg", "--userinfo-alg"])
@pytest.mark.parametrize("value", ["HS256", "RS512", "rs256", "None"])
def test_only_algorithms_of_this_server_can_be_typed(
    here: Administered, option: str, value: str
) -> None:
    here.refused(2, *CODE, option, value)
    here.done(*CODE)
    here.refused(2, "client", "update", "app", option, value)


@pytest.mark.rule("OI-02")
def test_no_id_token_is_unsigned(here: Administered) -> None:
    here.refused(2, *CODE, "--id-token-alg", "none")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--grant", "refresh_token"), "error: --grant: refresh_token only beside"),
        (("--grant", "authorization_code"), "error: --redirect-uri: at least one"),
        (("--grant", "client_credentials"), "error: --scope: openid: only with a grant"),
        (
            ("--grant", "device_code", "--public", "--no-pkce"),
            "error: --no-pkce: false only for a client that authenticates",
        ),
        (("--grant", "device_code", "--logo", "http://x.example"), "error: --logo: an https URL"),
        (
            ("--grant", "device_code", "--session-required"),
            "error: --session-required: only with backchannel_logout_uri",
        ),
    ],
)
def test_a_refusal_names_the_option(
    here: Administered, arguments: tuple[str, ...], told: str
) -> None:
    assert here.refused(2, *APP, *arguments).startswith(told)
