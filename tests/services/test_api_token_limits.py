"""What a token may do is within everything that limits it: held against a model of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.api_tokens import ApiTokenAccess, ApiTokenStatus, Presentation, SubjectType
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.clients import ClientStatus
from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.providers import ProviderKind, ProviderStatus
from authserver.domain.resources import ResourceKind
from authserver.domain.scope_coverage import Covered, covers
from authserver.domain.users import UserStatus
from tests.doubles import EPOCH
from tests.services.api_token_desk import DAY, TokenDesk
from tests.services.deciding import CATALOGUE
from tests.services.foreign_claims import provider_of

if TYPE_CHECKING:
    from authserver.domain.operations import Operation

CHAIN: Final = ("READ", "WRITE", "ADMIN", "SYSTEM_ADMIN")
"""Of Data Center: each reaches those before it."""
SCOPES: Final = (*CHAIN, "read:jira-work", "openid")
A_LIMIT: Final = st.none() | st.frozensets(st.sampled_from(SCOPES), max_size=3)


@dataclass(frozen=True)
class Situation:
    """Everything that a verdict depends on."""

    scopes: frozenset[str]
    resources: frozenset[str]
    presentations: frozenset[Presentation]
    status: ApiTokenStatus
    is_over: bool
    is_service: bool
    names_client: bool
    user_status: UserStatus
    rests: bool
    ceilings: tuple[frozenset[str] | None, frozenset[str] | None]
    enabled: tuple[bool, bool]
    asleep: tuple[bool, bool]
    client_scopes: frozenset[str]
    client_enabled: bool
    client_here: bool
    presentation: Presentation


SITUATIONS: Final = st.builds(
    Situation,
    scopes=st.frozensets(st.sampled_from(SCOPES), max_size=4),
    # Mostly good: with many ways to fail, hardly any would be.
    resources=st.sampled_from([{"jira-main"}] * 4 + [{"wiki"}, set()]).map(frozenset),
    presentations=st.sampled_from([set(Presentation)] * 3 + [{Presentation.BASIC}, set()]).map(
        frozenset
    ),
    status=st.sampled_from([ApiTokenStatus.ENABLED] * 6 + list(ApiTokenStatus)),
    is_over=st.sampled_from([False] * 5 + [True]),
    is_service=st.booleans(),
    names_client=st.booleans(),
    user_status=st.sampled_from([UserStatus.ENABLED] * 6 + list(UserStatus)),
    rests=st.sampled_from([False] * 5 + [True]),
    ceilings=st.tuples(A_LIMIT, A_LIMIT),
    enabled=st.tuples(st.booleans(), st.booleans()),
    asleep=st.tuples(*[st.sampled_from([False] * 4 + [True])] * 2),
    client_scopes=st.frozensets(st.sampled_from(SCOPES[:-1]), max_size=4),
    client_enabled=st.sampled_from([True] * 5 + [False]),
    client_here=st.sampled_from([True] * 5 + [False]),
    presentation=st.sampled_from(Presentation),
)


def reach(scopes: frozenset[str]) -> frozenset[str]:
    """Every scope that is as good as held."""
    below = {CHAIN[place] for name in scopes & set(CHAIN) for place in range(CHAIN.index(name) + 1)}
    return scopes | below


def expected(it: Situation) -> frozenset[str]:
    """What is left, as everything that is reached; empty: the token is no good."""
    counting = [place for place in (0, 1) if it.enabled[place]]
    is_asleep = bool(counting) and all(it.asleep[place] for place in counting)
    if (
        it.status is not ApiTokenStatus.ENABLED
        or it.is_over
        or "jira-main" not in it.resources
        or it.user_status is not UserStatus.ENABLED
        or it.rests
        or is_asleep
        or it.presentation not in it.presentations
        or ((it.is_service or it.names_client) and not it.client_enabled)
        or (it.is_service and not it.client_here)
    ):
        return frozenset()
    left = reach(it.scopes & set(CHAIN))
    limits = [place for place in (0, 1) if it.ceilings[place] is not None]
    if limits:
        # A stopped provider gives nothing to the others' limit, and does not lift it either.
        giving = [place for place in limits if it.enabled[place]] or limits
        left &= reach(frozenset().union(*(it.ceilings[place] or () for place in giving)))
    if it.is_service:
        left &= reach(it.client_scopes)
    return left


def placed(it: Situation) -> tuple[TokenDesk, str]:
    """A desk where all of this is so."""
    desk = TokenDesk()
    subject = desk.ada.subject
    with desk.database.writing() as stores:
        user = replace(desk.ada, status=it.user_status)
        stores.users.save(replace(user, credentials_disabled_at=EPOCH if it.rests else None))
        for place, name in enumerate(("okta", "entra")):
            status = ProviderStatus.ENABLED if it.enabled[place] else ProviderStatus.DISABLED
            provider = provider_of(ProviderKind.OKTA)
            stores.providers.add(
                replace(provider, name=name, status=status, living_seconds=30 * 86_400)
            )
            identity = Identity(
                name, "00u1", subject, "Ada", IdentityStatus.LINKED, EPOCH - DAY, None, EPOCH - DAY
            )
            asleep_since = EPOCH if it.asleep[place] else None
            stores.identities.add(
                replace(identity, ceiling=it.ceilings[place], asleep_since=asleep_since)
            )
        client = stores.clients.get("ci-reader")
        assert client is not None
        stores.clients.save(
            replace(
                client,
                scopes=it.client_scopes,
                status=ClientStatus.ENABLED if it.client_enabled else ClientStatus.DISABLED,
                resources=frozenset({"jira-main"} if it.client_here else {"wiki"}),
            )
        )
        stores.authority.advance([Change(ChangeKind.PROVIDER, "okta", EPOCH + DAY)])
    own: dict[str, Any] = {
        "scopes": it.scopes,
        "resources": it.resources,
        "presentations": it.presentations,
        "status": it.status,
        "expires_at": EPOCH if it.is_over else EPOCH + DAY,
    }
    if it.is_service:
        return desk, desk.add_service(**own)
    return desk, desk.add(client_id="ci-reader" if it.names_client else "", **own)


@pytest.mark.rule("AK-02")
@settings(max_examples=200)
@given(it=SITUATIONS)
def test_a_verdict_is_what_the_model_says(it: Situation) -> None:
    desk, value = placed(it)
    verdict = desk.judge(value, presentation=it.presentation)
    left = expected(it)
    assert isinstance(verdict, ApiTokenAccess) is bool(left)
    if isinstance(verdict, ApiTokenAccess):
        assert reach(verdict.scopes) == left
        assert (verdict.subject_type is SubjectType.SERVICE) is it.is_service


OPERATIONS: Final = CATALOGUE.operations.of_kind(ResourceKind.JIRA_DC).operations


@settings(max_examples=60)
@given(it=SITUATIONS, called=st.sampled_from(OPERATIONS))
@pytest.mark.feature(50)
def test_no_call_is_covered_that_the_owners_ceiling_does_not_cover(
    it: Situation, called: Operation
) -> None:
    """Feature row 50, as far as it is ours: what the site lets its account do comes on top."""
    desk, value = placed(it)
    verdict = desk.judge(value, presentation=it.presentation)
    person = desk.worker.people.person(desk.ada.subject)
    assert person is not None
    if isinstance(verdict, ApiTokenAccess) and isinstance(
        covers(verdict.scopes, (called,)), Covered
    ):
        assert person.may_speak
        ceiling = person.ceiling
        assert ceiling is None or isinstance(covers(ceiling, (called,)), Covered)


@settings(max_examples=100)
@given(it=SITUATIONS, lower=st.frozensets(st.sampled_from(SCOPES), max_size=2))
@pytest.mark.feature(50)
def test_a_lower_ceiling_never_gives_more(it: Situation, lower: frozenset[str]) -> None:
    desk, value = placed(it)
    before = desk.judge(value, presentation=it.presentation)
    # Who has no limit gives nothing to the other's, and would with one: only if neither has, any is
    # lower.
    is_free = it.ceilings == (None, None)
    with desk.database.writing() as stores:
        for name, ceiling in zip(("okta", "entra"), it.ceilings, strict=True):
            identity = stores.identities.find(name, "00u1")
            assert identity is not None
            lowered = lower if is_free else ceiling and reach(ceiling) & reach(lower)
            stores.identities.save(replace(identity, ceiling=lowered))
    desk.tell(ChangeKind.USER, desk.ada.subject)
    after = desk.judge(value, presentation=it.presentation)
    if isinstance(after, ApiTokenAccess):
        assert isinstance(before, ApiTokenAccess)
        assert reach(after.scopes) <= reach(before.scopes)
        assert reach(after.scopes) <= reach(lower)
