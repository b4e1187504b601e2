"""Clients, providers and the API by which somebody administers are for whoever may give roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import Conflict, Forbidden, InvalidField
from authserver.domain.group_rules import GroupEffect
from authserver.services.api_token_drafts import ApiTokenDraft, Maker
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientDraft, ClientUpdate
from authserver.services.initial_access_tokens import InitialTokenDraft
from authserver.services.provider_drafts import ProviderChanges
from authserver.services.user_rules import PersonalUpdate
from authserver.services.users import UserUpdate
from tests.rfc.administering import BOUND, FREE
from tests.rfc.escalating import READ, Cast

if TYPE_CHECKING:
    from tests.rfc.escalating import Deed
    from tests.rfc.installations import Installation


@pytest.mark.rule("AD-04")
def test_nobody_makes_or_touches_clients_that_administer(installation: Installation) -> None:
    cast = Cast(installation)
    clients = cast.container.clients
    admin = ("administration",)
    before = cast.written()
    more = ClientUpdate(add_resources=admin, add_scopes=(READ,))
    deeds: tuple[Deed, ...] = (
        lambda act: clients.create(
            ClientDraft("Evil", client_id="evil", scopes=(READ,), resources=admin), act
        ),
        lambda act: clients.update("site-bot", more, act),
        lambda act: clients.update("admin-bot", ClientUpdate(name="New"), act),
        lambda act: clients.update("admin-bot", ClientUpdate(remove_scopes=(READ,)), act),
        lambda act: clients.update(
            "admin-bot", ClientUpdate(profile=ProfileChanges(logo_uri="")), act
        ),
        lambda act: clients.rotate_secret("admin-bot", act),
        lambda act: clients.disable("admin-bot", act),
        lambda act: clients.enable("admin-bot", act),
        lambda act: clients.delete("admin-bot", act),
    )
    for deed in deeds:
        with pytest.raises(Forbidden):
            deed(BOUND)
        assert cast.written() == before
    for deed in deeds:
        deed(FREE)


@pytest.mark.rule("AD-04")
def test_clients_of_sites_need_no_such_permission(installation: Installation) -> None:
    cast = Cast(installation)
    clients = cast.container.clients
    clients.create(
        ClientDraft("CI", client_id="ci-1", scopes=("READ",), resources=("jira",)), BOUND
    )
    clients.update("ci-1", ClientUpdate(name="New"), BOUND)
    clients.rotate_secret("ci-1", BOUND)
    clients.delete("ci-1", BOUND)


@pytest.mark.rule("AD-04")
def test_no_client_registers_itself_for_the_administration(installation: Installation) -> None:
    tokens = Cast(installation).container.initial_access_tokens
    for stated in (
        {"resources": ("administration",)},
        {"resources": ("administration", "jira"), "scopes": (READ,)},
    ):
        with pytest.raises(InvalidField):
            tokens.create(InitialTokenDraft("for all", **stated), FREE)


@pytest.mark.rule("AD-04")
def test_nobody_changes_a_provider_by_which_somebody_administers(
    installation: Installation,
) -> None:
    cast = Cast(installation)
    container = cast.container
    rules, secrets, domains = (
        container.provider_group_rules,
        container.provider_secrets,
        container.provider_domains,
    )
    renamed = ProviderChanges(display_name="New")

    def deeds(name: str) -> tuple[Deed, ...]:
        return (
            lambda act: container.providers.update(name, renamed, act),
            lambda act: secrets.add(name, "a-secret-of-the-provider", act),
            lambda act: rules.add(name, "Devs", "group", act, value="other"),
            lambda act: domains.set(name, f"{name}.example", "suggest", act),
            lambda act: domains.remove(f"{name}.example", act),
            lambda act: container.providers.disable(name, act),
            lambda act: container.providers.enable(name, act),
            lambda act: container.providers.remove(name, act),
        )

    domains.set("corp", "corp.example", "suggest", FREE)
    before = cast.written()
    for deed in deeds("corp"):
        with pytest.raises(Forbidden):
            deed(BOUND)
        assert cast.written() == before
    for effect, value in (("administrator", ""), ("role", "auditor"), ("group", "trusted")):
        with pytest.raises(Forbidden):
            rules.add("shop", "Devs", effect, BOUND, value=value)
    assert cast.written() == before
    for deed in deeds("shop"):
        deed(BOUND)


@pytest.mark.rule("AD-04")
def test_a_provider_whose_rules_give_roles_is_guarded_before_anybody_comes(
    installation: Installation,
) -> None:
    cast = Cast(installation)
    rules = cast.container.provider_group_rules
    rule = rules.add("shop", "Ops", "role", FREE, value="help-desk").rule
    assert (rule.effect, rule.value) == (GroupEffect.ROLE, "help-desk")
    with pytest.raises(Forbidden):
        cast.container.providers.update("shop", ProviderChanges(display_name="New"), BOUND)
    with pytest.raises(Forbidden):
        rules.remove("shop", rule.rule_id, BOUND)
    with pytest.raises(InvalidField):
        rules.add("shop", "Ops", "role", FREE, value="owner")


@pytest.mark.rule("AD-04")
def test_where_an_administrator_signs_in_is_not_changed(installation: Installation) -> None:
    cast = Cast(installation)
    update = UserUpdate(personal=PersonalUpdate(email="boss@example.net"))
    cast.container.users.update("boss", update, FREE)
    with pytest.raises(Forbidden):
        cast.container.provider_domains.set("shop", "example.net", "suggest", BOUND)


@pytest.mark.rule("AD-04")
def test_the_administration_api_is_no_site(installation: Installation) -> None:
    cast = Cast(installation)
    container = cast.container
    name = "administration"
    deeds: tuple[Deed, ...] = (
        lambda act: container.resources.delete(name, act),
        lambda act: container.resources.update(name, act, url="https://evil.example.org"),
        lambda act: container.resources.rotate_credential(name, "introspection", act),
        lambda act: container.gateways.add("edge", name, act),
        lambda act: container.hand_overs.set_plain(name, act, kind="identity-header"),
        lambda act: container.subject_accounts.map(name, "user:ada", "ada", act),
    )
    for deed in deeds:
        with pytest.raises(Conflict):
            deed(FREE)
    for switch in (container.resources.disable, container.resources.enable):
        with pytest.raises(Forbidden):
            switch(name, BOUND)
        switch(name, FREE)
    draft = ApiTokenDraft("ada", "export", (READ,), (name,))
    with pytest.raises(InvalidField, match="resources"):
        container.api_tokens.create(draft, FREE, Maker())
