"""A document names what is there: a typo neither opens nor closes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.policy_problems import PolicyInvalid
from authserver.services import policy_references
from tests.services.policy_office import PolicyOffice
from tests.services.policy_texts import WHOLE
from tests.services.world import ADMIN
from tests.storage.provider_examples import provider

if TYPE_CHECKING:
    from collections.abc import Collection

REASON = 'reason = "x"\n'


@pytest.fixture
def office() -> PolicyOffice:
    return PolicyOffice().furnish()


def problems(office: PolicyOffice, text: str, name: str = "default") -> list[str]:
    with pytest.raises(PolicyInvalid) as refusal:
        office.plan(text, name)
    return [str(each) for each in refusal.value.problems]


def test_a_document_of_what_is_there_is_good(office: PolicyOffice) -> None:
    with office.world.database.writing() as stores:
        stores.providers.add(provider("okta"))
    assert office.apply(WHOLE).changed
    assert office.apply(WHOLE, "jira-main").changed


@pytest.mark.parametrize(
    ("section", "line", "told"),
    [
        ("access", 'groups = ["develpers"]', "there is no such group; did you mean developers?"),
        ("access", 'groups = ["Developers"]', "there is no such group; did you mean developers?"),
        ("access", 'read_only_groups = ["zzz"]', "there is no such group"),
        ("access", 'clients = ["ci-robt"]', "there is no such client; did you mean ci-robot?"),
        ("access", 'clients = ["okta:abc"]', "no provider of the name before the colon"),
        ("tokens", 'holders = ["tester"]', "there is no such group; did you mean testers?"),
        ("tokens", 'for_others_groups = ["tester"]', "did you mean testers?"),
        ("harmless", 'operations = ["getServerInf"]', "did you mean getServerInfo"),
        ("harmless", 'operations = ["GET /rest/api/2/serverInf"]', "means no operation"),
        ("harmless", 'operations = ["tag:Isues"]', "did you mean tag:Issues"),
        ("harmless", 'operations = ["reed"]', "did you mean read"),
    ],
)
def test_what_is_not_there_is_told_with_what_is_like_it(
    office: PolicyOffice, section: str, line: str, told: str
) -> None:
    (problem,) = problems(office, f"[{section}]\n{line}\n{REASON}")
    assert problem.startswith(f"{section}.{line.partition(' ')[0]}[0]: ")
    assert told in problem


def test_overrides_rules_and_openings_name_what_is_there(office: PolicyOffice) -> None:
    text = f"""
[access]
{REASON}
[[access.override]]
user = "adda"
effect = "deny"
until = 2027-01-01
{REASON}
[[network]]
name = "n"
allow = []
tokens = ["t1", "t2"]
{REASON}
[[open]]
name = "o"
scope = "REED"
paths = ["/rest/x"]
{REASON}
"""
    assert problems(office, text) == [
        "access.override[0].user: there is no such user; did you mean ada?",
        "network[0].tokens[1]: there is no such API token",
        "open[0].scope: there is no such scope; did you mean READ?",
    ]


def test_a_token_is_named_by_the_first_of_its_line(office: PolicyOffice) -> None:
    office.add_token("t2", lineage_id="t1")
    text = f'[[network]]\nname = "n"\nallow = []\ntokens = ["t2"]\n{REASON}'
    assert problems(office, text) == [
        "network[0].tokens[0]: was rotated: name the first of its line, t1"
    ]


def test_problems_of_form_and_of_names_are_told_together_in_order(office: PolicyOffice) -> None:
    text = f'[access]\ngroups = ["nobody", 5]\n{REASON}[tokens]\nholders = ["none"]\n'
    assert [each.partition(":")[0] for each in problems(office, text)] == [
        "access.groups[0]",
        "access.groups[1]",
        "tokens.holders[0]",
        "tokens.reason",
    ]


def test_who_was_deleted_is_not_there(office: PolicyOffice) -> None:
    office.world.clients.delete("ci-robot", ADMIN)
    assert problems(office, f'[access]\nclients = ["ci-robot"]\n{REASON}') == [
        "access.clients[0]: there is no such client"
    ]


def test_the_document_of_a_site_speaks_of_its_own_product(office: PolicyOffice) -> None:
    text = f'[harmless]\noperations = ["createIssue"]\n{REASON}'
    assert office.plan(text).document.harmless == ("createIssue",)
    assert office.plan(text, "jira-main").document.harmless == ("createIssue",)
    (problem,) = problems(office, text, "wiki")
    assert problem.startswith("harmless.operations[0]: means no operation")


def test_each_name_is_looked_up_once(office: PolicyOffice) -> None:
    groups = '["developers"]'
    office.world.database.calls.clear()
    office.plan(f"[access]\ngroups = {groups}\nread_only_groups = {groups}\n{REASON}")
    assert office.world.database.calls["groups.get"] == 1


def test_hundreds_of_wrong_operations_are_refused_in_good_time(office: PolicyOffice) -> None:
    names = ", ".join(f'"getIssu{number}"' for number in range(300))
    told = problems(office, f"[harmless]\noperations = [{names}]\n{REASON}")
    assert len(told) == 300
    assert sum("did you mean" in each for each in told) == 20


def test_names_that_are_alike_are_looked_for_among_so_many_and_no_more(
    office: PolicyOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may look at a plan must not have every name held against everybody's."""
    compared = []

    def close_matches(name: str, known: Collection[str]) -> tuple[str, ...]:
        compared.append(len(known))
        return (name,)

    monkeypatch.setattr(policy_references, "close_matches", close_matches)
    for number in range(997):
        office.groups.create(f"g{number}", "", ADMIN)
    names = ", ".join(f'"x{number}"' for number in range(400))
    told = problems(office, f"[access]\ngroups = [{names}]\n{REASON}")
    assert compared == [1000] * 100
    assert [each.endswith("?") for each in told] == [True] * 100 + [False] * 300
