"""Token exchange beside those who stop things: what is stored is looked at once more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.clients import GrantType
from authserver.domain.errors import ProtocolRefusal, StorageUnavailable
from authserver.domain.external_tokens import ExternalToken
from authserver.domain.grants import GrantOrigin
from authserver.domain.providers import BearerRule, ProviderStatus
from authserver.services.audiences import Audiences
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.external_denials import FOR_EVER
from authserver.services.external_speakers import Speaker
from authserver.services.failed_authentications import FailedAuthentications
from authserver.services.grant_presentations import GrantPresentations
from authserver.services.token_exchange import PresentedSubjectToken, TokenExchange
from tests.services.granted import ADA, JIRA_MAIN, GrantDesk
from tests.services.world import ISSUER, SCOPES, World
from tests.storage.provider_examples import denial, identity, provider

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.identities import Identity
    from authserver.domain.ports import Stores
    from authserver.services.user_tokens import PreparedTokens


EXCHANGES: Final = BearerRule(for_exchange=True, clients={"theirs": ""})


class Counter:
    """Where tokens are exchanged; the provider's token has been read a moment ago."""

    def __init__(self, world: World) -> None:
        self.desk = GrantDesk(world)
        self.world = world
        self.client = world.add_client(
            "exchanger", grant_types=(GrantType.TOKEN_EXCHANGE,), scopes=("READ", "WRITE")
        ).client
        self.scopes = frozenset({"READ", "WRITE"})
        with world.database.writing() as stores:
            stores.providers.add(provider(bearer=EXCHANGES))
            stores.identities.add(self.identity)
        worker = world.worker
        worker.view.poll()
        presentations = GrantPresentations(
            database=world.database,
            grants=world.grants,
            barrier=CommitBarrier(world.clock),
            throttle=worker.throttle,
            failures=FailedAuthentications(world.database, worker.throttle),
        )
        self.service = TokenExchange(
            database=world.database,
            external=self,
            audiences=Audiences(issuer=ISSUER, directory=worker.directory, scopes_of_kind=SCOPES),
            tokens=self.desk.tokens,
            presentations=presentations,
            secret_maker=world.secret_maker,
        )

    @property
    def identity(self) -> Identity:
        """Ada at the provider."""
        return identity(subject=ADA, asleep_since=None, ceiling=None)

    def speaker(self, token_value: str, now: float) -> tuple[ExternalToken, Speaker]:
        """What the worker remembers, whatever has become of it."""
        assert token_value == "theirs"
        with self.world.database.reading() as stores:
            user = stores.users.get(ADA)
        assert user is not None
        token = ExternalToken(
            provider="okta",
            issuer="https://okta.example.org",
            client_id="theirs",
            subject_key=self.identity.subject_key,
            scopes=frozenset({"jira"}),
            token_id="jti-1",
            session_id="",
            issued_at=now - 10,
            expires_at=now + 3600,
            groups=None,
            overage=False,
        )
        return token, Speaker(user, None, self.scopes)

    def exchange(self) -> PreparedTokens:
        """Present the token."""
        presented = PresentedSubjectToken("theirs", None, (JIRA_MAIN,))
        return self.service.exchange(self.client, presented, self.world.call())

    def change(self, change: Callable[[Stores], Any]) -> None:
        """What somebody does meanwhile."""
        with self.world.database.writing() as stores:
            change(stores)


@pytest.fixture
def counter(world: World) -> Counter:
    return Counter(world)


def disabled(stores: Stores) -> None:
    found = stores.providers.get("okta")
    assert found is not None
    stores.providers.save(replace(found, status=ProviderStatus.DISABLED))


def not_for_exchange(stores: Stores) -> None:
    found = stores.providers.get("okta")
    assert found is not None
    stores.providers.save(replace(found, bearer=replace(EXCHANGES, for_exchange=False)))


def not_for_this_client(stores: Stores) -> None:
    found = stores.providers.get("okta")
    assert found is not None
    stores.providers.save(replace(found, bearer=replace(EXCHANGES, clients={"other": ""})))


def denied(stores: Stores) -> None:
    deny(stores, "okta")


def denied_beside(stores: Stores) -> None:
    stores.providers.add(provider("beside", issuer=provider().issuer))
    deny(stores, "beside")


def deny(stores: Stores, name: str) -> None:
    stores.providers.add_denial(denial("jti-1", provider=name, issued_until=FOR_EVER))


def handed_on(stores: Stores) -> None:
    stores.identities.unlink("okta", "00u1", 0.0)
    stores.identities.add(identity(subject="user:bob", asleep_since=None))


def asleep(stores: Stores) -> None:
    stores.identities.save(
        identity(subject=ADA, asleep_since=1.0, last_checked_at=0.5, ceiling=None)
    )


def resting(stores: Stores) -> None:
    user = stores.users.get(ADA)
    assert user is not None
    stores.users.save(replace(user, credentials_disabled_at=1.0))


def test_an_exchange_is_one_grant_with_one_token(counter: Counter) -> None:
    tokens = counter.exchange()
    assert (tokens.refresh_token, tokens.id_token) == ("", "")
    grant = counter.desk.stored(tokens.grant.grant_id)
    assert (grant.origin, grant.subject, grant.resource) == (
        GrantOrigin.TOKEN_EXCHANGE,
        ADA,
        "jira-main",
    )
    assert grant.scopes == {"READ", "WRITE"}
    assert grant.expires_at == counter.world.clock.now() + counter.client.access_token_seconds
    assert grant.last_used_at == counter.world.clock.now()
    assert counter.desk.is_active(tokens)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (disabled, "the provider was stopped"),
        (not_for_exchange, "the provider was stopped"),
        (not_for_this_client, "the provider was stopped"),
        (denied, "the token was denied"),
        (denied_beside, "the token was denied"),
        (lambda stores: stores.identities.unlink("okta", "00u1", 0.0), "the identity was stopped"),
        (handed_on, "the identity was stopped"),
        (asleep, "the identity was stopped"),
        (resting, "the user was stopped"),
    ],
)
def test_what_is_stopped_meanwhile_gives_no_token(
    counter: Counter, change: Callable[[Stores], None], why: str
) -> None:
    counter.change(change)
    with pytest.raises(ProtocolRefusal) as refused:
        counter.exchange()
    assert (refused.value.error, refused.value.detail) == ("invalid_request", f"{why} meanwhile")
    assert counter.world.database.state.grants == {}
    record = counter.world.database.audit[-1]
    assert (record.action, record.details["provider_token"]) == ("token.exchange_refused", "jti-1")


def test_nobody_sleeps_where_nobody_has_to_be_checked_any_more(counter: Counter) -> None:
    counter.change(asleep)
    found = provider(bearer=EXCHANGES, living_seconds=0)
    counter.change(lambda stores: stores.providers.save(found))
    assert counter.exchange().grant.subject == ADA


def test_a_user_who_is_stopped_meanwhile_gets_no_token(counter: Counter) -> None:
    counter.desk.disable_user()
    with pytest.raises(ProtocolRefusal) as refused:
        counter.exchange()
    assert refused.value.detail == "the user was stopped meanwhile"


def test_groups_that_are_lost_meanwhile_take_the_scopes_along(counter: Counter) -> None:
    limited = identity(subject=ADA, asleep_since=None, ceiling=frozenset({"READ"}))
    assert counter.exchange().grant.scopes == {"READ", "WRITE"}
    database = counter.world.database
    reading = database.reading

    def lose() -> None:
        counter.change(lambda stores: stores.identities.save(limited))

    reads = 0

    def counted() -> Any:
        nonlocal reads
        reads += 1
        # The first is the stub's above; the ceiling is read in the second.
        if reads == 2:
            database.while_reading = lose
        return reading()

    database.reading = counted  # type: ignore[method-assign]  # changes what the double answers
    with pytest.raises(ProtocolRefusal) as refused:
        counter.exchange()
    assert refused.value.detail == "the user lost groups meanwhile"
    assert counter.exchange().grant.scopes == {"READ"}


@pytest.mark.parametrize("call", ["grants.add", "audit.add", "commit"])
def test_nothing_is_given_out_that_is_not_on_record(counter: Counter, call: str) -> None:
    counter.world.database.failing.add(call)
    with pytest.raises(StorageUnavailable):
        counter.exchange()
    assert counter.world.database.state.grants == {}
