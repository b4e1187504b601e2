"""What a page lets its browser do."""

from __future__ import annotations

import hashlib
from base64 import b64encode

import pytest

from authserver.domain.redirect_uris import form_target_of
from authserver.web.page_policy import page_policy


@pytest.mark.rule("AZ-15")
def test_a_page_loads_our_style_only_and_runs_nothing() -> None:
    policy = dict(part.split(" ", 1) for part in page_policy().split("; "))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


def test_forms_may_lead_to_the_client_that_waits() -> None:
    policy = page_policy(["https://app.example", "com.example.app:", "https://app.example"])
    assert "form-action 'self' com.example.app: https://app.example; " in policy


@pytest.mark.parametrize(
    "target",
    [
        "https://app.example/x",
        "'unsafe-inline'",
        "*",
        "https://a;script-src",
        "a b:",
        "",
        "https:\n",
    ],
)
def test_nothing_else_gets_into_the_policy(target: str) -> None:
    with pytest.raises(ValueError, match="origin or a scheme"):
        page_policy([target])


def test_one_script_is_allowed_by_its_hash() -> None:
    digest = b64encode(hashlib.sha256(b"f()").digest()).decode()
    policy = page_policy(inline_script="f()")
    assert f"script-src 'sha256-{digest}';" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("uri", "target"),
    [
        ("https://app.example/callback?x=1", "https://app.example"),
        ("https://app.example:8443/", "https://app.example:8443"),
        ("http://127.0.0.1:51234/callback", "http://127.0.0.1:51234"),
        ("http://[::1]:51234/callback", "http:"),
        ("com.example.app:/callback", "com.example.app:"),
    ],
)
def test_a_redirect_uri_has_a_form_target(uri: str, target: str) -> None:
    assert form_target_of(uri) == target
    assert target in page_policy([target])
