"""Expectations that are kept beside a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.errors import NotFound
from authserver.domain.policy_problems import PolicyInvalid
from authserver.services.policy_expectation_tables import read_expectations
from authserver.services.policy_reading import read_policy
from tests.services.calling import Office
from tests.services.policy_explaining import Explaining

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.services.policy_expectations import Tried

POLICY: Final = """\
[access]
groups = ["developers"]
clients = ["ci-reader"]
read_only_groups = ["guests"]
reason = "The API is for developers"

[legacy]
basic = "block"
reason = "No passwords"

[[network]]
name = "office"
allow = ["10.0.0.0/8"]
clients = ["ci-reader"]
reason = "From the office only"

[[deny]]
name = "new-year"
networks = ["10.9.0.0/16"]
reason = "Closed"
"""
FILE: Final = """\
resource = "jira-main"

[[caller]]
name = "ada"
user = "Ada"
groups = ["developers"]

[[caller]]
name = "guest"
user = "Gus"
groups = ["developers", "guests"]

[[caller]]
name = "ci"
client = "ci-reader"
scopes = ["READ"]

[[caller]]
name = "limited"
user = "ada"
groups = ["developers"]
token = "t1"
projects = ["DEMO"]

[[caller]]
name = "password"
way = "basic"
user = "ada"
"""


@pytest.fixture
def office() -> Office:
    office = Office()
    office.policy(POLICY)
    return office


def tried(office: Office, *expected: str, drafts: str | None = None) -> Sequence[Tried]:
    """Calls come from somewhere outside, unless they say from where."""
    outside = ["" if "from = " in each else 'from = "192.0.2.1"\n' for each in expected]
    text = FILE + "".join(
        f"\n[[expect]]\n{where}{each}\n" for where, each in zip(outside, expected, strict=True)
    )
    documents = {} if drafts is None else {"default": read_policy(drafts)}
    return Explaining(office.world).expectations.run(read_expectations(text), documents)


READ: Final = 'call = "GET /rest/api/2/issue/DEMO-1"\n'
WRITE: Final = 'call = "POST /rest/api/2/issue/DEMO-1/comment"\n'


@pytest.mark.parametrize(
    "expected",
    [
        READ + 'caller = "ada"\nexpect = "allow"',
        READ + 'expect = "deny"\nreason = "credential-missing"\nrule = "legacy.anonymous"',
        READ + 'caller = "password"\nexpect = "deny"\nreason = "basic-blocked"',
        READ + 'caller = "guest"\nexpect = "allow"',
        WRITE + 'caller = "guest"\nexpect = "deny"\nrule = "access.read_only_groups"',
        READ + 'caller = "ci"\nfrom = "10.1.2.3"\nexpect = "allow"',
        READ + 'caller = "ci"\nfrom = "192.0.2.1"\nexpect = "deny"\nrule = "network.office"',
        READ + 'caller = "ci"\nfrom = "10.9.0.1"\nexpect = "deny"\nrule = "deny.new-year"',
        WRITE + 'caller = "ci"\nfrom = "10.1.2.3"\nexpect = "deny"\nreason = "insufficient-scope"',
        READ + 'caller = "limited"\nreaches = ["DEMO"]\nexpect = "allow"',
        READ + 'caller = "limited"\nreaches = ["HR"]\nexpect = "deny"\nrule = "token.projects"',
    ],
)
def test_what_is_expected_and_so_is_met(office: Office, expected: str) -> None:
    (found,) = tried(office, expected)
    assert found.is_met, found.got


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        (READ + 'caller = "ada"\nexpect = "deny"', "allow"),
        (
            READ + 'caller = "ci"\nfrom = "10.9.0.1"\nexpect = "allow"',
            "deny policy-denied (deny.new-year)",
        ),
        (
            READ + 'caller = "ci"\nexpect = "deny"\nrule = "deny.new-year"',
            "deny network-not-allowed (network.office)",
        ),
        (
            READ + 'caller = "ci"\nexpect = "deny"\nreason = "read-only"',
            "deny network-not-allowed (network.office)",
        ),
        (
            READ + 'caller = "limited"\nexpect = "allow"',
            "not certain: say which projects the call reaches",
        ),
        (
            READ + 'caller = "limited"\nexpect = "deny"',
            "not certain: say which projects the call reaches",
        ),
    ],
)
def test_what_is_not_met_says_what_the_call_gets(office: Office, expected: str, got: str) -> None:
    (found,) = tried(office, expected)
    assert (found.is_met, found.got) == (False, got)


def test_a_failure_says_the_smallest_change(office: Office) -> None:
    (found,) = tried(office, READ + 'caller = "ci"\nexpect = "allow"')
    assert found.change == "call from 10.0.0.0/8"


def test_an_address_that_is_not_said_may_be_in_any_denied_network(office: Office) -> None:
    text = f'{FILE}\n[[expect]]\n{READ}caller = "ada"\nexpect = "deny"\nrule = "deny.new-year"\n'
    (found,) = Explaining(office.world).expectations.run(read_expectations(text), {})
    assert found.is_met, found.got


def test_a_draft_is_tried_before_it_is_applied(office: Office) -> None:
    expected = READ + 'caller = "ada"\nexpect = "deny"\nrule = "access.groups"'
    draft = '[access]\ngroups = []\nreason = "Nobody"\n'
    (found,) = tried(office, expected, drafts=draft)
    assert found.is_met


def test_rules_with_an_end_are_tried_at_a_moment(office: Office) -> None:
    draft = (
        '[access]\ngroups = []\nreason = "Nobody"\n[[access.override]]\nuser = "Ada"\n'
        'effect = "allow"\nuntil = 2027-01-31\nreason = "Trial"\n'
    )
    before = READ + 'caller = "ada"\nat = 2027-01-31\nexpect = "deny"'
    inside = READ + 'caller = "ada"\nat = 2027-01-31T12:00:00Z\nexpect = "allow"'
    assert [each.is_met for each in tried(office, before, inside, drafts=draft)] == [True, True]


def test_the_base_path_of_a_site_may_be_left_out(office: Office) -> None:
    office.world.add_resource("deep", context_path="/jira")
    for path in ("/rest/api/2/issue/DEMO-1", "/jira/rest/api/2/issue/DEMO-1"):
        text = FILE.replace("jira-main", "deep") + (
            f'\n[[expect]]\ncall = "get https://any.example{path}?fields=id"\ncaller = "guest"\n'
            'expect = "allow"\nfrom = "192.0.2.1"\n'
        )
        (found,) = Explaining(office.world).expectations.run(read_expectations(text), {})
        assert found.is_met, found.got


def test_a_site_that_is_not_there_is_not_found(office: Office) -> None:
    wanted = read_expectations(FILE.replace("jira-main", "nowhere"))
    with pytest.raises(NotFound):
        Explaining(office.world).expectations.run(wanted, {})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "resource: is missing"),
        ('resource = "x"\nexpects = 1', "expects: no such key here; did you mean expect?"),
        ('resource = "x"\n[[expect]]\ncall = "GET"\nexpect = "allow"', "expect[0].call: a method"),
        (
            f'resource = "x"\n[[expect]]\n{READ}expect = "allow"\ncaller = "bob"',
            "expect[0].caller: one of the callers of this file: nobody",
        ),
        (
            f'resource = "x"\n[[expect]]\n{READ}expect = "allow"\nrule = "deny.x"',
            'expect[0].rule: only where expect = "deny"',
        ),
        (
            f'resource = "x"\n[[expect]]\n{READ}expect = "allow"\nfrom = "10.0.0.0/8"',
            "expect[0].from: an address",
        ),
        (
            f'resource = "x"\n[[expect]]\n{READ}expect = "allow"\nfrom = "here"',
            "expect[0].from: an address",
        ),
    ],
)
def test_a_file_that_is_refused_says_where_and_what_is_allowed(text: str, problem: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        read_expectations(text)
    assert str(refused.value).startswith(problem)
