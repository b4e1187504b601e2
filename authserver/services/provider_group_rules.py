"""What groups of a provider mean here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.domain.group_rules import GroupEffect, GroupRule
from authserver.domain.provider_issuers import GUID
from authserver.domain.providers import GroupSource, ProviderKind
from authserver.domain.roles import Role
from authserver.domain.texts import check_text
from authserver.services.provider_descriptions import described_rule
from authserver.services.provider_fields import MOST_ENTRIES, check_word
from authserver.services.provider_guards import guard_provider, guard_rule
from authserver.services.provider_lookup import existing_provider, provider_changed
from authserver.services.provider_rules import check_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.calls import Call
    from authserver.domain.ports import SecretMaker, Stores
    from authserver.domain.providers import Provider
    from authserver.services.administration import Act, Administration
    from authserver.services.provider_bearer_rules import KnownScopes

LONGEST_LABEL: Final = 100


class RuleEffects(Protocol):
    """Applies rules to everybody whose groups are known."""

    def rules_changed_in(self, stores: Stores, provider: Provider, call: Call) -> int:
        """Judge everybody's last groups anew; for how many that changed something."""
        ...


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """A rule that came or went, and for how many people that changed something at once."""

    rule: GroupRule
    people: int


class ProviderGroupRules:
    """Use cases of group rules. A rule that means nothing is refused, never kept and skipped."""

    def __init__(
        self,
        *,
        administration: Administration,
        scopes: KnownScopes,
        secret_maker: SecretMaker,
        effects: RuleEffects,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._scopes = scopes
        self._secret_maker = secret_maker
        self._effects = effects

    def list(self, name: str) -> Sequence[GroupRule]:
        """The rules of a provider. Raises NotFound."""
        with self._administration.database.reading() as stores:
            existing_provider(stores, name)
            return stores.providers.rules(name)

    def add(
        self, name: str, external: str, effect: str, act: Act, *, value: str = "", label: str = ""
    ) -> ChangedRule:
        """Say what a group means, for everybody whose groups are known and whoever comes.

        `value` is a local group, a role (`owner` is the effect `administrator`), or scopes
        separated by blanks; for the other effects it is empty.

        Raises:
            NotFound: there is no such provider or local group.
            InvalidField: names the field and what is allowed; nothing was stored.
            AlreadyExists: there is this rule.
            Conflict: the provider's groups are not read, or it has as many rules as there may be.
            Forbidden: it gives roles, or somebody administers by the provider, and the act may not
                touch those.
        """
        now = self._administration.clock.now()
        with self._administration.changing(provider_changed(name, now), takes_power=True) as stores:
            provider = existing_provider(stores, name)
            guard_provider(stores, act, name)
            if provider.groups.source is GroupSource.NONE:
                raise Conflict(
                    f"provider {name} reads no groups: first run authserver provider update {name} "
                    "--groups-source claim"
                )
            if len(stores.providers.rules(name)) >= MOST_ENTRIES:
                raise Conflict(f"provider {name} has {MOST_ENTRIES} rules, the most there may be")
            kind = check_word("effect", effect, GroupEffect)
            rule = GroupRule(
                rule_id=self._secret_maker.identifier(),
                provider=name,
                external=_external(provider.kind, external),
                effect=kind,
                value=self._value(stores, kind, value),
                label=check_text("label", label, longest=LONGEST_LABEL, required=False),
                created_at=now,
            )
            guard_rule(stores, act, rule)
            stores.providers.add_rule(rule)
            self._administration.record(
                stores, act, "provider.rule_added", name, {"after": described_rule(rule)}
            )
            people = self._apply_in(stores, provider, act.call(now))
        return ChangedRule(rule, people)

    def remove(self, name: str, rule_id: str, act: Act) -> ChangedRule:
        """Let a group mean that no more: what rested on the rule alone ends before this returns.

        Raises:
            NotFound: there is no such provider or rule.
        """
        now = self._administration.clock.now()
        with self._administration.changing(provider_changed(name, now), takes_power=True) as stores:
            provider = existing_provider(stores, name)
            guard_provider(stores, act, name)
            rules = stores.providers.rules(name)
            rule = next((each for each in rules if each.rule_id == rule_id), None)
            if rule is None or not stores.providers.remove_rule(name, rule_id):
                raise NotFound("group rule", rule_id)
            guard_rule(stores, act, rule)
            self._administration.record(
                stores, act, "provider.rule_removed", name, {"before": described_rule(rule)}
            )
            people = self._apply_in(stores, provider, act.call(now))
        return ChangedRule(rule, people)

    def _apply_in(self, stores: Stores, provider: Provider, call: Call) -> int:
        # What a provider that does not count gives is given when it counts again.
        return self._effects.rules_changed_in(stores, provider, call) if provider.is_enabled else 0

    def _value(self, stores: Stores, effect: GroupEffect, value: str) -> str:
        match effect:
            case GroupEffect.LOCAL_GROUP:
                if stores.groups.get(value) is None:
                    raise NotFound("group", value)
                return value
            case GroupEffect.SCOPES:
                names = value.split()
                if not names:
                    raise InvalidField("value", "one scope or more")
                return " ".join(sorted({self._scopes.check("value", each) for each in names}))
            case GroupEffect.ROLE:
                roles = [role for role in Role if role is not Role.OWNER]
                if value not in roles:
                    raise InvalidField("value", f"one of {', '.join(roles)}")
                return value
            case GroupEffect.ADMINISTRATOR | GroupEffect.DENY:
                if value:
                    raise InvalidField("value", f"none, for {effect}")
                return ""


def _external(kind: ProviderKind, value: str) -> str:
    group = check_group("external", value)
    if kind is ProviderKind.ENTRA and GUID.fullmatch(group.lower()) and group != group.lower():
        raise InvalidField("external", "a GUID in lower case, as Entra ID writes it")
    return group
