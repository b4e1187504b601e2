"""The policy of one site: its documents, compiled into what the hot path asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.decisions import DenyReason
from authserver.domain.policy_calls import PolicyRefusal
from authserver.domain.policy_documents import DEFAULT_DOCUMENT
from authserver.services.legacy_rules import LegacyRules
from authserver.services.policy_access_steps import (
    AccessStep,
    EmailStep,
    HolderStep,
    ReadOnlyStep,
)
from authserver.services.policy_deny_steps import DenyStep, OverrideStep
from authserver.services.policy_engine import judge
from authserver.services.policy_network_steps import CredentialNetworkStep, NetworkStep
from authserver.services.policy_openings import CompiledRate, Openings
from authserver.services.policy_operation_steps import CredentialOperationStep, OperationStep
from authserver.services.policy_overrides import Overrides
from authserver.services.policy_project_steps import (
    CredentialProjectStep,
    ProjectLimits,
    ProjectStep,
)
from authserver.services.policy_steps import OperationSet, Placed, names_of
from authserver.services.policy_way_steps import (
    HttpsStep,
    LegacyStep,
    OriginStep,
    PresentationStep,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.operations import Operation, ProductCatalogue
    from authserver.domain.policy_calls import CallFacts
    from authserver.domain.policy_documents import (
        LegacyEffect,
        LegacyWay,
        OpenRule,
        PolicyDocument,
        PolicyVersion,
        TokenSection,
    )
    from authserver.domain.resources import ProtectedResource
    from authserver.services.legacy_rules import LegacyStanding
    from authserver.services.policy_steps import Step

DRAFT: Final = "draft"
"""What a document is called that was not applied yet."""
_OF_OTHERS: Final = (
    LegacyStep,
    CredentialNetworkStep,
    CredentialOperationStep,
    CredentialProjectStep,
)
"""Steps that ask nothing of a token which brings no limits of its own."""
_OF_PEOPLE: Final = ("groups", "users", "read_only_groups", "holders")


class SitePolicy:
    """What is asked of calls to one site. Immutable; `services.policy_engine` asks it.

    `label` names the documents and their versions (`default@3 jira@1`), empty without any.
    `steps` are all the steps in their order, `asked` those that can refuse anything, and
    `asked_of_plain` those that can refuse a token which brings no limits of its own.
    `asks_groups` says whether anything needs the person behind a call. `rates` are the compiled
    rate rules, `tokens` the sections about API tokens of all documents: all must allow.
    """

    def __init__(
        self,
        documents: Sequence[Placed[PolicyDocument]],
        product: ProductCatalogue | None,
        location: str,
        site_url: str,
    ) -> None:
        """Compile. Later documents come before earlier ones, section by section."""
        found = _Sections(documents)
        access = found.section("access")
        browsers = found.section("browsers")
        overrides = Overrides(
            [] if access is None else [Placed(access.document, o) for o in access.value.overrides]
        )
        self._legacy = LegacyRules(found.section("legacy"))
        self._harmless = OperationSet.of([each.value for each in found.rules("harmless")], product)
        self._projects = ProjectStep(found.rules("projects"), self._harmless)
        self._credential_projects = CredentialProjectStep(location, self._harmless)
        self._openings = Openings(found.rules("opened"), product)
        self.label = " ".join(each.document for each in documents)
        self.location = location
        self.tokens: tuple[Placed[TokenSection], ...] = tuple(found.every("tokens"))
        self._origins = frozenset[str]() if browsers is None else browsers.value.origins
        self.steps: tuple[Step, ...] = (
            HttpsStep(),
            LegacyStep(self._legacy),
            PresentationStep(self.tokens),
            OriginStep(browsers, site_url),
            DenyStep([r for each in documents for r in _placed(each, each.value.deny)], product),
            OverrideStep(overrides),
            AccessStep(access, overrides),
            HolderStep(self.tokens),
            EmailStep(found.section("emails")),
            NetworkStep(found.rules("networks")),
            CredentialNetworkStep(),
            ReadOnlyStep(access, overrides),
            OperationStep(found.rules("operations"), product),
            CredentialOperationStep(location),
            self._projects,
            self._credential_projects,
        )
        self.asked = tuple(each for each in self.steps if each.is_asked)
        self.asked_of_plain = tuple(e for e in self.asked if not isinstance(e, _OF_OTHERS))
        self.rates = tuple(CompiledRate(each, product) for each in found.rules("rates"))
        self.asks_groups = _asks_people(documents, found)

    def legacy_effect(
        self, way: LegacyWay, username: str, path: str, address: str, at: float
    ) -> tuple[LegacyEffect, str, str]:
        """What happens to a way of calling: the effect, the rule and its text.

        `username` is what Basic claims, `path` below the base path, `address` the caller's, `at`
        seconds since the epoch.
        """
        found = self._legacy.effect(way, username, path, address, at)
        return found.effect, found.rule, found.text

    def legacy_standing(self, way: LegacyWay, at: float) -> LegacyStanding:
        """What holds for a way of calling at a moment, and its exceptions."""
        return self._legacy.standing(way, at)

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """The first refusal, as `services.policy_engine.judge`."""
        return judge(self, facts)

    def allows_origin(self, origin: str) -> bool:
        """Whether pages of this origin are named as those that may call from elsewhere."""
        return origin in self._origins

    @property
    def counts(self) -> bool:
        """Whether there is any rate rule."""
        return bool(self.rates)

    def opened(self, method: str, path: str, operations: Sequence[Operation]) -> OpenRule | None:
        """The rule that opens what no scope opens, for tokens with its scope."""
        return self._openings.of(method, path, operations)

    def limits_projects(self, facts: CallFacts) -> ProjectLimits | None:
        """What limits the projects of a call, by the policy or the credential; `None`: nothing."""
        found = [*self._projects.limits(facts), *self._credential_projects.limits(facts)]
        if not found:
            return None
        return ProjectLimits(
            tuple(allowed for each in found for allowed in each.allowed),
            frozenset[str]().union(*[each.denied for each in found]),
            found[0].rule,
            found[0].document,
        )

    def needs_projects(self, facts: CallFacts) -> bool:
        """Whether it matters which projects a call reaches."""
        if facts.caller.details is None and not self._projects.is_asked:
            return False
        return self.limits_projects(facts) is not None

    def uncertain(self, facts: CallFacts, why: str, change: str) -> PolicyRefusal | None:
        """What a call gets whose projects nobody can say; `None`: it passes, for it is harmless.

        `why` and `change` are sentences for who called.
        """
        limits = self.limits_projects(facts)
        if limits is None or self.is_harmless(facts.operations):
            return None
        return PolicyRefusal(
            DenyReason.PROJECT_UNCERTAIN, limits.rule, limits.document, why, change
        )

    def is_harmless(self, operations: Sequence[Operation]) -> bool:
        """Whether a call may pass limits on projects though nobody knows which it reaches."""
        return self._harmless.allow(names_of(operations))


class _Sections:
    """Which document says what: the last one that writes a section."""

    def __init__(self, documents: Sequence[Placed[PolicyDocument]]) -> None:
        self._documents = documents

    def section(self, name: str) -> Placed[Any] | None:
        written = self.every(name)
        return written[-1] if written else None

    def every(self, name: str) -> list[Placed[Any]]:
        found = [(each.document, getattr(each.value, name)) for each in self._documents]
        return [Placed(document, value) for document, value in found if value is not None]

    def rules(self, name: str) -> tuple[Placed[Any], ...]:
        section = self.section(name)
        return () if section is None else _placed(section, section.value)


def compile_policy(
    documents: Sequence[tuple[PolicyVersion | None, PolicyDocument]],
    product: ProductCatalogue,
    resource: ProtectedResource,
) -> SitePolicy:
    """The policy of `resource` by its documents: the default one first, then its own.

    Total: what a document names and nobody knows any more means nobody and nothing. A version that
    is `None`, or has the number 0, was not applied yet; `None` counts as the default one before
    a site's, and as the site's behind it or alone.
    """
    placed = []
    for place, (version, document) in enumerate(documents):
        name = DEFAULT_DOCUMENT if place < len(documents) - 1 else resource.name
        name, number = (name, 0) if version is None else (version.name, version.number)
        placed.append(Placed(f"{name}@{number or DRAFT}", document))
    return SitePolicy(placed, product, resource.identifier, resource.url)


def no_policy(resource: ProtectedResource) -> SitePolicy:
    """Without any document: legacy ways are blocked, but sessions; credentials keep their limits.

    Selectors of credentials are read without the catalogue, so none is needed.
    """
    return SitePolicy((), None, resource.identifier, resource.url)


def _placed(section: Placed[Any], rules: Sequence[Any]) -> tuple[Placed[Any], ...]:
    return tuple(Placed(section.document, each) for each in rules)


def _asks_people(documents: Sequence[Placed[PolicyDocument]], found: _Sections) -> bool:
    access = found.section("access")
    if access is not None and (access.value.overrides or access.value.groups is not None):
        return True
    if found.section("emails") is not None:
        return True
    rules = [
        *([access] if access is not None else []),
        *found.every("tokens"),
        *(
            each
            for name in ("networks", "operations", "projects", "rates")
            for each in found.rules(name)
        ),
        *(each for document in documents for each in _placed(document, document.value.deny)),
    ]
    return any(getattr(each.value, name, None) for each in rules for name in _OF_PEOPLE)


NO_POLICY: Final = SitePolicy((), None, "", "")
"""Of no site at all: what credentials are limited to is nothing here."""
