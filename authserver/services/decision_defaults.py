"""What stands in for collaborators that an installation has not: nobody's tokens, no policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services.decision_ports import RateVerdict, Uncertain
from authserver.services.introspection import NOT_OURS, UnfitToken
from authserver.services.site_policies import no_policy

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiTokenAccess, Presentation
    from authserver.domain.policy_calls import CallFacts
    from authserver.domain.raw_targets import Target
    from authserver.domain.resources import ProtectedResource
    from authserver.services.decision_ports import CompiledPolicy, KnownPerson


class NoPolicies:
    """No document for any site. Satisfies `PolicySource`."""

    def __init__(self) -> None:
        """Compile when first asked."""
        self._compiled: dict[str, CompiledPolicy] = {}

    def of(self, resource: ProtectedResource) -> CompiledPolicy:
        """What holds without any: legacy ways are blocked, credentials keep their own limits."""
        found = self._compiled.get(resource.identifier)
        if found is None:
            found = self._compiled[resource.identifier] = no_policy(resource)
        return found


class NoApiTokens:
    """Nobody has one. Satisfies `ApiTokenVerifier`."""

    def judge(
        self,
        token_value: str,
        resource: ProtectedResource,
        now: float,
        *,
        presentation: Presentation | None,
        username: str | None = None,
    ) -> UnfitToken:
        """Nothing."""
        del token_value, resource, now, presentation, username
        return NOT_OURS

    def note_use(
        self, access: ApiTokenAccess, at: float, *, network: str = "", agent: str = ""
    ) -> None:
        """There is none."""


class NoConnect:
    """No app has a key. Satisfies `ConnectVerifier`."""

    def judge(
        self,
        jwt: str,
        resource: ProtectedResource,
        method: str,
        target: str,
        now: float,
        *,
        from_query: bool,
    ) -> None:
        """Not here."""
        del jwt, resource, method, target, now, from_query


class NoPeople:
    """Nobody is known. Satisfies `PeopleSource`."""

    def person(self, subject: str) -> KnownPerson | None:
        """Nobody."""
        del subject
        return None


class NoProjects:
    """Nothing is certain. Satisfies `ProjectResolver`."""

    def reach(self, resource: ProtectedResource, target: Target, facts: CallFacts) -> Uncertain:
        """Uncertain, so that what is limited to projects does not pass."""
        del resource, target, facts
        return Uncertain("nobody resolves projects here", "use a token without the project limit")


class NoRates:
    """Counts nothing. Satisfies `RateCounter`."""

    def take(self, policy: CompiledPolicy, facts: CallFacts) -> RateVerdict:
        """Not asked while no policy counts; a policy that does is not to be passed over."""
        del policy, facts
        return RateVerdict(unavailable=True)


class NoAttempts:
    """Counts no wrong credential. Satisfies `AttemptThrottle`."""

    def blocked_for(self, address: str, at: float) -> int:
        """Never."""
        del address, at
        return 0

    def failed(self, address: str, presented: str, at: float) -> None:
        """Nothing to do."""


class NoExposures:
    """Notes nothing. Satisfies `Exposures`."""

    def seen_in_the_clear(self, token_id: str, decision_id: str, address: str, at: float) -> None:
        """Nothing to do."""
