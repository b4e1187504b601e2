"""The credential says who asks: a resource, or a client."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from authserver.domain.clients import Client, ClientAuthMethod
from authserver.domain.credentials import PresentedCredentials, VerifiedAssertion
from authserver.domain.errors import InvalidClient
from authserver.domain.resources import ProtectedResource
from authserver.services.introspection_callers import IntrospectionCallers
from tests.services.collaborators import IMPORTED, hash_of
from tests.services.telling import APP
from tests.services.world import Worker, World, basic, post


def callers_of(world: World) -> IntrospectionCallers:
    worker = world.worker
    return IntrospectionCallers(
        secret_maker=world.secret_maker,
        resources=worker.resource_authentication,
        clients=worker.client_authentication,
    )


@pytest.fixture
def callers(world: World) -> IntrospectionCallers:
    return callers_of(world)


def refused(callers: IntrospectionCallers, world: World, presented: PresentedCredentials) -> None:
    with pytest.raises(InvalidClient):
        callers.authenticate(presented, world.call())


def test_the_secret_says_which_of_two_with_one_name_asks(
    world: World, callers: IntrospectionCallers
) -> None:
    resource = world.add_resource("same-name")
    secret = world.add_client("same-name", resources=["same-name"]).secret
    assert secret is not None
    for as_sent in (basic, post):
        of_resource = as_sent("same-name", resource.introspection_secret.value)
        asked = callers.authenticate(of_resource, world.call())
        assert isinstance(asked, ProtectedResource)
    asker = callers.authenticate(basic("same-name", secret.value), world.call())
    assert isinstance(asker, Client)


def test_a_secret_of_one_kind_opens_nothing_of_the_other(
    world: World, callers: IntrospectionCallers
) -> None:
    resource = world.add_resource()
    secret = world.add_client("web-app").secret
    assert secret is not None
    refused(callers, world, basic("jira-main", secret.value))
    refused(callers, world, basic("web-app", resource.introspection_secret.value))
    refused(callers, world, basic("web-app", "guess"))
    refused(callers, world, basic("jira-main", "guess"))


def test_a_client_may_ask_with_a_secret_that_it_brought(
    world: World, callers: IntrospectionCallers
) -> None:
    world.add_resource()
    world.add_client("web-app", bcrypt_hash=hash_of(IMPORTED).decode())
    asked = callers.authenticate(basic("web-app", IMPORTED), world.call())
    assert isinstance(asked, Client)


def test_a_client_may_ask_with_an_assertion(world: World, callers: IntrospectionCallers) -> None:
    world.add_resource()
    world.add_client("signer", auth_method="private_key_jwt", jwks={"keys": [{"kid": "k"}]})
    world.assertions.claims["text"] = "signer"
    world.assertions.verified["text"] = VerifiedAssertion("signer", "a-1", world.clock.now() + 60)
    presented = PresentedCredentials(ClientAuthMethod.PRIVATE_KEY_JWT, "signer", assertion="text")
    asked = callers.authenticate(presented, world.call())
    assert isinstance(asked, Client)


@pytest.mark.rule("IN-01")
def test_a_name_alone_is_never_enough(world: World, callers: IntrospectionCallers) -> None:
    world.add_resource()
    world.add_client("web-app")
    public = replace(APP, client_id="spa", auth_method=ClientAuthMethod.NONE)
    with world.database.writing() as stores:
        stores.clients.add(public)
    for name in ("web-app", "spa", "jira-main", "nobody"):
        refused(callers, world, PresentedCredentials(ClientAuthMethod.NONE, name))


@pytest.mark.rule("CA-03")
@pytest.mark.parametrize("with_imports", [False, True])
@pytest.mark.parametrize("secret", ["guess", "", "\0", "x" * 10_000])
def test_a_wrong_secret_costs_the_same_whoever_has_the_name(
    world: World, secret: str, *, with_imports: bool
) -> None:
    world.add_resource("jira-main")
    world.add_client("web-app", resources=["jira-main"])
    if with_imports:
        hashed = hash_of(IMPORTED).decode()
        world.add_client("brought", resources=["jira-main"], bcrypt_hash=hashed)
    work = {}
    for name in ("nobody", "web-app", "jira-main"):
        world.worker = Worker(world)
        world.worker.view.poll()
        callers = callers_of(world)
        world.database.calls.clear()
        world.digester.calls.clear()
        world.passwords.compared.clear()
        refused(callers, world, basic(name, secret))
        digests = len(world.digester.calls)
        work[name] = Counter(world.database.calls), digests, len(world.passwords.compared)
    assert work["nobody"] == work["web-app"] == work["jira-main"]
    assert work["nobody"][2] == with_imports


def test_a_resource_that_memory_holds_costs_its_digests_and_no_read(
    world: World, callers: IntrospectionCallers
) -> None:
    presented = basic("jira-main", world.add_resource().introspection_secret.value)
    callers.authenticate(presented, world.call())
    world.database.calls.clear()
    world.digester.calls.clear()
    assert isinstance(callers.authenticate(presented, world.call()), ProtectedResource)
    assert not world.database.calls
    assert len(world.digester.calls) == len(world.digester.peppers)
