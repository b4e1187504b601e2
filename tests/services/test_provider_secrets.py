"""Our credentials at providers: two live ones, sealed, ended when a newer one works."""

from __future__ import annotations

import pytest

from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.domain.providers import ProviderKind
from authserver.services.provider_drafts import ProviderChanges
from tests.services.provider_office import ProviderOffice
from tests.services.world import ADMIN, World, details

NEWER = "a-newer-secret-of-the-provider"


@pytest.fixture
def office(world: World) -> ProviderOffice:
    office = ProviderOffice(world)
    office.added()
    return office


def live(office: ProviderOffice) -> int:
    now = office.world.clock.now()
    return sum(each.is_live(now) for each in office.stored("oidc").secrets)


def test_a_second_secret_may_live_beside_the_first_and_no_third(office: ProviderOffice) -> None:
    added = office.secrets.add("oidc", NEWER, ADMIN, expires_in=86_400)
    assert office.stored("oidc").secrets[-1] == added
    assert added.expires_at == added.created_at + 86_400
    assert NEWER not in repr(office.world.database.state)
    with pytest.raises(Conflict, match="authserver provider secret expire oidc"):
        office.secrets.add("oidc", "another-one", ADMIN)
    assert live(office) == 2
    record = office.world.database.audit[-1]
    assert record.action == "provider.secret_added"
    assert details(record) == {"secret_id": added.secret_id, "expires_at": added.expires_at}


def test_the_newest_stays_when_the_others_end(office: ProviderOffice) -> None:
    office.world.clock.advance(1)
    newest = office.secrets.add("oidc", NEWER, ADMIN)
    assert office.secrets.expire("oidc", ADMIN, overlap_seconds=60) == 1
    assert live(office) == 2
    office.world.clock.advance(60)
    assert live(office) == 1
    assert office.stored("oidc").secrets[-1] == newest
    record = office.world.database.audit[-1]
    assert record.action == "provider.secrets_expired"
    assert details(record)["kept"] == newest.secret_id


def test_another_one_stays_when_it_is_named(office: ProviderOffice) -> None:
    office.world.clock.advance(1)
    (first,) = office.stored("oidc").secrets
    office.secrets.add("oidc", NEWER, ADMIN)
    office.secrets.expire("oidc", ADMIN, keep=first.secret_id)
    assert [
        each.secret_id for each in office.stored("oidc").secrets if each.expires_at is None
    ] == [first.secret_id]


def test_the_last_secret_is_never_ended(office: ProviderOffice) -> None:
    assert office.secrets.expire("oidc", ADMIN) == 0
    with pytest.raises(Conflict, match="nothing was ended"):
        office.secrets.expire("oidc", ADMIN, keep="unknown")
    assert live(office) == 1


@pytest.mark.parametrize("value", ["", " ", "a\nb", "x" * 4097])
def test_what_cannot_be_a_secret_is_refused(office: ProviderOffice, value: str) -> None:
    office.providers.update("oidc", ProviderChanges(groups_source="claim"), ADMIN)
    for act in (office.secrets.add, office.secrets.set_directory_secret):
        with pytest.raises(InvalidField, match=r"^secret: 1 to 4096"):
            act("oidc", value, ADMIN)


@pytest.mark.parametrize("seconds", [0.0, -1.0, 11 * 366 * 86_400.0])
def test_the_life_of_a_secret_has_its_range(office: ProviderOffice, seconds: float) -> None:
    with pytest.raises(InvalidField, match=r"^secret_expires_in: "):
        office.secrets.add("oidc", NEWER, ADMIN, expires_in=seconds)


def test_whoever_needs_no_secret_gets_none(office: ProviderOffice) -> None:
    office.providers.update("oidc", ProviderChanges(auth="private_key_jwt"), ADMIN)
    with pytest.raises(Conflict, match="authenticates us by private_key_jwt"):
        office.secrets.add("oidc", NEWER, ADMIN)


def test_of_a_short_secret_not_even_the_end_is_shown(office: ProviderOffice) -> None:
    assert office.secrets.add("oidc", "short-secret", ADMIN).hint == ""


def test_the_credential_for_the_directory_is_for_whoever_asks_it(office: ProviderOffice) -> None:
    with pytest.raises(Conflict, match="--groups-source graph"):
        office.secrets.set_directory_secret("oidc", NEWER, ADMIN)
    office.added(ProviderKind.OKTA)
    office.providers.update("okta", ProviderChanges(groups_source="okta-api"), ADMIN)
    office.secrets.set_directory_secret("okta", NEWER, ADMIN)
    sealed = office.stored("okta").groups.directory_secret
    opened = office.world.sealer.open(sealed, purpose="provider-directory-secret", context="okta")
    assert opened.decode() == NEWER
    assert NEWER not in repr(office.world.database.state)
    assert details(office.world.database.audit[-1]) == {"directory": True}


def test_a_provider_that_does_not_exist_has_no_secrets(office: ProviderOffice) -> None:
    for act in (
        lambda: office.secrets.add("nobody", NEWER, ADMIN),
        lambda: office.secrets.expire("nobody", ADMIN),
        lambda: office.secrets.set_directory_secret("nobody", NEWER, ADMIN),
    ):
        with pytest.raises(NotFound):
            act()


def test_an_overlap_has_its_range(office: ProviderOffice) -> None:
    with pytest.raises(InvalidField, match=r"^overlap: "):
        office.secrets.expire("oidc", ADMIN, overlap_seconds=-1)


def test_what_opened_a_directory_goes_with_the_provider(office: ProviderOffice) -> None:
    # Nobody looks after the secrets of a removed provider: they are never sealed anew.
    office.added(ProviderKind.OKTA)
    office.providers.update("okta", ProviderChanges(groups_source="okta-api"), ADMIN)
    office.secrets.set_directory_secret("okta", NEWER, ADMIN)
    office.providers.disable("okta", ADMIN)
    assert office.stored("okta").groups.directory_secret
    office.providers.remove("okta", ADMIN)
    with office.world.database.reading() as stores:
        removed = stores.providers.get("okta")
    assert removed is not None
    assert removed.groups.directory_secret == b""
    assert not [each for each in removed.secrets if each.is_live(office.world.clock.now())]
