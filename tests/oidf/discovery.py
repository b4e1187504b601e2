"""What the suite demands of the discovery document, whatever the plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from tests.oidf.op import keys, metadata
from tests.people.world import ISSUER

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld

SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
"""Language tags in their canonical case: enough of BCP 47 for those we speak."""


def check_discovery(world: PeopleWorld) -> dict[str, Any]:
    """The document after all checks that hold for static and dynamic clients alike."""
    document = metadata(world)
    assert document["issuer"] == ISSUER
    parts = urlsplit(ISSUER)
    assert (parts.scheme, parts.query, parts.fragment) == ("https", "", "")
    for name, value in document.items():
        if name.endswith(("_endpoint", "_uri")):
            assert urlsplit(value).scheme == "https", name
            assert urlsplit(value).netloc == parts.netloc, name
        if name.endswith(("_supported", "_methods")) and not isinstance(value, bool):
            assert isinstance(value, list), name
            assert value, name
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        assert name in document
    assert "public" in document["subject_types_supported"]
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert "none" not in document["id_token_signing_alg_values_supported"]
    assert "RS256" in document["userinfo_signing_alg_values_supported"]
    assert {"sub", "name", "email"} <= set(document["claims_supported"])
    assert "openid" in document["scopes_supported"]
    assert all(SCOPE.fullmatch(scope) for scope in document["scopes_supported"])
    assert all(LANGUAGE.fullmatch(tag) for tag in document["ui_locales_supported"])
    assert document["claims_parameter_supported"] is True
    assert "S256" in document["code_challenge_methods_supported"]
    assert any(key["kty"] == "RSA" and key["alg"] == "RS256" for key in keys(world))
    return document
