"""What a policy means, in its plainest form: slow and obvious, from the words of its contract.

Every objection to a call is collected, each under the number of its question; the one with the
lowest number counts. Nothing is compiled, nothing is remembered.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, NamedTuple

from authserver.domain.decisions import DenyReason
from authserver.domain.operations import Effect
from authserver.domain.policy_calls import CallerWay, CallFacts
from authserver.domain.policy_documents import LegacyEffect, LegacyWay, UserEffect
from tests.services.policy_model_operations import allows, touches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from authserver.domain.access_details import AccessDetail
    from authserver.domain.policy_documents import LegacySection, PolicyDocument

LEGACY = {
    CallerWay.BASIC: DenyReason.BASIC_BLOCKED,
    CallerWay.OAUTH1: DenyReason.OAUTH1_BLOCKED,
    CallerWay.SESSION: DenyReason.SESSION_BLOCKED,
    CallerWay.ANONYMOUS: DenyReason.CREDENTIAL_MISSING,
    CallerWay.ATLASSIAN_TOKEN: DenyReason.ATLASSIAN_TOKEN_BLOCKED,
}
PRESENTED = {CallerWay.API_TOKEN_BEARER: "bearer", CallerWay.API_TOKEN_BASIC: "basic"}


class Objection(NamedTuple):
    """`place` is the number of the question, `order` the rule's place in it."""

    place: int
    order: int
    reason: DenyReason
    rule: str


def model_judge(
    documents: Sequence[PolicyDocument], facts: CallFacts, site: str, site_origin: str
) -> tuple[DenyReason, str] | None:
    """The reason and rule of the refusal; `None` where the call passes."""
    found = sorted(objections(documents, facts, site, site_origin))
    return (found[0].reason, found[0].rule) if found else None


def objections(
    documents: Sequence[PolicyDocument], facts: CallFacts, site: str, site_origin: str
) -> Iterator[Objection]:
    """All there are, in no order."""
    if not facts.secure:
        yield Objection(0, 0, DenyReason.PLAIN_HTTP, "https")
    yield from _of_the_way(documents, facts)
    yield from _of_the_origin(documents, facts, site_origin)
    yield from _of_deny_rules(documents, facts)
    yield from _of_people(documents, facts)
    yield from _of_networks(documents, facts)
    yield from _of_operations(documents, facts)
    yield from _of_details(documents, facts, site)
    yield from _of_projects(documents, facts)


def written(documents: Sequence[PolicyDocument], section: str) -> object:
    """A section as it counts: the last document that writes it."""
    for document in reversed(documents):
        if getattr(document, section) is not None:
            return getattr(document, section)
    return None


def _of_the_way(documents: Sequence[PolicyDocument], facts: CallFacts) -> Iterator[Objection]:
    caller = facts.caller
    if caller.way in LEGACY:
        section = written(documents, "legacy")
        effect, rule = model_legacy(section, LegacyWay(caller.way.value), facts)  # type: ignore[arg-type]  # a section by its name
        if effect is LegacyEffect.BLOCK:
            yield Objection(1, 0, LEGACY[caller.way], rule)
        elif caller.way is CallerWay.SESSION and not facts.from_page:
            yield Objection(1, 0, DenyReason.SESSION_BLOCKED, "legacy.session")
    if caller.way in PRESENTED:
        for document in documents:
            tokens = document.tokens
            if tokens and PRESENTED[caller.way] not in {str(p) for p in tokens.presentations}:
                yield Objection(2, 0, DenyReason.PRESENTATION_NOT_ALLOWED, "tokens.presentations")
            holders = tokens.holders if tokens else None
            if not caller.is_service and holders is not None and not (caller.groups & holders):
                yield Objection(7, 0, DenyReason.GROUP_NOT_ALLOWED, "tokens.holders")


def model_legacy(
    section: LegacySection | None, way: LegacyWay, facts: CallFacts
) -> tuple[LegacyEffect, str]:
    """The strictest of the exceptions that fit, else what is said of the way, else the default."""
    usual = LegacyEffect.ALLOW if way is LegacyWay.SESSION else LegacyEffect.BLOCK
    if section is None:
        return usual, f"legacy.{way}"
    fitting = []
    for number, each in enumerate(section.exceptions):
        blocks = each.effect is LegacyEffect.BLOCK
        if each.way is not way or facts.at >= each.until:
            continue
        if each.users is not None and facts.caller.username not in each.users:
            continue
        fits = may_be_in if blocks else is_in
        if each.networks is not None and not fits(facts.address, each.networks):
            continue
        if each.paths is not None and not any(is_below(p, facts.path) for p in each.paths):
            continue
        rank = 0 if blocks else 1 if each.effect is LegacyEffect.OBSERVE else 2
        fitting.append((rank, number, each))
    if fitting:
        best = min(fitting, key=lambda found: found[:2])[2]
        return best.effect, f"legacy.exception.{best.name}"
    return section.effects.get(way, usual), f"legacy.{way}"


def _of_the_origin(
    documents: Sequence[PolicyDocument], facts: CallFacts, site_origin: str
) -> Iterator[Objection]:
    for document in list(reversed(documents)):
        if document.browsers is not None:
            if facts.origin not in {"", site_origin, *document.browsers.origins}:
                yield Objection(3, 0, DenyReason.ORIGIN_NOT_ALLOWED, "browsers.origins")
            return


def _of_deny_rules(documents: Sequence[PolicyDocument], facts: CallFacts) -> Iterator[Objection]:
    caller = facts.caller
    rules = [rule for document in documents for rule in document.deny]
    for order, rule in enumerate(rules):
        holds = []
        if rule.groups is not None:
            holds.append(bool(rule.groups & groups_of(facts)))
        if rule.clients is not None:
            holds.append(caller.client_id in rule.clients)
        if rule.users is not None:
            holds.append(caller.username in rule.users)
        if rule.tokens is not None:
            holds.append(bool(rule.tokens & tokens_of(facts)))
        if rule.networks is not None:
            holds.append(may_be_in(facts.address, rule.networks))
        if rule.operations is not None:
            holds.append(touches(rule.operations, facts.operations))
        if all(holds):
            yield Objection(4, order, DenyReason.POLICY_DENIED, f"deny.{rule.name}")


def _of_people(documents: Sequence[PolicyDocument], facts: CallFacts) -> Iterator[Objection]:
    caller = facts.caller
    is_user = caller.way not in LEGACY and not caller.is_service
    access = next((each.access for each in reversed(documents) if each.access is not None), None)
    emails = next((each.emails for each in reversed(documents) if each.emails is not None), None)
    if emails and is_user and caller.email_domain not in emails.domains - {""}:
        yield Objection(8, 0, DenyReason.EMAIL_DOMAIN_NOT_ALLOWED, "emails.domains")
    if access is None:
        return
    in_force = {
        each.effect
        for each in access.overrides
        if caller.username and each.user == caller.username and facts.at < each.until
    }
    if UserEffect.DENY in in_force:
        yield Objection(5, 0, DenyReason.POLICY_DENIED, "access.override")
    outside = access.groups is not None and not (access.groups & caller.groups)
    if is_user and outside and UserEffect.ALLOW not in in_force:
        yield Objection(6, 0, DenyReason.GROUP_NOT_ALLOWED, "access.groups")
    if caller.is_service and access.clients is not None and caller.client_id not in access.clients:
        yield Objection(6, 0, DenyReason.CLIENT_NOT_ALLOWED, "access.clients")
    reads = bool(facts.operations) and {each.effect for each in facts.operations} == {Effect.READ}
    if not reads and groups_of(facts) & access.read_only_groups:
        yield Objection(11, 0, DenyReason.READ_ONLY, "access.read_only_groups")
    if not reads and UserEffect.READ_ONLY in in_force:
        yield Objection(11, 1, DenyReason.READ_ONLY, "access.override")


def _of_networks(documents: Sequence[PolicyDocument], facts: CallFacts) -> Iterator[Objection]:
    section = next((each.networks for each in reversed(documents) if each.networks is not None), ())
    for order, rule in enumerate(section):
        if concerns(rule.groups, rule.clients, rule.tokens, facts):
            refused = rule.allow is not None and not is_in(facts.address, rule.allow)
            if refused or may_be_in(facts.address, rule.deny):
                yield Objection(9, order, DenyReason.NETWORK_NOT_ALLOWED, f"network.{rule.name}")
    own = facts.caller.networks
    if own is not None and not is_in(facts.address, own):
        yield Objection(10, 0, DenyReason.NETWORK_NOT_ALLOWED, "token.networks")


def _of_operations(documents: Sequence[PolicyDocument], facts: CallFacts) -> Iterator[Objection]:
    chosen = [each.operations for each in documents if each.operations is not None]
    for order, rule in enumerate(chosen[-1] if chosen else ()):
        if concerns(rule.groups, rule.clients, rule.tokens, facts):
            refused = rule.allow is not None and not allows(rule.allow, facts.operations)
            if refused or touches(rule.deny, facts.operations):
                name = f"operation.{rule.name}"
                yield Objection(12, order, DenyReason.OPERATION_NOT_ALLOWED, name)


def _of_details(
    documents: Sequence[PolicyDocument], facts: CallFacts, site: str
) -> Iterator[Objection]:
    if facts.caller.details is None:
        return
    able = [
        each
        for each in facts.caller.details
        if each.location == site
        and (each.operations is None or allows(each.operations, facts.operations))
    ]
    if not able:
        yield Objection(13, 0, DenyReason.OPERATION_NOT_ALLOWED, "token.operations")
    if facts.projects is None:
        refused = bool(able) and all(each.projects == () for each in able)
        refused = refused and not is_harmless(documents, facts)
    else:
        refused = not any(covers(each, facts.projects) for each in able)
    if refused:
        yield Objection(15, 0, DenyReason.PROJECT_NOT_ALLOWED, "token.projects")


def _of_projects(documents: Sequence[PolicyDocument], facts: CallFacts) -> Iterator[Objection]:
    chosen = [each.projects for each in documents if each.projects is not None]
    for order, rule in enumerate(chosen[-1] if chosen else ()):
        if not concerns(rule.groups, rule.clients, None, facts):
            continue
        if facts.projects is None and rule.allow == () and not is_harmless(documents, facts):
            yield Objection(14, order, DenyReason.PROJECT_NOT_ALLOWED, f"project.{rule.name}")
        for project in facts.projects or ():
            allowed = rule.allow is None or any(name in rule.allow for name in project)
            if not allowed or any(name in rule.deny for name in project):
                yield Objection(14, order, DenyReason.PROJECT_NOT_ALLOWED, f"project.{rule.name}")


def is_harmless(documents: Sequence[PolicyDocument], facts: CallFacts) -> bool:
    """Whether it passes limits on projects while nobody knows which it reaches."""
    chosen = [each.harmless for each in documents if each.harmless is not None]
    return bool(chosen) and allows(chosen[-1], facts.operations)


def concerns(
    groups: frozenset[str] | None,
    clients: frozenset[str] | None,
    tokens: frozenset[str] | None,
    facts: CallFacts,
) -> bool:
    """Whether a rule is about this caller: nobody named is everybody, else in any of the lists."""
    if groups is None and clients is None and tokens is None:
        return True
    return bool(
        ((groups or frozenset()) & groups_of(facts))
        or facts.caller.client_id in (clients or ())
        or (tokens or frozenset()) & tokens_of(facts)
    )


def tokens_of(facts: CallFacts) -> frozenset[str]:
    """An API token, and the first of its line, whose id is what it is counted by."""
    caller = facts.caller
    return frozenset({caller.token_id, caller.count_key} if caller.token_id else ())


def groups_of(facts: CallFacts) -> frozenset[str]:
    """Services are in no group, nor is who proved nothing."""
    caller = facts.caller
    return frozenset() if caller.is_service or caller.way in LEGACY else caller.groups


def is_in(address: str, networks: Iterable[str]) -> bool:
    """An unknown address is nowhere."""
    return bool(address) and any(ip_address(address) in ip_network(each) for each in networks)


def may_be_in(address: str, networks: Sequence[str]) -> bool:
    """An unknown address may be anywhere."""
    return is_in(address, networks) or (not address and len(networks) > 0)


def is_below(prefix: str, path: str) -> bool:
    """By whole segments."""
    wanted = prefix.split("/")
    return path.split("/")[: len(wanted)] == wanted


def covers(detail: AccessDetail, projects: Iterable[frozenset[str]]) -> bool:
    """Whether a detail allows all projects of a call."""
    return detail.projects is None or all(set(detail.projects) & each for each in projects)
