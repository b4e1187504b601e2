"""Which pages and lists there are to look at, with what people ask of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from authserver.app_console import console_pages
from authserver.app_pages import visits_of
from authserver.web.admin import (
    audit_lists,
    call_lists,
    client_lists,
    grant_lists,
    mail_lists,
    provider_lists,
    session_lists,
    token_lists,
    user_lists,
)
from authserver.web.admin_api.models.members import ListQuery
from authserver.web.admin_api.table import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authserver.web.admin.lists import Listing
    from authserver.web.admin_api.endpoints import Endpoint
    from tests.people.world import PeopleWorld
    from tests.scale.crowds import Popular
    from tests.web.admin_api.example_values import Example

LISTINGS: Final[tuple[Listing[Any], ...]] = (
    audit_lists.LISTING,
    call_lists.LISTING,
    client_lists.LISTING,
    grant_lists.LISTING,
    mail_lists.LISTING,
    provider_lists.LISTING,
    session_lists.LISTING,
    token_lists.LISTING,
    user_lists.LISTING,
)
NOBODY: Final = "nobody-here"
EXAMPLES: Final[Mapping[str, str]] = {
    "clients": "showClient",
    "users": "showUser",
    "groups": "listMembers",
    "tokens": "showToken",
    "keys": "revokeKey",
    "decisions": "showDecision",
    "policies": "showPolicyVersion",
    "providers": "showProvider",
    "resources": "showResource",
    "gateways": "showGateway",
    "mails": "previewMail",
}
"""What pages are about, by the first part of their paths below /admin."""
_VARIABLE: Final = re.compile(r"<(?:\w+:)?(\w+)>")


def words_of(popular: Popular) -> Mapping[str, tuple[str, ...]]:
    """By the name of a filter: what is much asked for, and what nobody has."""
    return {
        "q": ("person", "export", "nightly", NOBODY),
        "client": (popular.client_id, NOBODY),
        "client_id": (popular.client_id, NOBODY),
        "owner": (popular.username, NOBODY),
        "user": (popular.username,),
        "actor": (popular.subject, popular.client_id, NOBODY),
        "resource": (popular.site, NOBODY),
        "site": (popular.site, NOBODY),
        "scope": ("READ", "read:jira-work", NOBODY),
        "group": (popular.group, NOBODY),
        "since": ("24h",),
        "until": ("1h",),
        "action": ("call", "client", NOBODY),
        "way": ("legacy", "access-token", "basic"),
        "token": ("t77", NOBODY),
        "token_id": ("t77", NOBODY),
        "request_id": ("r77", NOBODY),
        "object": ("client:web-app", NOBODY),
        "reason": ("read-only", NOBODY),
        "team": ("t", NOBODY),
        "ticket": ("t", NOBODY),
        "purpose": ("xx", NOBODY),
        "where": ("unused > 30d",),
        "to": ("p77@example.org", NOBODY),
        "kind": ("token-made",),
        "provider": (popular.provider, NOBODY),
        "session_id": ("s77", NOBODY),
        "expires_in_seconds": ("2592000",),
        "unused_for_seconds": ("7776000",),
    }


def page_paths(world: PeopleWorld, examples: Mapping[str, Example]) -> Iterator[str]:
    """Every page of the console and of the account that answers GET."""
    for page in console_pages(visits_of(world.container), world.container):
        if page.show is not None:
            noun = page.path.split("/")[1] if page.path else ""
            example = examples.get(EXAMPLES.get(noun, ""))
            known = {} if example is None else example.path
            yield "/admin" + _filled(page.path, known)
    known = examples[EXAMPLES["tokens"]].path
    for rule in world.installation.worker.application.url_map.iter_rules():
        if rule.rule.startswith("/account") and "GET" in (rule.methods or ()):
            yield _filled(rule.rule, known)


def _filled(path: str, known: Mapping[str, str]) -> str:
    usual = next(iter(known.values()), NOBODY)
    return _VARIABLE.sub(lambda found: str(known.get(found[1], usual)), path)


def list_paths(popular: Popular) -> Iterator[str]:
    """Every list of the console with every filter, search and order."""
    words = words_of(popular)
    for listing in LISTINGS:
        for each in listing.filters:
            for value in [choice for choice, _ in each.choices] or words.get(each.name, (NOBODY,)):
                yield f"/admin{listing.path}?{each.name}={value}"
        for sort in listing.sorts:
            yield f"/admin{listing.path}?sort={sort}"
            yield f"/admin{listing.path}?sort=-{sort}"
        for word in words["q"]:
            yield f"/admin{listing.path}?q={word}"
    yield f"/admin/users?q={popular.username}"
    for query in (
        f"q={popular.username}",
        "q=-",
        "client=-",
        f"q=-&client={popular.client_id}",
        "way=legacy&outcome=success&since=30d",
        f"client={popular.client_id}&outcome=refused&since=24h",
    ):
        yield f"/admin/calls?{query}"
    for path in (
        f"resources/{popular.site}",
        f"resources/{popular.site}/disable",
        f"resources/{popular.site}/delete",
        f"clients/{popular.client_id}",
        f"clients/{popular.client_id}/delete",
        f"users/{popular.subject}",
        f"users/{popular.subject}/delete",
        f"who?what=delete&resource={popular.site}",
    ):
        yield f"/admin/{path}"


def calls(examples: Mapping[str, Example], popular: Popular) -> Iterator[tuple[str, str]]:
    """Paths and queries of every GET of the API, of lists with every filter and order."""
    for endpoint in ENDPOINTS:
        if endpoint.method == "GET":
            example = examples[endpoint.operation]
            path = endpoint.path.format_map(example.path)
            yield path, example.query
            if issubclass(endpoint.query, ListQuery):
                for query in _queries(endpoint, popular):
                    yield path, query


def _queries(endpoint: Endpoint, popular: Popular) -> Iterator[str]:
    words = words_of(popular)
    for name, field in endpoint.query.model_fields.items():
        if name not in {"limit", "cursor"}:
            choices = _choices(field.annotation) or words.get(name, (NOBODY,))
            for value in choices:
                yield f"{name}={value}"
    yield "limit=200"


def _choices(annotation: Any) -> tuple[str, ...]:
    if annotation is bool:
        return ("true", "false")
    if get_origin(annotation) is Literal:
        return tuple(map(str, get_args(annotation)))
    return tuple(choice for each in get_args(annotation) for choice in _choices(each))
