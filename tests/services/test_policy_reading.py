"""A policy document is read whole: every section and key, and what is left out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from authserver.domain.api_tokens import Presentation
from authserver.domain.policy_documents import (
    EMPTY_DOCUMENT,
    AccessSection,
    BrowserSection,
    Creators,
    DenyRule,
    EmailSection,
    LegacyEffect,
    LegacyException,
    LegacySection,
    LegacyWay,
    LimitPer,
    NetworkRule,
    OpenRule,
    OperationRule,
    Override,
    PolicyDocument,
    ProjectRule,
    RateRule,
    TokenSection,
    UserEffect,
)
from authserver.domain.texts import shown_time
from authserver.services.policy_reading import read_policy
from tests.services.policy_texts import WHOLE

DAY = 86_400.0
WHOLE_DOCUMENT = PolicyDocument(
    access=AccessSection(
        reason="The API is for developers",
        groups=frozenset({"developers", "testers"}),
        clients=frozenset({"ci-robot", "okta:abc123"}),
        read_only_groups=frozenset({"contractors"}),
        overrides=(
            Override(
                "ada",
                UserEffect.ALLOW,
                datetime(2027, 2, 1, tzinfo=UTC).timestamp(),
                "Trial until January",
            ),
        ),
    ),
    tokens=TokenSection(
        reason="Short tokens for developers",
        creators=Creators.GROUPS,
        creator_groups=frozenset({"developers"}),
        for_others_groups=frozenset({"testers"}),
        holders=frozenset({"developers"}),
        longest=90 * DAY,
        most=5,
        presentations=frozenset({Presentation.BEARER}),
        needs_ticket=True,
        needs_team=False,
        stale_after=60 * DAY,
        delete_after=30 * DAY,
    ),
    networks=(
        NetworkRule(
            "office",
            "From the office only",
            allow=("10.0.0.0/8", "2001:db8::/32", "192.0.2.7/32"),
            deny=("10.66.0.0/16",),
            groups=frozenset({"developers"}),
            clients=frozenset({"ci-robot"}),
            tokens=frozenset({"t1"}),
        ),
    ),
    browsers=BrowserSection(
        "Our own pages only", frozenset({"https://app.example.com", "http://localhost:3000"})
    ),
    emails=EmailSection("Staff only", frozenset({"example.com"})),
    legacy=LegacySection(
        "Passwords end this year",
        {
            LegacyWay.BASIC: LegacyEffect.OBSERVE,
            LegacyWay.OAUTH1: LegacyEffect.BLOCK,
            LegacyWay.SESSION: LegacyEffect.ALLOW,
            LegacyWay.ANONYMOUS: LegacyEffect.BLOCK,
            LegacyWay.ATLASSIAN_TOKEN: LegacyEffect.OBSERVE,
        },
        (
            LegacyException(
                "old-dashboard",
                LegacyWay.BASIC,
                LegacyEffect.ALLOW,
                datetime(2027, 1, 31, 11, tzinfo=UTC).timestamp(),
                "The screen in the hall",
                paths=("/rest/api/2/dashboard",),
                users=frozenset({"wall.board"}),
                networks=("10.1.0.0/16",),
            ),
        ),
    ),
    operations=(
        OperationRule(
            "no-deleting",
            "Testers read",
            allow=("read", "createIssue"),
            deny=("deleteIssue", "DELETE /rest/api/2/issue/{issueIdOrKey}"),
            groups=frozenset({"testers"}),
            clients=frozenset(),
            tokens=frozenset({"t1"}),
        ),
    ),
    projects=(
        ProjectRule(
            "public",
            "Not the whole site",
            allow=("AB", "10001", "~ada"),
            deny=("HR",),
            groups=frozenset({"testers"}),
            clients=frozenset({"ci-robot"}),
        ),
    ),
    harmless=("getServerInfo",),
    opened=(
        OpenRule(
            "plugin",
            "Time sheets",
            "READ",
            paths=("/rest/tempo/4",),
            operations=("getDashboard",),
            methods=frozenset({"GET", "POST"}),
        ),
    ),
    rates=(
        RateRule(
            "each",
            "Slow down",
            LimitPer.TOKEN,
            100,
            60,
            operations=("write",),
            groups=frozenset({"testers"}),
            clients=frozenset({"ci-robot"}),
            tokens=frozenset({"t1"}),
        ),
    ),
    deny=(
        DenyRule(
            "incident",
            "Incident 7",
            groups=frozenset({"contractors"}),
            clients=frozenset({"ci-robot"}),
            users=frozenset({"mallory"}),
            tokens=frozenset({"t1"}),
            networks=("203.0.113.0/24",),
            operations=("write",),
        ),
    ),
)


def test_every_section_and_key_is_read() -> None:
    assert read_policy(WHOLE) == WHOLE_DOCUMENT


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "\ufeff"[1:]])
def test_a_text_that_says_nothing_asks_nothing(text: str) -> None:
    assert read_policy(text) == EMPTY_DOCUMENT


def test_what_is_not_written_is_not_limited_and_what_is_empty_is_nothing() -> None:
    unwritten = read_policy('[access]\nreason = "x"\n').access
    empty = read_policy('[access]\ngroups = []\nclients = []\nreason = "x"\n').access
    assert unwritten is not None
    assert (unwritten.groups, unwritten.clients) == (None, None)
    assert empty is not None
    assert (empty.groups, empty.clients) == (frozenset(), frozenset())
    assert read_policy("network = []\n").networks == ()


@pytest.mark.parametrize("until", ["9999-12-31", "9999-12-31T23:59:59-23:59", "2000-01-01"])
def test_the_first_and_the_last_moment_are_moments(until: str) -> None:
    override = f'[[access.override]]\nuser = "a"\neffect = "deny"\nuntil = {until}\nreason = "x"\n'
    access = read_policy(f'[access]\nreason = "x"\n{override}').access
    assert access is not None
    assert access.overrides[0].until > datetime(2000, 1, 1, tzinfo=UTC).timestamp()
    assert shown_time(access.overrides[0].until).endswith("UTC"), "people can be told of it"


def test_a_long_list_of_addresses_is_no_key_with_dots() -> None:
    networks = ", ".join(f'"10.{each // 256}.{each % 256}.1"' for each in range(1000))
    read = read_policy(f'[[network]]\nname = "a"\nreason = "x"\nallow = [{networks}]\n').networks
    assert read is not None
    assert len(read[0].allow or ()) == 1000
