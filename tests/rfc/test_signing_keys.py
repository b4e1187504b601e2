"""Rotation that nobody notices, revocation that everybody does (MD-05, MD-06, MD-07)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from authserver.crypto.signing_keys import open_key
from authserver.domain.errors import Conflict
from authserver.domain.keys import KeyState
from tests.rfc.changes import change_row
from tests.rfc.installations import ISSUER
from tests.rfc.sinks import found, leaks, written_below
from tests.rfc.tokens import header_of, published, verified

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jwt
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from tests.instances import Caller, Site
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

JWKS: Final = "/oauth2/jwks"
STEP: Final = 1_800
DAY: Final = 86_400
MAX_AGE: Final = 3_600
CACHES: Final = 2


@dataclass
class CachingClient:
    """A resource server that keeps the JWKS as long as it may, and never asks earlier."""

    lane: Lane
    fetched_at: float
    keys: Mapping[str, jwt.PyJWK]

    def sees(self, token: str, site: Site, now: float) -> None:
        """Verify a token; raises when it looks forged."""
        if now >= self.fetched_at + MAX_AGE:
            answer = self.lane.get(JWKS)
            assert answer.headers["cache-control"] == f"public, max-age={MAX_AGE}"
            self.keys, self.fetched_at = published(answer.body), now
        verified(token, self.keys, audience=site.identifier, issuer=ISSUER, now=now)


@pytest.mark.rule("MD-05")
@pytest.mark.feature(27)
def test_no_cache_ever_misses_a_key_over_two_rotations(
    make_installation: MakeInstallation,
) -> None:
    installation = make_installation(
        AUTHSERVER_KEYS_USE_DAYS="1",
        AUTHSERVER_KEYS_JWKS_MAX_AGE_SECONDS=str(MAX_AGE),
        AUTHSERVER_KEYS_ANNOUNCE_SECONDS=str(MAX_AGE + STEP),
        AUTHSERVER_KEYS_KEEP_SECONDS=str(3_600 + STEP),
    )
    lane, clock, container = installation.lane, installation.clock, installation.container
    jira = installation.site("jira")
    wiki = installation.site("wiki", "confluence-dc", signing_algorithm="RS256")
    pairs = [
        (site, installation.caller(f"at-{site.name}", site, "READ", access_token_seconds=3600))
        for site in (jira, wiki)
    ]
    # Each fetched at another moment of the hour.
    first = published(lane.get(JWKS).body)
    clients = [CachingClient(lane, clock.now() - n * STEP, first) for n in range(CACHES)]
    living: list[tuple[float, Site, str]] = []
    kids: set[str] = set()
    for _ in range(5 * DAY // (2 * STEP)):
        container.signing_keys.maintain(container.holder, container.operator)
        installation.poll()
        living += [(clock.now(), site, lane.token(caller)) for site, caller in pairs]
        living = [each for each in living if clock.now() < int(each[0]) + 3600]
        for _, site, token in living:
            kids.add(header_of(token)["kid"])
            assert lane.is_active(site, token)
            for client in clients:
                client.sees(token, site, clock.now())
        clock.advance(STEP)
    assert len(kids) == 6
    assert len(lane.get(JWKS).json["keys"]) == 4


@pytest.mark.rule("MD-05")
def test_a_key_that_came_late_is_announced_before_it_signs(
    installation: Installation, lane: Lane, reader: Caller, jira: Site
) -> None:
    keys, act = installation.container.signing_keys, installation.container.operator
    times = installation.settings.keys
    installation.clock.advance(times.use_days * DAY - 60)
    # The successor has to go just before its turn: its own successor stands in no cache yet.
    for key in keys.list():
        if key.state is KeyState.NEXT:
            keys.revoke(key.kid, act)
    client = CachingClient(lane, installation.clock.now() - 1, published(lane.get(JWKS).body))
    signed_by: set[str] = set()
    for step in (60, *[times.announce_seconds // 4] * 6):
        installation.clock.advance(step)
        keys.maintain("test", act)
        installation.poll()
        token = lane.token(reader)
        client.sees(token, jira, installation.clock.now())
        signed_by.add(header_of(token)["kid"])
    assert len(signed_by) == 2


@pytest.mark.rule("MD-05")
def test_nobody_rotates_to_a_key_that_caches_do_not_have_yet(installation: Installation) -> None:
    keys, act = installation.container.signing_keys, installation.container.operator
    with pytest.raises(Conflict, match="announced"):
        keys.rotate(None, act)
    announce = installation.settings.keys.announce_seconds
    assert announce > installation.settings.keys.jwks_max_age_seconds
    installation.clock.advance(announce - 1)
    with pytest.raises(Conflict, match="announced"):
        keys.rotate(None, act)
    installation.clock.advance(1)
    before = {key.kid for key in keys.list() if key.state is KeyState.ACTIVE}
    after = {key.kid for key in keys.rotate(None, act)}
    assert before.isdisjoint(after)


@pytest.mark.rule("MD-06")
def test_a_revoked_key_is_dead_everywhere_at_once_with_its_tokens(
    installation: Installation, reader: Caller, jira: Site, wiki: Site
) -> None:
    lanes = [installation.lane, installation.start_worker().lane]
    writer = installation.caller("writer", wiki, "WRITE")
    for site, caller in ((jira, reader), (wiki, writer)):
        other_site, other_caller = (wiki, writer) if site is jira else (jira, reader)
        token, other = lanes[0].token(caller), lanes[0].token(other_caller)
        assert all(lane.is_active(site, token) for lane in lanes)
        kid = header_of(token)["kid"]
        act = installation.container.operator
        successor = installation.container.signing_keys.revoke(kid, act)
        assert successor is not None
        assert not any(lane.is_active(site, token) for lane in lanes)
        assert all(lane.is_active(other_site, other) for lane in lanes)
        for lane in lanes:
            assert kid not in {key["kid"] for key in lane.get(JWKS).json["keys"]}
            fresh = lane.token(caller)
            assert header_of(fresh)["kid"] == successor.kid
            assert all(each.is_active(site, fresh) for each in lanes)
        with pytest.raises(Conflict):
            installation.container.signing_keys.revoke(kid, act)
    assert not installation.start_worker().lane.is_active(wiki, token)


def private_parts(installation: Installation) -> dict[str, bytes]:
    """What must be readable nowhere: private keys whole and in parts, secrets of key files."""
    container = installation.container
    files = container.key_files
    secrets = {f"kek {name}": value for name, value in files.kek.values.items()} | {
        f"pepper {name}": value for name, value in files.pepper.values.items()
    }
    for record in container.signing_keys.list():
        if not record.state.is_published:
            continue
        key = open_key(record, container.sealer).private
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        secrets |= {f"DER of {record.kid}": der, f"PEM of {record.kid}": pem.splitlines()[1]}
        for place, number in enumerate(private_numbers(key)):
            size = (number.bit_length() + 7) // 8
            secrets[f"part {place} of {record.kid}"] = number.to_bytes(size, "big")
    return secrets


def private_numbers(key: EllipticCurvePrivateKey | RSAPrivateKey) -> list[int]:
    """The numbers that make a key private."""
    if isinstance(key, EllipticCurvePrivateKey):
        return [key.private_numbers().private_value]
    numbers = key.private_numbers()
    return [numbers.d, numbers.p, numbers.q]


@pytest.mark.rule("MD-07")
def test_private_keys_are_readable_nowhere_but_in_memory(
    installation: Installation,
    reader: Caller,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    container, lane = installation.container, installation.lane
    container.signing_keys.revoke(header_of(lane.token(reader))["kid"], container.operator)
    secrets = private_parts(installation)
    assert len(secrets) > 10
    shown = [lane.get(path).body for path in (JWKS, "/.well-known/openid-configuration", "/readyz")]
    shown += [lane.ask(reader).body, repr(container.keys.ring).encode()]
    shown += [repr(container.signing_keys.list()).encode(), repr(container.key_files).encode()]
    shown += [caplog.text.encode(), "".join(capfd.readouterr()).encode()]
    stored = written_below(installation.settings.data_directory)
    sinks = {**stored, **{f"shown {number}": text for number, text in enumerate(shown)}}
    assert leaks(sinks, secrets) == []
    assert found(sinks, ["PRIVATE KEY", '"d":', '"p":', '"q":']) == []


@pytest.mark.rule("MD-07")
def test_a_revoked_key_leaves_no_private_part_behind(
    installation: Installation, reader: Caller
) -> None:
    container = installation.container
    kid = header_of(installation.lane.token(reader))["kid"]
    container.signing_keys.revoke(kid, container.operator)
    (revoked,) = [key for key in container.signing_keys.list() if key.kid == kid]
    assert revoked.sealed_private == b""


@pytest.mark.rule("MD-07")
def test_a_key_that_does_not_open_is_an_outage_that_tells_no_secret(
    installation: Installation, reader: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = private_parts(installation)
    kid = header_of(installation.lane.token(reader))["kid"]
    bent = "sealed_private = CAST(sealed_private || x'00' AS BLOB)"
    change_row(installation, "signing_keys", bent, f"kid = '{kid}'")
    lane = installation.start_worker().lane
    answers = [lane.ask(reader), lane.get(JWKS), lane.get("/readyz")]
    assert [answer.status for answer in answers] == [503, 503, 503]
    sinks = {str(number): answer.body for number, answer in enumerate(answers)}
    assert leaks({**sinks, "log": caplog.text.encode()}, secrets) == []
