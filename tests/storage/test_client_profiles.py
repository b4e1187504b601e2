"""A client's profile in its column: complete, strict, and readable across releases."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import text

from authserver.domain.authorization_profiles import (
    ApplicationType,
    AssertionAudience,
    AuthorizationProfile,
    ConsentRule,
    ResponseMode,
)
from authserver.domain.errors import StorageUnavailable
from authserver.domain.keys import SigningAlgorithm
from authserver.storage.client_profiles import profile_from, profile_text
from tests.storage.examples import client

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

DEFAULTS: Final = AuthorizationProfile(
    application_type=ApplicationType.WEB,
    redirect_uris=(),
    post_logout_redirect_uris=(),
    response_modes=frozenset({ResponseMode.QUERY, ResponseMode.FORM_POST}),
    require_pkce=True,
    require_pushed_requests=False,
    consent=ConsentRule.REMEMBERED,
    publisher="",
    client_uri="",
    logo_uri="",
    policy_uri="",
    tos_uri="",
    id_token_algorithm=SigningAlgorithm.RS256,
    userinfo_algorithm=None,
    jwks_uri="",
    assertion_audience=AssertionAudience.ISSUER,
    default_max_age=None,
    backchannel_logout_uri="",
    backchannel_logout_session_required=False,
    session_refresh=False,
    refresh_idle_seconds=None,
    refresh_absolute_seconds=None,
    software_id="",
    software_version="",
    registered_by="",
    is_held=False,
    other_metadata="",
)
FULL: Final = AuthorizationProfile(
    application_type=ApplicationType.NATIVE,
    redirect_uris=("https://b.example.org/cb?x=1", "http://127.0.0.1/cb"),
    post_logout_redirect_uris=("https://b.example.org/bye",),
    response_modes=frozenset({ResponseMode.QUERY}),
    require_pkce=False,
    require_pushed_requests=True,
    consent=ConsentRule.ALWAYS,
    publisher="Société ☃",
    client_uri="https://b.example.org/",
    logo_uri="https://b.example.org/logo.png",
    policy_uri="https://b.example.org/policy",
    tos_uri="https://b.example.org/terms",
    id_token_algorithm=SigningAlgorithm.ES256,
    userinfo_algorithm=SigningAlgorithm.RS256,
    jwks_uri="https://b.example.org/jwks",
    assertion_audience=AssertionAudience.TOKEN_ENDPOINT,
    default_max_age=0,
    backchannel_logout_uri="https://b.example.org/logout",
    backchannel_logout_session_required=True,
    session_refresh=True,
    refresh_idle_seconds=60,
    refresh_absolute_seconds=600,
    software_id="4NRB1-0XZABZI9E6-5SM3R",
    software_version="1.0",
    registered_by="token-1",
    is_held=True,
    other_metadata='{"tos_uri#de":"https://b.example.org/bedingungen"}',
)
NAMES: Final = [each.name for each in fields(AuthorizationProfile)]


def test_an_empty_object_always_means_the_same() -> None:
    assert profile_from("{}", "c") == DEFAULTS == AuthorizationProfile()
    assert profile_text(DEFAULTS) == "{}"


def test_a_full_profile_comes_back() -> None:
    assert profile_from(profile_text(FULL), "c") == FULL


@pytest.mark.parametrize("name", NAMES)
def test_each_member_comes_back_alone(name: str) -> None:
    value: dict[str, Any] = {name: getattr(FULL, name)}
    stored = profile_text(replace(DEFAULTS, **value))
    assert profile_from(stored, "c") == replace(DEFAULTS, **value)
    # Only what differs is written, so that an older release reads on.
    assert stored.startswith('{"' + name + '":')


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["1.5", '[{"a":1}]', '{"a":1}'])
def test_a_member_of_another_kind_is_refused(name: str, value: str) -> None:
    with pytest.raises(StorageUnavailable, match=f"profile of client 'c': {name} "):
        profile_from(f'{{"{name}":{value}}}', "c")


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        ('{"require_dpop":true}', "unknown members require_dpop"),
        ('{"consent":"sometimes"}', "consent has an unknown value"),
        ('{"response_modes":["fragment"]}', "response_modes has an unknown value"),
        ("[]", "no object"),
        ("", "no JSON"),
    ],
)
def test_a_profile_of_a_newer_release_is_not_guessed_at(
    database: SqlDatabase, stored: str, why: str
) -> None:
    with database.writing() as stores:
        stores.clients.add(client())
        stores.clients.add(client("other"))
    with database.connection_for_writing() as connection:
        connection.execute(
            text("UPDATE clients SET profile = :stored WHERE client_id = 'ci-reader'"),
            {"stored": stored},
        )
    with database.reading() as stores:
        with pytest.raises(StorageUnavailable, match=why):
            stores.clients.get("ci-reader")
        assert stores.clients.get("other") == client("other")


def test_a_client_keeps_its_profile_and_saving_replaces_it(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.clients.add(client(profile=FULL))
        assert stores.clients.get("ci-reader") == client(profile=FULL)
        stores.clients.save(client(profile=replace(DEFAULTS, publisher="X")))
        assert stores.clients.list() == [client(profile=replace(DEFAULTS, publisher="X"))]
