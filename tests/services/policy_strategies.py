"""Random policies, callers and calls over a small world, so that they often meet."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from authserver.domain.access_details import AccessDetail
from authserver.domain.api_tokens import Presentation
from authserver.domain.operations import Effect, Operation, ProductCatalogue
from authserver.domain.policy_calls import LEGACY_WAYS, CallerFacts, CallerWay, CallFacts
from authserver.domain.policy_documents import (
    AccessSection,
    BrowserSection,
    DenyRule,
    EmailSection,
    LegacyEffect,
    LegacyException,
    LegacySection,
    LegacyWay,
    NetworkRule,
    OperationRule,
    Override,
    PolicyDocument,
    ProjectRule,
    TokenSection,
    UserEffect,
)
from authserver.domain.resources import ProtectedResource, ResourceKind, ResourceStatus

SITE: Final = "https://jira.example"
RESOURCE: Final = ProtectedResource(
    "jira", ResourceKind.JIRA_CLOUD, SITE, SITE, "", "ES256", ResourceStatus.ENABLED, (), 0.0
)
OPERATIONS: Final = (
    Operation("one", "GET", "/rest/a/1/things", "getThings", Effect.READ, tag="Things"),
    Operation("one", "POST", "/rest/a/1/things", "makeThing", Effect.WRITE, tag="Things"),
    Operation("one", "POST", "/rest/a/1/search", "search", Effect.READ, tag="Search"),
    Operation("one", "GET", "/rest/a/1/purge/{what}", "purge", Effect.WRITE, tag="Search"),
    Operation("two", "GET", "/rest/b/1/things", "getThings", Effect.READ),
    Operation("two", "DELETE", "/rest/b/1/things/{id}", "dropThing", Effect.WRITE),
)
PRODUCT: Final = ProductCatalogue(ResourceKind.JIRA_CLOUD, OPERATIONS)
SELECTOR: Final = st.sampled_from(
    [
        *("read", "write", "tag:Things", "tag:Search", "getThings", "one:getThings", "search"),
        *("two:dropThing", "GET /rest/a/1/purge/{what}", "tag:Gone", "noSuchThing"),
    ]
)
SELECTORS: Final = st.lists(SELECTOR, max_size=3, unique=True).map(tuple)
NETWORKS: Final = st.lists(
    st.sampled_from(["10.0.0.0/8", "10.1.0.0/16", "192.0.2.7/32", "2001:db8::/32", "0.0.0.0/0"]),
    max_size=2,
    unique=True,
).map(tuple)
ADDRESS: Final = st.sampled_from(["", "10.1.2.3", "10.200.0.1", "192.0.2.7", "2001:db8::1", "::1"])
TIMES: Final = st.sampled_from([10.0, 20.0, 30.0])
WHY: Final = "the text of the rule"


def some(*names: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(names), max_size=2)


GROUPS: Final = some("developers", "auditors", "contractors")
CLIENTS: Final = some("ci", "bot", "app")
TOKENS: Final = some("t1", "t2")
USERS: Final = some("ada", "bob")
PROJECTS: Final = st.lists(st.sampled_from(["ab", "cd", "10", "20"]), max_size=2).map(tuple)
WAYS: Final = st.sampled_from(LegacyWay)
EFFECTS: Final = st.sampled_from(LegacyEffect)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def seldom(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.none() | strategy


def rules(rule: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    """A list of rules with names of their own."""
    return st.lists(rule, max_size=most, unique_by=lambda each: each.name).map(tuple)


NAME: Final = st.sampled_from([f"r{number}" for number in range(6)])
OVERRIDES: Final = st.lists(
    st.builds(
        Override,
        user=st.sampled_from(["ada", "bob"]),
        effect=st.sampled_from(UserEffect),
        until=TIMES,
        reason=st.just(WHY),
    ),
    max_size=3,
).map(tuple)
ACCESS: Final = st.builds(
    AccessSection,
    reason=st.just(WHY),
    groups=maybe(GROUPS),
    clients=maybe(CLIENTS),
    read_only_groups=GROUPS,
    overrides=OVERRIDES,
)
TOKEN_SECTION: Final = st.builds(
    TokenSection,
    reason=st.just(WHY),
    holders=maybe(GROUPS),
    presentations=st.just(frozenset(Presentation)) | st.frozensets(st.sampled_from(Presentation)),
)
NETWORK: Final = st.builds(
    NetworkRule,
    name=NAME,
    reason=st.just(WHY),
    allow=maybe(NETWORKS),
    deny=st.just(()) | NETWORKS,
    groups=maybe(GROUPS),
    clients=maybe(CLIENTS),
    tokens=maybe(TOKENS),
)
OPERATION: Final = st.builds(
    OperationRule,
    name=NAME,
    reason=st.just(WHY),
    allow=maybe(SELECTORS),
    deny=st.just(()) | SELECTORS,
    groups=maybe(GROUPS),
    clients=maybe(CLIENTS),
    tokens=maybe(TOKENS),
)
PROJECT: Final = st.builds(
    ProjectRule,
    name=NAME,
    reason=st.just(WHY),
    allow=maybe(PROJECTS),
    deny=st.just(()) | PROJECTS,
    groups=maybe(GROUPS),
    clients=maybe(CLIENTS),
)
DENY: Final = st.builds(
    DenyRule,
    name=NAME,
    reason=st.just(WHY),
    groups=seldom(GROUPS),
    clients=seldom(CLIENTS),
    users=seldom(USERS),
    tokens=seldom(TOKENS),
    networks=seldom(NETWORKS),
    operations=seldom(SELECTORS),
)
EXCEPTION: Final = st.builds(
    LegacyException,
    name=NAME,
    way=WAYS,
    effect=EFFECTS,
    until=TIMES,
    reason=st.just(WHY),
    paths=maybe(st.just(("/rest/a",)) | st.just(("/rest/a/1/things", "/rest/b"))),
    users=maybe(USERS),
    networks=maybe(NETWORKS),
)
LEGACY: Final = st.builds(
    LegacySection,
    reason=st.just(WHY),
    effects=st.dictionaries(WAYS, EFFECTS),
    exceptions=rules(EXCEPTION),
)
ORIGINS: Final = some("https://good.example", "https://other.example")
DOCUMENT: Final = st.builds(
    PolicyDocument,
    access=maybe(ACCESS),
    tokens=maybe(TOKEN_SECTION),
    networks=maybe(rules(NETWORK)),
    browsers=maybe(st.builds(BrowserSection, reason=st.just(WHY), origins=ORIGINS)),
    emails=maybe(
        st.builds(EmailSection, reason=st.just(WHY), domains=some("a.example", "b.example"))
    ),
    legacy=maybe(LEGACY),
    operations=maybe(rules(OPERATION)),
    projects=maybe(rules(PROJECT)),
    harmless=maybe(SELECTORS),
    deny=st.just(()) | rules(DENY, 2),
)
DOCUMENTS: Final = st.lists(DOCUMENT, max_size=2)
"""None, one or two: the default one first."""
DETAIL: Final = st.builds(
    AccessDetail,
    location=st.sampled_from([SITE, SITE, SITE, "https://wiki.example"]),
    operations=maybe(SELECTORS),
    projects=maybe(PROJECTS),
)
DETAILS: Final = st.lists(DETAIL, max_size=3).map(tuple)


LIKELY: Final = (*CallerWay, *[CallerWay.API_TOKEN_BEARER, CallerWay.API_TOKEN_BASIC] * 4)


@st.composite
def callers(draw: st.DrawFn) -> CallerFacts:
    """Users, services, and who proved nothing."""
    way = draw(st.sampled_from(LIKELY))
    if way in LEGACY_WAYS:
        username = draw(st.sampled_from(["", "ada", "bob"])) if way is CallerWay.BASIC else ""
        return CallerFacts(way, username=username)
    is_service = draw(st.booleans())
    is_api_token = way in {CallerWay.API_TOKEN_BEARER, CallerWay.API_TOKEN_BASIC}
    return CallerFacts(
        way,
        subject="subject",
        client_id=draw(st.sampled_from(["ci", "bot", "app"])),
        token_id=draw(st.sampled_from(["t1", "t2", "t3"])) if is_api_token else "",
        count_key=draw(st.sampled_from(["t1", "t2", "key"])) if is_api_token else "key",
        username="" if is_service else draw(st.sampled_from(["ada", "bob", "eve"])),
        is_service=is_service,
        groups=draw(GROUPS),
        email_domain="" if is_service else draw(st.sampled_from(["", "a.example", "c.example"])),
        details=draw(maybe(DETAILS)),
        networks=draw(maybe(NETWORKS)),
    )


REACHED: Final = st.lists(
    st.sampled_from([frozenset({"ab", "10"}), frozenset({"cd", "20"}), frozenset({"ef", "30"})]),
    max_size=2,
    unique=True,
).map(tuple)
CALLS: Final = st.builds(
    CallFacts,
    caller=callers(),
    at=st.sampled_from([5.0, 15.0, 20.0, 25.0]),
    method=st.just("GET"),
    path=st.sampled_from(["/rest/a/1/things", "/rest/a/1/other", "/rest/apple", "/rest/b/1/x"]),
    operations=st.lists(st.sampled_from(OPERATIONS), max_size=2, unique=True).map(tuple),
    address=ADDRESS,
    origin=st.sampled_from(["", "", SITE, "https://good.example", "https://evil.example"]),
    secure=st.sampled_from([True] * 9 + [False]),
    from_page=st.booleans(),
    projects=maybe(REACHED),
)
