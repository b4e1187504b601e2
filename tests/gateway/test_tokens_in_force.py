"""A token opens a site while it, its client and the site are in force, and not a moment longer."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.calls import Call
from authserver.domain.keys import SigningAlgorithm
from authserver.services.clients import ClientDraft, ClientUpdate
from tests.gateway.keep_alive import KeepAlive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.domain.clients import Client
    from authserver.domain.tokens import AccessToken, IssuedToken
    from tests.gateway.keep_alive import Reply
    from tests.gateway.yard import Yard

ISSUE: Final = "/rest/api/2/issue/X-1"
REFUSED: Final = (401, "invalid_token")


class Bearer:
    """A client of its own, and calls with its tokens through nginx."""

    def __init__(self, yard: Yard, line: KeepAlive) -> None:
        self.yard, self.line = yard, line
        self.container, self.operator = yard.container, yard.container.operator
        draft = ClientDraft("in force", scopes=("READ",), resources=("jira",))
        self.client: Client = self.container.clients.create(draft, self.operator).client
        self.issued: IssuedToken = self.container.issuance.client_credentials(
            self.client, None, [], self.call
        )

    @property
    def call(self) -> Call:
        """Now, from here."""
        return Call(self.container.clock.now(), "in-process", "127.0.0.1")

    def get(self, token: str = "") -> tuple[int, str]:
        """Read an issue; the status, and the error if there is one."""
        sites = self.yard.stands["api"].standin.site.notes
        before = len(sites.all())
        reply: Reply = self.line.ask("GET", ISSUE, f"Bearer {token or self.issued.value}")
        error = reply.headers.get("www-authenticate", "").partition('error="')[2]
        assert len(sites.since(before)) == (1 if reply.status == 200 else 0)
        return reply.status, error.partition('"')[0]

    def signed(self, token: AccessToken) -> str:
        """A token that says something else, with a good signature."""
        return self.container.keys.ring.sign(token, SigningAlgorithm.ES256)


@pytest.fixture
def bearer(yard: Yard) -> Iterator[Bearer]:
    """Allowed to read, which is tried first."""
    with KeepAlive(yard.stands["api"].port) as line:
        made = Bearer(yard, line)
        assert made.get() == (200, "")
        yield made


@pytest.mark.rule("FA-09")
def test_a_revoked_token_opens_nothing(bearer: Bearer) -> None:
    container = bearer.container
    assert container.revocation.revoke_token(bearer.client, bearer.issued.value, bearer.call)
    assert bearer.get() == REFUSED


@pytest.mark.rule("FA-09")
def test_a_token_of_a_disabled_client_opens_nothing(bearer: Bearer) -> None:
    bearer.container.clients.disable(bearer.client.client_id, bearer.operator)
    assert bearer.get() == REFUSED


@pytest.mark.rule("FA-09")
def test_a_token_of_a_deleted_client_opens_nothing(bearer: Bearer) -> None:
    bearer.container.clients.delete(bearer.client.client_id, bearer.operator)
    assert bearer.get() == REFUSED


@pytest.mark.rule("FA-09")
def test_a_scope_that_the_client_has_lost_opens_nothing(bearer: Bearer) -> None:
    update = ClientUpdate(scopes=("read:jira-user",))
    bearer.container.clients.update(bearer.client.client_id, update, bearer.operator)
    assert bearer.get() == REFUSED


@pytest.mark.rule("FA-09")
def test_a_disabled_site_is_open_to_nobody(bearer: Bearer) -> None:
    resources = bearer.container.resources
    resources.disable("jira", bearer.operator)
    try:
        assert bearer.get()[0] in {401, 403}
    finally:
        resources.enable("jira", bearer.operator)
        # What gives power back is not waited for; the next test wants it.
        until = time.monotonic() + 5
        while bearer.get() != (200, ""):
            assert time.monotonic() < until


@pytest.mark.rule("FA-09")
@pytest.mark.feature(10)
@pytest.mark.feature(27)
def test_an_expired_or_bent_token_opens_nothing(bearer: Bearer) -> None:
    token, now = bearer.issued.token, int(bearer.call.at)
    for bent in (
        replace(token, issued_at=now - 700, expires_at=now - 100),
        replace(token, audience="https://elsewhere.example.org"),
        replace(token, client_id="nobody", subject="client:nobody"),
        replace(token, scopes=frozenset({"READ", "SYSTEM_ADMIN"})),
    ):
        assert bearer.get(bearer.signed(bent)) == REFUSED, bent
    assert bearer.get() == (200, "")
