"""Tokens and configurations for the vectors of external tokens, as an attacker would have them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, Final

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authserver.domain.group_rules import GroupEffect, GroupRule
from tests.federation.bearing import APP, Bearing
from tests.federation.fake_keys import FakeKey, rsa_key
from tests.federation.fake_people import ENTRA_API

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

GRAPH: Final = ("00000003-0000-0000-c000-000000000000", "https://graph.microsoft.com")
DENY_RULE: Final = GroupRule("r1", "theirs", "Banned", GroupEffect.DENY, "", "", 0.0)


def with_deny_rule(world: Bearing) -> None:
    world.add_rule(DENY_RULE)


def with_client_of_ours(world: Bearing) -> None:
    world.installation.caller("ours", world.site, "READ")
    world.configure(bearer={"clients": {APP: "ours"}})


def with_alias(world: Bearing) -> None:
    world.configure(bearer={"audiences": frozenset({ENTRA_API, f"api://{ENTRA_API}"})})


def with_graph(world: Bearing) -> None:
    world.configure(bearer={"audiences": frozenset({ENTRA_API, *GRAPH})})


def with_scopes_of_another_server(world: Bearing) -> None:
    odd = {"jira-evil/read": frozenset({"READ"}), "jira/": frozenset({"READ"})}
    world.configure(bearer={"scopes": odd})


def with_key_of(issuer: str) -> Callable[[Bearing], None]:
    def prepare(world: Bearing) -> None:
        world.fake.keys = [FakeKey("key-1", rsa_key(1), {"issuer": issuer})]

    return prepare


def id_token(world: Bearing) -> str:
    return world.fake.id_token(world.person)


def good_claims(world: Bearing, **changes: object) -> dict[str, Any]:
    """The claims of a good token, to be written in another way."""
    return {**jwt.decode(world.token(), options={"verify_signature": False}), **changes}


def segment(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def assembled(
    header: Mapping[str, object], payload: bytes, sign: Callable[[bytes], bytes] = lambda _: b""
) -> str:
    """A compact JWS of whatever is given."""
    parts = f"{segment(json.dumps(header).encode())}.{segment(payload)}"
    return f"{parts}.{segment(sign(parts.encode()))}"


def plain(world: Bearing) -> bytes:
    return json.dumps(good_claims(world)).encode()


def by(algorithm: str) -> Callable[[bytes], bytes]:
    return lambda data: jwt.get_algorithm_by_name(algorithm).sign(data, rsa_key(1))


def with_public_key_as_secret(world: Bearing) -> str:
    pem = rsa_key(1).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return assembled(
        {"alg": "HS256", "kid": "key-1"},
        plain(world),
        lambda data: hmac.new(pem, data, hashlib.sha256).digest(),
    )


def with_header(**members: object) -> Callable[[Bearing], str]:
    header = {"alg": "RS256", "kid": "key-1", **members}
    return lambda world: assembled(header, plain(world), by("RS256"))


def with_a_member_twice(world: Bearing) -> str:
    payload = plain(world)[:-1] + b', "aud": "api://default"}'
    return assembled({"alg": "RS256", "kid": "key-1"}, payload, by("RS256"))


def by_another_key(world: Bearing) -> str:
    return FakeKey("key-1", rsa_key(9)).sign(good_claims(world))
