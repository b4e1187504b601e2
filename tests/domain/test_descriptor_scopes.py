"""What a Connect app's descriptor asks for, in our scopes."""

from __future__ import annotations

from itertools import pairwise

import pytest

from authserver.catalogue.loader import load_catalogue
from authserver.domain.descriptor_scopes import MEANINGS, WITHOUT_MEANING, our_scopes
from authserver.domain.errors import InvalidField
from authserver.domain.resources import SITE_KINDS, ResourceKind


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_every_meaning_is_a_scope_of_the_product(kind: ResourceKind) -> None:
    known = load_catalogue().scopes.by_kind[kind]
    for name, meaning in MEANINGS[kind].items():
        assert meaning <= known, name
        assert meaning, name


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_who_may_more_may_not_less(kind: ResourceKind) -> None:
    """As Atlassian's table of implied scopes has it; in Data Center one reaches those below."""
    if kind in (ResourceKind.JIRA_DC, ResourceKind.CONFLUENCE_DC):
        assert our_scopes("s", ["WRITE"], kind) == {"WRITE"}
        return
    between = "SPACE_ADMIN" if kind is ResourceKind.CONFLUENCE_CLOUD else "PROJECT_ADMIN"
    chain = [
        our_scopes("s", [name], kind) for name in ("READ", "WRITE", "DELETE", between, "ADMIN")
    ]
    assert all(one <= next_one for one, next_one in pairwise(chain))
    assert chain[0] < chain[1] < chain[4]


def test_any_case_will_do_and_several_add_up() -> None:
    kind = ResourceKind.JIRA_CLOUD
    assert our_scopes("s", ["read", "Write"], kind) == our_scopes("s", ["WRITE"], kind)
    assert our_scopes("s", [], kind) == frozenset()


@pytest.mark.parametrize("name", [*WITHOUT_MEANING, "act_as_user", "SYSTEM_ADMIN", "", "read:x"])
def test_what_has_no_meaning_here_is_refused(name: str) -> None:
    with pytest.raises(InvalidField) as refused:
        our_scopes("descriptor_scopes", ["READ", name], ResourceKind.JIRA_DC)
    assert refused.value.field == "descriptor_scopes"


def test_spaces_are_confluences_and_projects_jiras() -> None:
    for name, kind in (
        ("SPACE_ADMIN", ResourceKind.JIRA_CLOUD),
        ("PROJECT_ADMIN", ResourceKind.CONFLUENCE_CLOUD),
    ):
        with pytest.raises(InvalidField):
            our_scopes("s", [name], kind)
