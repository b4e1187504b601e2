"""What the catalogue says about scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.resources import ResourceKind
from authserver.domain.scopes import USER_SCOPES, Product, Risk, ScopeKind

if TYPE_CHECKING:
    from authserver.catalogue.loader import Catalogue

HARMLESS_VERBS = ("read", "readonly", "search", "validate")


def test_every_scope_is_known_once(catalogue: Catalogue) -> None:
    assert len(catalogue.scopes) == 546
    assert len({scope.name for scope in catalogue.scopes}) == 546


def test_every_title_is_short_plain_and_its_own(catalogue: Catalogue) -> None:
    titles = [scope.title for scope in catalogue.scopes]
    assert len(set(titles)) == len(titles)
    for scope in catalogue.scopes:
        assert 8 <= len(scope.title) <= 72
        assert scope.title[0].isupper()
        assert not scope.title.endswith(".")
        assert not {"_", "{", "/", ";"} & set(scope.title)
        assert ":" not in scope.name or scope.name not in scope.title


def test_every_scope_that_manages_is_for_administration(catalogue: Catalogue) -> None:
    managing = [scope for scope in catalogue.scopes if scope.name.startswith("manage:")]
    assert len(managing) == 6
    assert {scope.risk for scope in managing} == {Risk.ADMIN}


def test_a_granular_scope_is_as_dangerous_as_its_verb_or_more(catalogue: Catalogue) -> None:
    for scope in catalogue.scopes:
        if scope.kind is not ScopeKind.GRANULAR:
            continue
        verb = scope.name.split(":")[0]
        if verb in HARMLESS_VERBS:
            assert scope.risk is Risk.READ or scope.name == "read:media-credentials:jira"
        elif verb == "delete":
            assert scope.risk in {Risk.DELETE, Risk.ADMIN} or "own" in scope.title
        else:
            assert scope.risk is not Risk.READ


@pytest.mark.parametrize(
    ("name", "risk"),
    [
        ("read:jira-work", Risk.READ),
        ("write:jira-work", Risk.DELETE),
        ("write:comment:jira", Risk.WRITE),
        ("delete:issue:jira", Risk.DELETE),
        ("write:workflow-scheme:jira", Risk.ADMIN),
        ("act-as-user:connect-jira", Risk.ADMIN),
        ("READ", Risk.READ),
        ("WRITE", Risk.DELETE),
        ("SYSTEM_ADMIN", Risk.ADMIN),
    ],
)
def test_the_risk_is_the_worst_that_can_be_done(
    catalogue: Catalogue, name: str, risk: Risk
) -> None:
    scope = catalogue.scopes.find(name)
    assert scope is not None
    assert scope.risk is risk


def test_user_scopes_are_described_and_belong_to_no_site(catalogue: Catalogue) -> None:
    for name in USER_SCOPES:
        scope = catalogue.scopes.find(name)
        assert scope is not None
        assert scope.product is Product.ACCOUNT
        assert all(name not in catalogue.scopes.of_kind(kind) for kind in ResourceKind)


def test_special_scopes_belong_to_no_site(catalogue: Catalogue) -> None:
    special = {scope.name for scope in catalogue.scopes if scope.kind is ScopeKind.SPECIAL}
    assert all(not special & catalogue.scopes.of_kind(kind) for kind in ResourceKind)


def test_a_cloud_site_knows_the_scopes_of_its_products(catalogue: Catalogue) -> None:
    jira = catalogue.scopes.of_kind(ResourceKind.JIRA_CLOUD)
    confluence = catalogue.scopes.of_kind(ResourceKind.CONFLUENCE_CLOUD)
    assert {"read:jira-work", "read:sprint:jira-software", "read:servicedesk-request"} <= jira
    assert {"read:page:confluence", "search:confluence"} <= confluence
    assert not jira & confluence
