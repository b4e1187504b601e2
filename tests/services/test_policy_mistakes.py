"""Whoever writes a policy is told everything that is wrong with it, with its place."""

from __future__ import annotations

import pytest

from authserver.domain.policy_problems import PolicyInvalid
from authserver.services.policy_reading import LARGEST_TEXT, read_policy

NETWORK = "a network like 10.0.0.0/8 or 2001:db8::/32, or an address"


def problems(text: str) -> list[str]:
    """Everything that is wrong, as people read it."""
    with pytest.raises(PolicyInvalid) as refusal:
        read_policy(text)
    assert str(refusal.value) == "\n".join(map(str, refusal.value.problems))
    return [str(each) for each in refusal.value.problems]


def test_all_mistakes_are_told_at_once_and_in_order() -> None:
    text = """
acces = 1
[access]
groups = ["a", 5, "a"]
raeson = "x"
[[network]]
name = "Office"
allow = ["10.0.0.1/8"]
[[network]]
name = "b"
reason = "x"
[[deny]]
name = "a"
reason = ""
"""
    assert problems(text) == [
        "acces: no such key here; did you mean access?",
        "access.groups[1]: the name of a group",
        "access.groups[2]: is the same as access.groups[0]",
        "access.raeson: no such key here; did you mean reason?",
        "access.reason: is missing: a text of 1 to 500 characters on one line",
        "network[0].name: 1 to 40 lower-case letters, digits and dashes",
        f"network[0].allow[0]: {NETWORK}; did you mean 10.0.0.0/8?",
        "network[0].reason: is missing: a text of 1 to 500 characters on one line",
        "network[1]: needs allow or deny, or it says nothing",
        "deny[0].reason: a text of 1 to 500 characters on one line",
    ]


def with_reason(section: str, line: str) -> str:
    """A section that is good but for one line."""
    names = {
        "[[network]]": 'name = "n"\nallow = []\n',
        "[[operation]]": 'name = "n"\nallow = []\n',
        "[[project]]": 'name = "n"\nallow = []\n',
        "[[open]]": 'name = "n"\nscope = "READ"\noperations = []\n',
        "[[rate]]": 'name = "n"\nper = "site"\ncalls = 1\nseconds = 1\n',
        "[[deny]]": 'name = "n"\n',
    }.get(section, "")
    key = line.partition(" ")[0]
    kept = "".join(each + "\n" for each in names.splitlines() if each.partition(" ")[0] != key)
    return f'{section}\n{kept}reason = "x"\n{line}\n'


@pytest.mark.parametrize(
    ("section", "line", "told"),
    [
        ("[access]", 'groups = "developers"', "access.groups: a list of groups, in square"),
        ("[access]", 'groups = [""]', "access.groups[0]: the name of a group"),
        ("[access]", 'groups = ["a\\nb"]', "access.groups[0]: the name of a group"),
        ("[access]", "groups = [[]]", "access.groups[0]: the name of a group"),
        ("[access]", 'clients = ["a b"]', "access.clients[0]: a client id"),
        ("[access]", "override = 1", "access.override: tables, each under its own heading"),
        ("[access]", "override = [1]", "access.override[0]: a table"),
        ("[tokens]", 'creators = "everbody"', 'tokens.creators: one of "everyone", "groups", "a'),
        ("[tokens]", 'creators = "groups"', "tokens.creator_groups: is missing"),
        ("[tokens]", 'creator_groups = ["a"]', 'only counts with creators = "groups"'),
        ("[tokens]", "max_lifetime = 90", "tokens.max_lifetime: a text: a number with its unit"),
        ("[tokens]", 'max_lifetime = "90"', "tokens.max_lifetime: a text: a number with its unit"),
        ("[tokens]", 'max_lifetime = "0s"', "from 1m to 365d"),
        ("[tokens]", 'max_lifetime = "366d"', "from 1m to 365d"),
        ("[tokens]", 'max_lifetime = "1y"', "tokens.max_lifetime: a text: a number with its unit"),
        ("[tokens]", "max_count = -1", "tokens.max_count: a whole number from 0 to 10000"),
        ("[tokens]", "max_count = true", "tokens.max_count: a whole number from 0 to 10000"),
        ("[tokens]", "max_count = 1.0", "tokens.max_count: a whole number from 0 to 10000"),
        ("[tokens]", 'presentations = ["basic", "basc"]', "presentations[1]: one of"),
        ("[tokens]", 'presentations = ["basic", "basic"]', "is the same as tokens.present"),
        ("[tokens]", "require_ticket = 1", "tokens.require_ticket: true or false"),
        ("[tokens]", 'delete_after = "30d"', "only counts with stale_after"),
        ("[tokens]", 'stale_after = "23h"', "from 1d to 3650d"),
        ("[[network]]", 'name = "n n"', "network[0].name: 1 to 40 lower-case letters"),
        ("[[network]]", f'name = "{"n" * 41}"', "network[0].name: 1 to 40 lower-case letters"),
        ("[[network]]", 'allow = ["300.1.1.1"]', "network[0].allow[0]: a network like"),
        ("[[network]]", 'allow = ["010.0.0.0/8"]', "network[0].allow[0]: a network like"),
        ("[[network]]", "allow = [10]", "network[0].allow[0]: a network like"),
        ("[[network]]", 'allow = ["::ffff:10.0.0.0/104"]', "IPv4 in its own notation"),
        ("[[network]]", 'allow = ["fe80::1%eth0"]', "without a zone"),
        ("[[network]]", 'deny = ["10.0.0.1", "10.0.0.1/32"]', "[1]: is the same as network[0]"),
        ("[browsers]", 'origins = ["*"]', "browsers.origins[0]: an origin as browsers send it"),
        ("[browsers]", 'origins = ["null"]', "browsers.origins[0]: an origin"),
        ("[browsers]", 'origins = ["https://a.example/"]', "browsers.origins[0]: an origin"),
        ("[browsers]", 'origins = ["https://A.example"]', "browsers.origins[0]: an origin"),
        ("[browsers]", 'origins = ["https://a.example:443"]', "browsers.origins[0]: an origin"),
        ("[browsers]", 'origins = ["https://a.example:70000"]', "browsers.origins[0]: an origin"),
        ("[browsers]", "", "browsers.origins: is missing: a list of origins"),
        ("[emails]", 'domains = ["@example.com"]', "emails.domains[0]: a domain like"),
        ("[emails]", 'domains = ["*.example.com"]', "emails.domains[0]: a domain like"),
        ("[emails]", "", "emails.domains: is missing"),
        ("[legacy]", 'basic = "alow"', "legacy.basic: one of"),
        ("[legacy]", 'password = "allow"', "legacy.password: no such key here"),
        ("[legacy]", 'atlassian-token = "allow"', "did you mean atlassian_token?"),
        ("[[operation]]", 'allow = [""]', 'operation[0].allow[0]: "read", "write"'),
        ("[[project]]", 'allow = ["A B"]', "project[0].allow[0]: a key or an id"),
        ("[harmless]", "", "harmless.operations: is missing"),
        ("[[open]]", 'paths = ["/"]', "open[0].paths[0]: a path like /rest"),
        ("[[open]]", 'paths = ["/a/../b"]', "open[0].paths[0]: a path like /rest"),
        ("[[open]]", 'paths = ["/a/"]', "open[0].paths[0]: a path like /rest"),
        ("[[open]]", 'paths = ["/a?b"]', "open[0].paths[0]: a path like /rest"),
        ("[[open]]", 'methods = ["GET"]', "open[0].methods: only counts with paths"),
        ("[[open]]", 'scope = "a b"', "open[0].scope: the name of a scope"),
        ("[[rate]]", 'per = "group"', "rate[0].groups: is missing"),
        ("[[rate]]", "calls = 0", "rate[0].calls: a whole number from 1 to 1000000"),
        ("[[rate]]", "seconds = 86401", "rate[0].seconds: a whole number from 1 to 86400"),
        (
            "[[rate]]",
            'per = "ip"',
            'rate[0].per: one of "token", "client", "user", "group", "site"',
        ),
        ("[[deny]]", "networks = []\nreasons = 1", "deny[0].reasons: no such key here; did you"),
    ],
)
def test_each_mistake_is_told_with_its_place_and_what_is_allowed(
    section: str, line: str, told: str
) -> None:
    (problem,) = problems(with_reason(section, line))
    assert told in problem
    assert problem.startswith(section.strip("[]"))


@pytest.mark.parametrize(
    ("until", "told"),
    [
        ('"2027-01-31"', "without quotes"),
        ("2027-01-31T12:00:00", "a time needs its zone"),
        ("12:00:00", "a date like 2027-01-31"),
        ("1999-12-31", "a date like 2027-01-31"),
        ("1801440000", "a date like 2027-01-31"),
    ],
)
def test_a_moment_is_a_date_or_has_its_zone(until: str, told: str) -> None:
    override = f'[[access.override]]\nuser = "a"\neffect = "deny"\nuntil = {until}\nreason = "x"\n'
    (problem,) = problems(f'[access]\nreason = "x"\n{override}')
    assert problem.startswith("access.override[0].until: ")
    assert told in problem


def test_a_user_has_one_override_of_each_kind_by_whatever_spelling() -> None:
    override = (
        '[[access.override]]\nuser = "{}"\neffect = "deny"\nuntil = 2027-01-01\nreason = "x"\n'
    )
    text = '[access]\nreason = "x"\n' + override.format("ada") + override.format("ADA")
    assert problems(text) == ["access.override[1].user: has an override with this effect already"]
    text = text.replace('effect = "deny"', 'effect = "read-only"', 1)
    access = read_policy(text).access
    assert access is not None
    assert [each.user for each in access.overrides] == ["ada", "ada"]


def test_names_of_rules_are_unique_within_their_section() -> None:
    rule = '[[{}]]\nname = "a"\nreason = "x"\n'
    assert problems(rule.format("deny") * 2) == ["deny[1].name: is the name of deny[0] already"]
    same = rule.format("deny") + rule.format("network") + "allow = []\n"
    assert read_policy(same).networks is not None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[access", "must be TOML: "),
        ("a = 1\na = 2", "must be TOML: Cannot overwrite a value (at "),
        ("a = " + "[" * 20_000, "must be TOML"),
        ("a = " + "9" * 5_000, "must be TOML"),
        ("a = '\x00'", "must be TOML: "),
        ("a = 2027-02-30", "must be TOML"),
        (".".join("a" * 200) + " = 1", "no key with so many dots (at line 1)"),
        ("#" * (LARGEST_TEXT + 1), "at most 256 KiB"),
        ("#" + "ä" * (LARGEST_TEXT // 2), "at most 256 KiB"),
        ("# \ud800", "must be text in UTF-8"),
    ],
)
def test_what_is_no_document_is_refused_as_a_whole(text: str, told: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(told)


def test_lists_and_rules_are_bounded() -> None:
    groups = ", ".join(f'"g{each}"' for each in range(1001))
    assert problems(f'[access]\nreason = "x"\ngroups = [{groups}]\n') == [
        "access.groups: at most 1000 items"
    ]
    rules = "".join(f'[[deny]]\nname = "{each}"\nreason = "x"\n' for each in range(1001))
    assert problems(rules) == ["at most 1000 rules in one document"]
    assert len(read_policy(rules.rpartition("[[deny]]")[0]).deny) == 1000


def test_an_odd_key_is_told_without_what_could_steer_a_terminal() -> None:
    (problem,) = problems('"a\\u001b[31m" = 1\n')
    assert problem == '"a\\u001b[31m": no such key here'
