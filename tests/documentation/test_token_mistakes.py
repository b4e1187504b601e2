"""Why a provider's access token does not count, as the pages about providers tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.providers import ProviderKind
from tests.documentation.provider_mistakes import token_codes
from tests.documentation.test_provider_pages import HOWTO, PAGES
from tests.federation.bearing import BearingInstallation, bearing
from tests.federation.fake_people import ENTRA_API
from tests.rfc.external_token_making import by_another_key, id_token
from tests.rfc.external_token_table import V1
from tests.rfc.installations import Installations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.databases import SqliteDatabases
    from tests.federation.bearing import Bearing

OKTA, ENTRA, COGNITO = ProviderKind.OKTA, ProviderKind.ENTRA, ProviderKind.COGNITO
MADE: Final[Mapping[tuple[ProviderKind, str], Callable[[Bearing], str]]] = {
    (OKTA, "not_an_access_token"): id_token,
    (OKTA, "audience_not_accepted"): lambda one: one.token(aud="api://another"),
    (OKTA, "issuer_not_accepted"): lambda one: one.token(iss="https://acme.okta.com"),
    # Microsoft signs those for Graph over something else than stands in them.
    (ENTRA, "signature_invalid"): by_another_key,
    (ENTRA, "audience_not_accepted"): lambda one: one.token(**{**V1, "aud": f"api://{ENTRA_API}"}),
    (COGNITO, "not_an_access_token"): id_token,
    (COGNITO, "no_mapped_scope"): lambda one: one.token(scope="aws.cognito.signin.user.admin"),
}
"""A token for each reason that the pages name."""


def test_the_pages_name_these_reasons_and_no_others() -> None:
    named = {
        (kind, code)
        for kind, name in PAGES.items()
        for code in token_codes((HOWTO / name).read_text())
    }
    assert named == set(MADE)


def test_a_token_that_does_not_count_is_on_record_as_the_page_says(
    tmp_path: Path, sqlite_databases: SqliteDatabases
) -> None:
    installations = Installations(tmp_path, sqlite_databases, BearingInstallation)
    for number, kind in enumerate(PAGES):
        with installations.make(tmp_path / f"copy-{number}") as installation:
            world = bearing(installation, kind)
            assert world.judge(world.token()).is_accepted
            for (of_kind, code), make in MADE.items():
                if of_kind is kind:
                    judged = world.judge(make(world))
                    assert (judged.problem, judged.introspected) == (code, {"active": False})
