"""What a decision asks of others: credentials, policies, people, projects, rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.api_tokens import ApiTokenAccess, Presentation
    from authserver.domain.connect_keys import ConnectAccess, UnfitConnect
    from authserver.domain.operations import Operation
    from authserver.domain.policy_calls import CallFacts, PolicyRefusal
    from authserver.domain.policy_documents import LegacyEffect, LegacyWay, OpenRule, RateRule
    from authserver.domain.rates import RateState
    from authserver.domain.raw_targets import Target
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.users import User
    from authserver.services.introspection import UnfitToken


class ApiTokenVerifier(Protocol):
    """Judges API tokens."""

    def judge(
        self,
        token_value: str,
        resource: ProtectedResource,
        now: float,
        *,
        presentation: Presentation | None,
        username: str | None = None,
    ) -> ApiTokenAccess | UnfitToken:
        """What one is worth at `resource`, or why nothing. Raises StorageUnavailable.

        `username` is what stood beside it with Basic, `None` where nothing can.
        """
        ...

    def note_use(
        self, access: ApiTokenAccess, at: float, *, network: str = "", agent: str = ""
    ) -> None:
        """A token that counts came, from this address and by this User-Agent."""
        ...


class ConnectVerifier(Protocol):
    """Judges the JWTs of Connect apps."""

    def judge(
        self,
        jwt: str,
        resource: ProtectedResource,
        method: str,
        target: str,
        now: float,
        *,
        from_query: bool,
    ) -> ConnectAccess | UnfitConnect | None:
        """What one is worth for this very call, or why nothing; `None`: the site has no such keys.

        `target` is the whole one as it came. Spends the JWT: ask once. Raises StorageUnavailable.
        """
        ...


class KnownPerson(Protocol):
    """A user, as decisions need to know it; `groups` are local ones, by name."""

    @property
    def user(self) -> User:
        """The user."""
        ...

    @property
    def groups(self) -> frozenset[str]:
        """Names of the local groups that the user is in, by whatever rule."""
        ...

    @property
    def email_domain(self) -> str:
        """Of the e-mail address, in lower case; empty where there is none that counts."""
        ...


class PeopleSource(Protocol):
    """People by their subjects, remembered under the lease."""

    def person(self, subject: str) -> KnownPerson | None:
        """One; `None` when there is nobody. Raises StorageUnavailable."""
        ...


class CountingRule(Protocol):
    """A rate rule, compiled."""

    @property
    def rule(self) -> RateRule:
        """As it is written."""
        ...

    def matches(self, facts: CallFacts) -> bool:
        """Whether it counts this call."""
        ...


class CompiledPolicy(Protocol):
    """The policy of one site, compiled."""

    @property
    def label(self) -> str:
        """Which documents it was (`default@3 jira@1`); empty when there is none."""
        ...

    def legacy_effect(
        self, way: LegacyWay, username: str, path: str, address: str, at: float
    ) -> tuple[LegacyEffect, str, str]:
        """What becomes of a legacy way: effect, rule, the rule's text."""
        ...

    def opened(self, method: str, path: str, operations: Sequence[Operation]) -> OpenRule | None:
        """The rule that opens what no scope opens."""
        ...

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """The first refusal, if there is one."""
        ...

    def allows_origin(self, origin: str) -> bool:
        """Whether pages of this origin are named as those that may call from elsewhere."""
        ...

    def needs_projects(self, facts: CallFacts) -> bool:
        """Whether it matters which projects the call reaches."""
        ...

    def uncertain(self, facts: CallFacts, why: str, change: str) -> PolicyRefusal | None:
        """What a call gets whose projects nobody can say; `None`: it may pass all the same."""
        ...

    @property
    def counts(self) -> bool:
        """Whether there is any rate rule."""
        ...

    @property
    def rates(self) -> Sequence[CountingRule]:
        """Its rate rules."""
        ...

    @property
    def location(self) -> str:
        """The identifier of the site, which has counts of its own."""
        ...


class PolicySource(Protocol):
    """Policies by site, remembered under the lease."""

    def of(self, resource: ProtectedResource) -> CompiledPolicy:
        """The one that holds now. Raises StorageUnavailable."""
        ...


class Uncertain(NamedTuple):
    """Nobody can say beforehand which projects a call reaches.

    `why` and `change` are sentences for who called, `detail` is for the record.
    """

    why: str
    change: str
    detail: str = ""


class ProjectResolver(Protocol):
    """Finds out which projects a call reaches."""

    def reach(
        self, resource: ProtectedResource, target: Target, facts: CallFacts
    ) -> tuple[frozenset[str], ...] | Uncertain:
        """The projects, each as all that it is called, as they are now.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        ...


class RateVerdict(NamedTuple):
    """What counting a call said; `state` is the limit with the least room left."""

    state: RateState | None = None
    refused: bool = False
    unavailable: bool = False
    """The store does not answer, and the settings say to refuse then."""
    detail: str = ""
    """For the record: that another store stood in."""
    text: str = ""
    """The reason of the rule that refuses."""


class RateCounter(Protocol):
    """Counts calls that would pass."""

    def take(self, policy: CompiledPolicy, facts: CallFacts) -> RateVerdict:
        """Count one call against every limit that it falls under."""
        ...


class AttemptThrottle(Protocol):
    """Counts wrong credentials by the network they come from."""

    def blocked_for(self, address: str, at: float) -> int:
        """Whole seconds for which wrong credentials from there are not even told from others."""
        ...

    def failed(self, address: str, presented: str, at: float) -> None:
        """A wrong credential came; `presented` is told apart from others and never kept."""
        ...


class Exposures(Protocol):
    """Notes credentials that everybody on the way has seen."""

    def seen_in_the_clear(self, token_id: str, decision_id: str, address: str, at: float) -> None:
        """An API token came over plain HTTP. Raises StorageUnavailable."""
        ...
