"""Whoever may not give roles touches nobody and nothing that administers (AD-04)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.api_tokens import ApiTokenStatus
from authserver.domain.errors import Conflict, Forbidden, InvalidField
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.group_rules import GroupEffect
from authserver.domain.roles import PERMISSIONS, ROLES_WRITE, Area, Role, to_read, to_write
from authserver.domain.sessions import PASSWORD_ACR, PASSWORD_AMR
from authserver.services.api_token_drafts import ApiTokenDraft, Delivery, Maker
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientDraft, ClientUpdate
from authserver.services.initial_access_tokens import InitialTokenDraft
from authserver.services.provider_drafts import ProviderChanges
from authserver.services.user_rules import PersonalUpdate
from authserver.services.users import UserDraft, UserUpdate
from tests.rfc.administering import BOUND, FREE, allowed, give, person_with
from tests.rfc.api_tokens import put_token
from tests.services.grouped import identity_of
from tests.storage.provider_examples import provider

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.services.administration import Act
    from tests.people.cast import Person
    from tests.rfc.installations import Installation

    Deed = Callable[[Act], object]

READ, WRITE = to_read(Area.CLIENTS), to_write(Area.CLIENTS)
POLICY = '[access]\nreason = "known people only"\ngroups = ["trusted"]\n'


class Cast:
    """One of each: `boss` administers, `ada` does not, and the same of clients and providers."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.container = container = installation.container
        self.boss = person_with(installation, "boss", Role.OWNER)
        self.ada = person_with(installation, "ada")
        site = installation.site("jira")
        installation.caller("admin-bot", installation.administration(), READ)
        installation.caller("site-bot", site, "READ")
        for name in ("trusted", "other"):
            container.groups.create(name, "", FREE)
        container.policies.apply("default", POLICY, FREE)
        with container.database.writing() as stores:
            for each, person in (("corp", self.boss), ("shop", self.ada)):
                stores.providers.add(provider(each))
                stores.identities.add(identity_of(person.subject, each))
        for person, token in ((self.boss, "boss-token"), (self.ada, "ada-token")):
            put_token(installation, person, site, token)
        self.sessions = {each: self.session(each) for each in (self.boss, self.ada)}

    def session(self, person: Person) -> str:
        container = self.container
        with container.database.writing() as stores:
            user = stores.users.get(person.subject)
            assert user is not None
            started = container.sessions.begin(
                stores,
                user,
                acr=PASSWORD_ACR,
                amr=PASSWORD_AMR,
                previous=None,
                call=BOUND.call(self.installation.clock.now()),
                user_agent="",
            )
        return started.session.session_id

    def written(self) -> Any:
        """All that deeds could have changed, as far as records tell."""
        with self.container.database.reading() as stores:
            return (stores.authority.position().seq, len(self.installation.records()))


def on_people(cast: Cast, person: Person) -> Mapping[str, Deed]:
    """Every deed about one user, but its end."""
    container, name = cast.container, person.username
    users, token = container.users, f"{name}-token"
    draft = ApiTokenDraft(name, "export", ("READ",), ("jira",))
    maker, link = Maker("user:helper"), Delivery.LINK
    key = f"key-of-{person.subject}"
    provider_name = "corp" if name == "boss" else "shop"
    personal = UserUpdate(personal=PersonalUpdate(email="x@example.org"))
    return {
        "update": lambda act: users.update(name, personal, act),
        "join": lambda act: container.groups.add("other", name, act),
        "disable": lambda act: users.disable(name, act),
        "enable": lambda act: users.enable(name, act),
        "reset password": lambda act: users.reset_password(name, act),
        "rest": lambda act: container.user_credentials.disable(name, act),
        "work": lambda act: container.user_credentials.enable(name, act),
        "end sessions": lambda act: container.sessions.end_all(person.subject, act=act),
        "end grants": lambda act: container.grants.end(
            GrantFilter(subject=person.subject), GrantEnd.REVOKED_BY_ADMINISTRATOR, act
        ),
        "forget consent": lambda act: container.consents.revoke(
            person.subject, "admin-app", cast.installation.administration().identifier, act
        ),
        "make token": lambda act: container.api_tokens.create(draft, act, maker, delivery=link),
        "stop token": lambda act: container.api_token_power.disable(token, act),
        "start token": lambda act: container.api_token_power.enable(token, act),
        "rotate token": lambda act: container.api_tokens.rotate(
            token, act, maker, overlap_seconds=0, delivery=link
        ),
        "unlink": lambda act: container.identities.unlink(provider_name, key, act),
        "delete": lambda act: users.delete(name, act),
    }


ALLOWED_ON_ALL = frozenset({"stop token"})
"""Stopping what leaked waits for nobody."""


@pytest.mark.rule("AD-04")
def test_nobody_touches_people_who_administer(installation: Installation) -> None:
    cast = Cast(installation)
    allowed(installation, cast.boss, READ)
    for name, deed in on_people(cast, cast.boss).items():
        if name in ALLOWED_ON_ALL:
            continue
        before = cast.written()
        with pytest.raises(Forbidden) as refusal:
            deed(BOUND)
        assert refusal.value.needs == ROLES_WRITE, name
        assert cast.written() == before, name
    with pytest.raises(Forbidden):
        cast.container.sessions.end(cast.sessions[cast.boss], BOUND)
    for name in ALLOWED_ON_ALL:
        on_people(cast, cast.boss)[name](BOUND)


@pytest.mark.rule("AD-04")
def test_the_same_deeds_reach_everybody_else(installation: Installation) -> None:
    cast = Cast(installation)
    # Or nobody could be stopped at all.
    give(installation, cast.boss, Role.OWNER)
    for deed in on_people(cast, cast.ada).values():
        deed(BOUND)


@pytest.mark.rule("AD-04")
def test_owners_touch_whoever_administers(installation: Installation) -> None:
    cast = Cast(installation)
    give(installation, cast.boss, Role.HELP_DESK)
    for deed in on_people(cast, cast.boss).values():
        deed(FREE)


@pytest.mark.rule("AD-04")
def test_whoever_administers_ends_sessions_and_grants_of_their_own(
    installation: Installation,
) -> None:
    cast = Cast(installation)
    granted = allowed(installation, cast.boss, READ)
    own = replace(BOUND, actor=replace(BOUND.actor, identifier=cast.boss.subject))
    assert cast.container.sessions.end(cast.sessions[cast.boss], own)
    wanted = GrantFilter(grant_id=granted.grant.grant_id)
    assert cast.container.grants.end(wanted, GrantEnd.REVOKED_BY_ADMINISTRATOR, own)


@pytest.mark.rule("AD-04")
@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_guarded_even_while_it_does_not_count(
    installation: Installation, role: Role
) -> None:
    cast = Cast(installation)
    give(installation, cast.ada, role)
    users = cast.container.users
    users.disable("ada", FREE)
    for deed in (users.enable, users.reset_password):
        with pytest.raises(Forbidden):
            deed("ada", BOUND)


@pytest.mark.rule("AD-04")
def test_whoever_administers_by_a_group_is_guarded_even_while_asleep(
    installation: Installation,
) -> None:
    cast = Cast(installation)
    with cast.container.database.writing() as stores:
        identity = stores.identities.find("shop", f"key-of-{cast.ada.subject}")
        assert identity is not None
        roles = frozenset({Role.AUDITOR})
        stores.identities.save(replace(identity, roles=roles, asleep_since=1.0))
    with pytest.raises(Forbidden):
        cast.container.users.reset_password("ada", BOUND)


@pytest.mark.rule("AD-03")
@pytest.mark.rule("AD-04")
def test_nobody_gives_roles_who_may_not(installation: Installation) -> None:
    cast = Cast(installation)
    users, groups, before = cast.container.users, cast.container.groups, cast.written()
    deeds: tuple[Deed, ...] = (
        lambda act: users.update("ada", UserUpdate(is_administrator=True), act),
        *(
            lambda act, role=role: users.update("ada", UserUpdate(add_roles=(role,)), act)
            for role in Role
        ),
        lambda act: users.create(UserDraft("eve", is_administrator=True), act),
        lambda act: users.create(UserDraft("eve", roles=("auditor",)), act),
        lambda act: users.create(UserDraft("eve", groups=("trusted",)), act),
        lambda act: users.update("ada", UserUpdate(add_groups=("trusted",)), act),
        lambda act: users.update("ada", UserUpdate(remove_groups=("trusted",)), act),
        lambda act: groups.add("trusted", "ada", act),
        lambda act: groups.remove("trusted", "ada", act),
    )
    for deed in deeds:
        with pytest.raises(Forbidden):
            deed(BOUND)
        assert cast.written() == before
    assert cast.container.users.get("ada").roles == frozenset()


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
def test_many_tokens_are_not_enabled_with_one_of_an_administrator(
    installation: Installation,
) -> None:
    cast = Cast(installation)
    bulk = cast.container.api_token_bulk
    stop = bulk.plan('purpose = "BI export"', ApiTokenStatus.DISABLED)
    assert len(bulk.act(stop, BOUND).tokens) == 2
    start = bulk.plan('purpose = "BI export"', ApiTokenStatus.ENABLED)
    before = cast.written()
    with pytest.raises(Forbidden):
        bulk.act(start, BOUND)
    assert cast.written() == before
    assert len(bulk.act(start, FREE).tokens) == 2


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


@pytest.mark.rule("AD-04")
def test_whoever_makes_tokens_for_others_needs_the_permission_for_tokens(
    installation: Installation,
) -> None:
    cast = Cast(installation)
    draft = ApiTokenDraft("ada", "export", ("READ",), ("jira",))
    maker = Maker("client:bot")
    tokens = cast.container.api_tokens
    without = replace(BOUND, powers=PERMISSIONS - {to_write(Area.TOKENS)})
    with pytest.raises(Exception, match="only administrators make API tokens"):
        tokens.create(draft, without, maker, delivery=Delivery.LINK)
    assert tokens.create(draft, BOUND, maker, delivery=Delivery.LINK).link


@pytest.mark.rule("AD-04")
def test_a_policy_lets_nobody_make_tokens_for_whoever_administers(
    installation: Installation,
) -> None:
    cast = Cast(installation)
    lets = '[tokens]\nreason = "the desk makes them"\nfor_others_groups = ["trusted"]\n'
    cast.container.policies.apply("default", lets, FREE)
    cast.container.groups.add("trusted", "ada", FREE)
    own = replace(FREE, powers=None)
    tokens, maker = cast.container.api_tokens, Maker(cast.ada.subject)
    draft = ApiTokenDraft("boss", "export", ("READ",), ("jira",))
    with pytest.raises(Forbidden):
        tokens.create(draft, own, maker, delivery=Delivery.LINK)
    give(installation, cast.boss)
    assert tokens.create(draft, own, maker, delivery=Delivery.LINK).link
