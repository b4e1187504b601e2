"""Who may call: groups, clients, holders of tokens, e-mail domains; and who may only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.decisions import DenyReason
from authserver.domain.operations import Effect
from authserver.domain.policy_calls import LEGACY_WAYS, CallerWay, PolicyRefusal
from authserver.domain.policy_documents import UserEffect
from authserver.domain.texts import shown_time
from authserver.services.policy_steps import listed, user_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.policy_calls import CallFacts
    from authserver.domain.policy_documents import AccessSection, EmailSection, TokenSection
    from authserver.services.policy_overrides import Overrides
    from authserver.services.policy_steps import Placed

_API_TOKENS: Final = frozenset({CallerWay.API_TOKEN_BEARER, CallerWay.API_TOKEN_BASIC})


class AccessStep:
    """Users have to be in a group, services have to be named; legacy callers are nobody here."""

    name = "groups and clients"

    def __init__(self, section: Placed[AccessSection] | None, overrides: Overrides) -> None:
        """An override lets its user pass this step, and no other."""
        self._section = section
        self._overrides = overrides
        self.is_asked = section is not None and not (
            section.value.groups is None and section.value.clients is None
        )

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """By the list for this kind of caller, where there is one."""
        caller = facts.caller
        if self._section is None or caller.way in LEGACY_WAYS:
            return None
        section = self._section.value
        if caller.is_service:
            if section.clients is None or caller.client_id in section.clients:
                return None
            return PolicyRefusal(
                DenyReason.CLIENT_NOT_ALLOWED,
                "access.clients",
                self._section.document,
                section.reason,
                f"ask for {caller.client_id} to be added to access.clients",
            )
        if section.groups is None or not section.groups.isdisjoint(caller.groups):
            return None
        if self._overrides.of(caller.username, UserEffect.ALLOW, facts.at) is not None:
            return None
        return PolicyRefusal(
            DenyReason.GROUP_NOT_ALLOWED,
            "access.groups",
            self._section.document,
            section.reason,
            _join(section.groups, "access.groups"),
        )

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        caller = facts.caller
        if self._section is None or caller.way in LEGACY_WAYS:
            return ""
        section = self._section.value
        if caller.is_service:
            return "" if section.clients is None else f"{caller.client_id} may call"
        if section.groups is None:
            return ""
        common = section.groups & caller.groups
        if common:
            return f"members of {listed(common, 'and')} may call"
        found = self._overrides.of(caller.username, UserEffect.ALLOW, facts.at)
        end = "" if found is None else f" until {shown_time(found.value.until)}"
        return f"an override lets {caller.username} call{end}"


class HolderStep:
    """Whose API tokens count: of users in certain groups, for as long as they are."""

    name = "holders of tokens"

    def __init__(self, sections: Sequence[Placed[TokenSection]]) -> None:
        """Every section that names holders has to allow."""
        self._sections = tuple(each for each in sections if each.value.holders is not None)
        self.is_asked = bool(self._sections)

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """API tokens of users alone are asked."""
        caller = facts.caller
        if caller.is_service or caller.way not in _API_TOKENS:
            return None
        for placed in self._sections:
            holders = placed.value.holders
            if holders is not None and holders.isdisjoint(caller.groups):
                return PolicyRefusal(
                    DenyReason.GROUP_NOT_ALLOWED,
                    "tokens.holders",
                    placed.document,
                    placed.value.reason,
                    _join(holders, "tokens.holders"),
                )
        return None

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        caller = facts.caller
        if not self._sections or caller.is_service or caller.way not in _API_TOKENS:
            return ""
        named = [each.value.holders or frozenset() for each in self._sections]
        common = frozenset[str]().union(*named) & caller.groups
        return f"members of {listed(common, 'and')} may hold API tokens"


class EmailStep:
    """From which domains users may come."""

    name = "e-mail domain"

    def __init__(self, section: Placed[EmailSection] | None) -> None:
        """`None` asks nothing."""
        self._section = section
        self.is_asked = section is not None

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """Users alone are asked; one without an address is from nowhere."""
        caller = facts.caller
        if self._section is None or caller.is_service or caller.way in LEGACY_WAYS:
            return None
        domains = self._section.value.domains
        if caller.email_domain and caller.email_domain in domains:
            return None
        return PolicyRefusal(
            DenyReason.EMAIL_DOMAIN_NOT_ALLOWED,
            "emails.domains",
            self._section.document,
            self._section.value.reason,
            f"use an account with an e-mail address at {listed(domains)}"
            if domains
            else "ask for emails.domains to be changed: it is empty",
        )

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        caller = facts.caller
        if self._section is None or caller.is_service or caller.way in LEGACY_WAYS:
            return ""
        return f"users of {caller.email_domain} may call"


class ReadOnlyStep:
    """Who may only read: by what an operation does, never by its method."""

    name = "read-only"

    def __init__(self, section: Placed[AccessSection] | None, overrides: Overrides) -> None:
        """Groups of the section, and overrides."""
        self._section = section
        self._groups = frozenset() if section is None else section.value.read_only_groups
        self._overrides = overrides
        self.is_asked = bool(self._groups) or overrides.has(UserEffect.READ_ONLY)

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """What nobody knows may write."""
        operations = facts.operations
        if operations and all(each.effect is Effect.READ for each in operations):
            return None
        member = self._groups & user_groups(facts.caller)
        if member and self._section is not None:
            return PolicyRefusal(
                DenyReason.READ_ONLY,
                "access.read_only_groups",
                self._section.document,
                self._section.value.reason,
                f"call operations that only read, or ask to leave {listed(member, 'and')}",
            )
        found = self._overrides.of(facts.caller.username, UserEffect.READ_ONLY, facts.at)
        if found is None:
            return None
        return PolicyRefusal(
            DenyReason.READ_ONLY,
            "access.override",
            found.document,
            found.value.reason,
            "call operations that only read, or wait until the override ends at "
            f"{shown_time(found.value.until)}",
        )

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        if not self.is_asked:
            return ""
        member = self._groups & user_groups(facts.caller)
        found = self._overrides.of(facts.caller.username, UserEffect.READ_ONLY, facts.at)
        return "the call only reads" if member or found is not None else ""


def _join(groups: frozenset[str], rule: str) -> str:
    if not groups:
        return f"ask for {rule} to be changed: it is empty"
    one_of = "" if len(groups) == 1 else "one of "
    return f"ask to become a member of {one_of}{listed(groups)}"
