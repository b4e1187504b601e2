"""Identity providers in files of configuration, with what their groups and domains mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.declarations import DeclaredKind
from authserver.domain.email_domains import one_spelling
from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.providers import ProviderAuth
from authserver.domain.roles import Area
from authserver.services.declared_objects import ENABLED, STATUS, FreshValue, keep, without
from authserver.services.declared_provider_forms import (
    DOMAINS,
    RULES,
    changes_of,
    draft_of,
    field_in_files,
    merged,
    provider_form,
    rule_form,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from authserver.domain.ports import Stores
    from authserver.domain.providers import Provider
    from authserver.services.administration import Act
    from authserver.services.declared_objects import Form, Offices, SecretReader

SECRET_FILE: Final = "secret_file"  # noqa: S105 - a key's name
DIRECTORY_FILE: Final = "directory_secret_file"
HAS_DIRECTORY_SECRET: Final = "has_directory_secret"  # noqa: S105 - says that there is one
_FOR_EVER: Final = ("issuer", "authority", "tenant")
_NOT_FROM_PRESETS: Final = {"name", "kind", "client_id", *_FOR_EVER}


class DeclaredProviders:
    """Providers, but removed ones."""

    kind = DeclaredKind.PROVIDER
    area = Area.PROVIDERS

    def __init__(self, offices: Offices, stores: Stores) -> None:
        """Take the services and the stores of the transaction."""
        self._offices = offices
        self._stores = stores

    def names(self) -> Sequence[str]:
        """By name."""
        return [each.name for each in self._stores.providers.list()]

    def form(self, name: str, keys: Collection[str]) -> Form | None:  # noqa: ARG002 - all is looked after here
        """The provider as files say it."""
        provider = self._provider(name)
        if provider is None:
            return None
        rules = self._stores.providers.rules(name)
        domains = self._stores.providers.domains()
        return {
            **provider_form(provider),
            STATUS: str(provider.status),
            RULES: sorted(map(rule_form, rules), key=lambda each: sorted(each.items())),
            DOMAINS: [
                {"domain": each.domain, "routing": str(each.routing)}
                for each in domains
                if each.provider == name
            ],
            HAS_DIRECTORY_SECRET: bool(provider.groups.directory_secret),
        }

    def plain(self, form: Form) -> Form:
        """Without what its kind has by itself."""
        preset = self._preset({"name": "preset", **form})
        plain: Form = {}
        for key, value in form.items():
            if key in _NOT_FROM_PRESETS and value is not None:
                plain[key] = value
            elif isinstance(value, dict) and isinstance(preset.get(key), dict) and preset[key]:
                inner = {each: of for each, of in value.items() if of != preset[key].get(each)}
                plain |= {key: inner} if inner else {}
            elif value not in (None, preset.get(key)) and key != HAS_DIRECTORY_SECRET:
                plain[key] = value
        if RULES in plain:
            plain[RULES] = [without(each, {"value": "", "label": ""}) for each in plain[RULES]]
        return plain

    def needs(self, values: Mapping[str, Any]) -> Collection[tuple[DeclaredKind, str]]:
        """Our clients that its clients stand for, and local groups that its groups mean."""
        ours = values.get("bearer", {}).get("clients", {}).values()
        groups = [each for each in values.get(RULES, ()) if each["effect"] == "group"]
        return [
            *((DeclaredKind.CLIENT, each) for each in ours if each),
            *((DeclaredKind.GROUP, each.get("value", "")) for each in groups),
        ]

    def put(
        self, values: Mapping[str, Any], before: Form | None, act: Act, secrets: SecretReader
    ) -> Sequence[FreshValue]:
        """Add it, or change everything that is not as stated."""
        name = values["name"]
        try:
            if before is None:
                self._add(values, act, secrets)
            else:
                self._update(name, values, before, act)
            now = self.form(name, ())
            assert now is not None  # noqa: S101 - it was just there
            if DIRECTORY_FILE in values and not now[HAS_DIRECTORY_SECRET]:
                value = secrets.read(DIRECTORY_FILE, values[DIRECTORY_FILE])
                self._offices.provider_secrets.set_directory_secret(name, value, act)
        except InvalidField as refusal:
            raise InvalidField(field_in_files(refusal), refusal.allowed) from None
        self._put_rules(name, values, act)
        self._put_domains(name, values.get(DOMAINS, ()), now, act)
        self._put_status(name, values.get(STATUS, ENABLED), now[STATUS], act)
        return ()

    def _put_rules(self, name: str, values: Mapping[str, Any], act: Act) -> None:
        rules = self._offices.provider_group_rules
        before = list(rules.list(name))
        wanted = [_whole_rule(each) for each in values.get(RULES, ())]
        for rule in before:
            if rule_form(rule) not in wanted:
                rules.remove(name, rule.rule_id, act)
        now = [*map(rule_form, before)]
        for index, each in enumerate(wanted):
            if each in now:
                continue
            try:
                rules.add(
                    name,
                    each["group"],
                    each["effect"],
                    act,
                    value=each["value"],
                    label=each["label"],
                )
            except InvalidField as refusal:
                field = {"external": "group"}.get(refusal.field, refusal.field)
                raise InvalidField(f"{RULES}[{index}].{field}", refusal.allowed) from None
            except NotFound as missing:
                raise InvalidField(f"{RULES}[{index}].value", str(missing)) from None

    def made_at(self, name: str) -> float:
        """When it was added."""
        provider = self._provider(name)
        return 0.0 if provider is None else provider.created_at

    def remove(self, name: str, act: Act) -> None:
        """End it for ever."""
        self._offices.providers.remove(name, act)

    def _provider(self, name: str) -> Provider | None:
        try:
            return self._offices.providers.get(name)
        except NotFound:
            return None

    def _preset(self, values: Mapping[str, Any]) -> Form:
        """What leaving everything out means, for a provider that is there."""
        provider = self._offices.providers.preset(draft_of(values))
        return {**provider_form(provider), STATUS: ENABLED, RULES: [], DOMAINS: []}

    def _add(self, values: Mapping[str, Any], act: Act, secrets: SecretReader) -> None:
        draft = draft_of(values, changes_of(values, {}))
        preset = self._offices.providers.preset(draft)
        auth = values.get("auth", str(preset.auth))
        secret = ""
        if SECRET_FILE in values and auth in list(ProviderAuth) and ProviderAuth(auth).uses_secret:
            secret = secrets.read(SECRET_FILE, values[SECRET_FILE])
        self._offices.providers.add(draft_of(values, changes_of(values, {}), secret=secret), act)

    def _update(self, name: str, values: Mapping[str, Any], before: Form, act: Act) -> None:
        keep("kind", before["kind"], values["kind"])
        preset = self._preset(values)
        for key in _FOR_EVER:
            keep(key, before.get(key), preset.get(key))
        wanted = merged(preset, values)
        changes = changes_of(
            {key: value for key, value in wanted.items() if value != before.get(key)}, before
        )
        self._offices.providers.update(name, changes, act)

    def _put_domains(
        self, name: str, stated: Sequence[Mapping[str, str]], before: Form, act: Act
    ) -> None:
        domains = self._offices.provider_domains
        now = {each["domain"]: each["routing"] for each in before[DOMAINS]}
        wanted = {one_spelling(each["domain"]): each.get("routing", "suggest") for each in stated}
        for domain in sorted(now.keys() - wanted.keys()):
            domains.remove(domain, act)
        for index, (domain, routing) in enumerate(wanted.items()):
            if now.get(domain) != routing:
                try:
                    domains.set(name, domain, routing, act)
                except InvalidField as refusal:
                    raise InvalidField(
                        f"{DOMAINS}[{index}].{refusal.field}", refusal.allowed
                    ) from None

    def _put_status(self, name: str, wanted: str, now: str, act: Act) -> None:
        if wanted != now:
            providers = self._offices.providers
            (providers.enable if wanted == ENABLED else providers.disable)(name, act)


def _whole_rule(stated: Mapping[str, str]) -> Form:
    value = stated.get("value", "")
    if stated["effect"] == "scopes":
        value = " ".join(sorted(set(value.split())))
    return {**stated, "value": value, "label": stated.get("label", "")}
