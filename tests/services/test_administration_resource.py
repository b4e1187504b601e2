"""The administration API is a protected resource that the server makes."""

from __future__ import annotations

import pytest

from authserver.domain.errors import Conflict, InvalidField
from authserver.domain.resources import ADMINISTRATION, ResourceKind
from authserver.services.administration_resource import AdministrationResource
from authserver.services.resources import ResourceDraft
from tests.services.world import ADMIN, ISSUER, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def service(world: World) -> AdministrationResource:
    return AdministrationResource(administration=world.administration, issuer=ISSUER)


def test_it_is_made_once_and_is_on_record(world: World, service: AdministrationResource) -> None:
    assert service.ensure(ADMIN)
    assert not service.ensure(ADMIN)
    made = world.resources.get(ADMINISTRATION)
    assert made.kind is ResourceKind.AUTHSERVER
    assert made.identifier == f"{ISSUER}/admin/api/v1"
    assert made.credentials == ()
    assert not made.is_site
    assert [each.action for each in world.database.audit] == ["resource.created"]


def test_another_process_may_make_it_first(
    world: World, service: AdministrationResource, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service.ensure(ADMIN)
    now, looks = service._is_there, [False]
    monkeypatch.setattr(service, "_is_there", lambda stores: looks.pop() if looks else now(stores))
    assert not service.ensure(ADMIN)
    assert [each.action for each in world.database.audit] == ["resource.created"]


def test_a_site_that_is_in_its_place_is_told_and_kept(
    world: World, service: AdministrationResource
) -> None:
    site = ResourceDraft(
        "jira", "jira-dc", "https://j.example", identifier=f"{ISSUER}/admin/api/v1"
    )
    world.resources.create(site, ADMIN)
    with pytest.raises(Conflict, match="takes no tokens"):
        service.ensure(ADMIN)


@pytest.mark.parametrize(
    ("field", "draft"),
    [
        ("name", ResourceDraft(ADMINISTRATION, "jira-dc", "https://j.example")),
        ("kind", ResourceDraft("jira", "authserver", "https://j.example")),
    ],
)
def test_nobody_registers_another_one(world: World, field: str, draft: ResourceDraft) -> None:
    with pytest.raises(InvalidField) as refusal:
        world.resources.create(draft, ADMIN)
    assert refusal.value.field == field
