"""Identity providers in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.provider_documents import DocumentKind, ProviderDocument
from authserver.domain.providers import Provider, ProviderDomain, ProviderSecret, ProviderStatus
from authserver.domain.tokens import FAR_AHEAD_SECONDS
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.external_tokens import ExternalDenial
    from authserver.domain.group_rules import GroupRule


class MemoryProviders(MemoryStore):
    def get(self, name: str) -> Provider | None:
        self._told("get")
        return self._state.providers.get(name)

    def list(self) -> Sequence[Provider]:
        self._told("list")
        return self._kept()

    def by_issuer(self, issuer: str) -> Sequence[Provider]:
        self._told("by_issuer")
        return [each for each in self._kept() if each.issuer == issuer]

    def add(self, provider: Provider) -> None:
        self._told("add", changes=True)
        if provider.name in self._state.providers:
            raise AlreadyExists("provider", provider.name)
        self._state.providers[provider.name] = provider

    def save(self, provider: Provider) -> None:
        self._told("save", changes=True)
        stored = self._known(provider.name)
        self._state.providers[provider.name] = replace(
            provider, secrets=stored.secrets, created_at=stored.created_at
        )

    def add_secret(self, name: str, secret: ProviderSecret) -> None:
        self._told("add_secret", changes=True)
        stored = self._known(name)
        secrets = sorted(
            (*stored.secrets, secret), key=lambda each: (each.created_at, each.secret_id)
        )
        self._state.providers[name] = replace(stored, secrets=tuple(secrets))

    def expire_secrets(self, name: str, *, keep: str, at: float) -> int:
        self._told("expire_secrets", changes=True)
        stored = self._state.providers.get(name)
        if stored is None:
            return 0
        after = tuple(
            replace(each, expires_at=at) if each.secret_id != keep and each.is_live(at) else each
            for each in stored.secrets
        )
        self._state.providers[name] = replace(stored, secrets=after)
        return sum(old != new for old, new in zip(stored.secrets, after, strict=True))

    def replace_sealed(self, name: str, secret_id: str, *, before: bytes, after: bytes) -> bool:
        self._told("replace_sealed", changes=True)
        stored = self._state.providers.get(name)
        if stored is None:
            return False
        if not secret_id:
            groups = replace(stored.groups, directory_secret=after)
            if stored.groups.directory_secret == before:
                self._state.providers[name] = replace(stored, groups=groups)
            return stored.groups.directory_secret == before
        found = [
            each for each in stored.secrets if (each.secret_id, each.sealed) == (secret_id, before)
        ]
        secrets = tuple(
            replace(each, sealed=after) if each in found else each for each in stored.secrets
        )
        self._state.providers[name] = replace(stored, secrets=secrets)
        return bool(found)

    def domains(self) -> Sequence[ProviderDomain]:
        self._told("domains")
        return sorted(self._state.provider_domains.values(), key=lambda each: each.domain)

    def domain(self, domain: str) -> ProviderDomain | None:
        self._told("domain")
        return self._state.provider_domains.get(domain)

    def put_domain(self, domain: ProviderDomain) -> None:
        self._told("put_domain", changes=True)
        assert domain.provider in self._state.providers
        self._state.provider_domains[domain.domain] = domain

    def remove_domain(self, domain: str) -> bool:
        self._told("remove_domain", changes=True)
        return self._state.provider_domains.pop(domain, None) is not None

    def rules(self, name: str) -> Sequence[GroupRule]:
        self._told("rules")
        found = (each for each in self._state.group_rules.values() if each.provider == name)
        return sorted(found, key=lambda each: (each.external, each.effect, each.value))

    def add_rule(self, rule: GroupRule) -> None:
        self._told("add_rule", changes=True)
        assert rule.provider in self._state.providers
        same = any(
            (each.provider, each.external, each.effect, each.value)
            == (rule.provider, rule.external, rule.effect, rule.value)
            for each in self._state.group_rules.values()
        )
        if same or (rule.provider, rule.rule_id) in self._state.group_rules:
            raise AlreadyExists("group rule", rule.external)
        self._state.group_rules[rule.provider, rule.rule_id] = rule

    def remove_rule(self, name: str, rule_id: str) -> bool:
        self._told("remove_rule", changes=True)
        return self._state.group_rules.pop((name, rule_id), None) is not None

    def document(self, name: str, kind: DocumentKind) -> ProviderDocument | None:
        self._told("document")
        stored = self._state.provider_documents.get((name, kind))
        return stored if stored is not None and (stored.body or stored.problem) else None

    def claim_fetch(self, name: str, kind: DocumentKind, *, at: float, not_after: float) -> bool:
        self._told("claim_fetch", changes=True)
        assert name in self._state.providers
        stored = self._state.provider_documents.get((name, kind))
        if stored is not None and not_after < stored.asked_at <= at + FAR_AHEAD_SECONDS:
            return False
        if stored is None:
            stored = ProviderDocument(name, kind, body="", fetched_at=0.0, asked_at=at)
        self._state.provider_documents[name, kind] = replace(stored, asked_at=at)
        return True

    def put_document(self, document: ProviderDocument) -> None:
        self._told("put_document", changes=True)
        assert document.provider in self._state.providers
        self._state.provider_documents[document.provider, document.kind] = document

    def denials(self, name: str, now: float) -> Sequence[ExternalDenial]:
        self._told("denials")
        found = (
            each
            for each in self._state.external_denials.values()
            if each.provider == name and (each.expires_at is None or each.expires_at > now)
        )
        return sorted(found, key=lambda each: (each.kind, each.value))

    def add_denial(self, denial: ExternalDenial) -> None:
        self._told("add_denial", changes=True)
        assert denial.provider in self._state.providers
        key = (denial.provider, denial.kind, denial.value)
        stored = self._state.external_denials.get(key, denial)
        ends = (stored.expires_at, denial.expires_at)
        self._state.external_denials[key] = replace(
            denial,
            issued_until=max(stored.issued_until, denial.issued_until),
            expires_at=None if None in ends else max(end for end in ends if end is not None),
            created_at=stored.created_at,
        )

    def remove_denial(self, denial: ExternalDenial) -> bool:
        self._told("remove_denial", changes=True)
        key = (denial.provider, denial.kind, denial.value)
        return self._state.external_denials.pop(key, None) is not None

    def _kept(self) -> Sequence[Provider]:
        kept = (
            each
            for each in self._state.providers.values()
            if each.status is not ProviderStatus.REMOVED
        )
        return sorted(kept, key=lambda each: each.name)

    def _known(self, name: str) -> Provider:
        stored = self._state.providers.get(name)
        if stored is None:
            raise NotFound("provider", name)
        return stored
