"""How a call comes: over TLS, in which way, from whose page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authserver.domain.api_tokens import Presentation
from authserver.domain.decisions import DenyReason
from authserver.domain.policy_calls import LEGACY_WAYS, CallerWay, PolicyRefusal
from authserver.domain.policy_documents import LegacyEffect, LegacyWay
from authserver.services.policy_steps import BUILT_IN, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.policy_calls import CallFacts
    from authserver.domain.policy_documents import BrowserSection, TokenSection
    from authserver.services.legacy_rules import LegacyRules
    from authserver.services.policy_steps import Placed

_BLOCKED: Final = {
    LegacyWay.BASIC: DenyReason.BASIC_BLOCKED,
    LegacyWay.OAUTH1: DenyReason.OAUTH1_BLOCKED,
    LegacyWay.SESSION: DenyReason.SESSION_BLOCKED,
    LegacyWay.ANONYMOUS: DenyReason.CREDENTIAL_MISSING,
    LegacyWay.ATLASSIAN_TOKEN: DenyReason.ATLASSIAN_TOKEN_BLOCKED,
}
_PRESENTED: Final[Mapping[CallerWay, Presentation]] = {
    CallerWay.API_TOKEN_BEARER: Presentation.BEARER,
    CallerWay.API_TOKEN_BASIC: Presentation.BASIC,
}
_USE_A_TOKEN: Final = "send an access token or an API token"  # noqa: S105 - advice


class HttpsStep:
    """Nothing is decided on what came over plain HTTP."""

    name = "https"
    is_asked = True

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """Only secure calls pass."""
        if facts.secure:
            return None
        return PolicyRefusal(
            DenyReason.PLAIN_HTTP, "https", BUILT_IN, "calls come over TLS", "call with https"
        )

    def passed(self, facts: CallFacts) -> str:  # noqa: ARG002 - as every step
        """What was asked."""
        return "the call came over TLS"


class LegacyStep:
    """Ways of calling that are no tokens of ours."""

    name = "legacy access"
    is_asked = True

    def __init__(self, rules: LegacyRules) -> None:
        """Ask `rules`."""
        self._rules = rules

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """A legacy way has to be open for this call; a session has to come from a page as well."""
        caller = facts.caller
        if caller.way not in LEGACY_WAYS:
            return None
        way = LegacyWay(caller.way)
        found = self._rules.effect(way, caller.username, facts.path, facts.address, facts.at)
        if found.effect is LegacyEffect.BLOCK:
            return PolicyRefusal(
                _BLOCKED[way], found.rule, found.document, found.text, _USE_A_TOKEN
            )
        if way is LegacyWay.SESSION and not facts.from_page:
            return PolicyRefusal(
                DenyReason.SESSION_BLOCKED,
                "legacy.session",
                BUILT_IN,
                "a session counts for pages of the site itself",
                f"call from a page of the site, or {_USE_A_TOKEN}",
            )
        return None

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        caller = facts.caller
        if caller.way not in LEGACY_WAYS:
            return ""
        way = LegacyWay(caller.way)
        found = self._rules.effect(way, caller.username, facts.path, facts.address, facts.at)
        return f"{found.rule} ({found.document}): {found.effect}"


class PresentationStep:
    """How API tokens may be sent."""

    name = "presentation"

    def __init__(self, sections: Sequence[Placed[TokenSection]]) -> None:
        """Every section has to allow."""
        self._sections = tuple(
            each for each in sections if each.value.presentations < frozenset(Presentation)
        )
        self.is_asked = bool(self._sections)

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """API tokens alone are asked."""
        presented = _PRESENTED.get(facts.caller.way)
        if presented is None:
            return None
        for placed in self._sections:
            allowed = placed.value.presentations
            if presented not in allowed:
                ways = listed(each.capitalize() for each in allowed)
                return PolicyRefusal(
                    DenyReason.PRESENTATION_NOT_ALLOWED,
                    "tokens.presentations",
                    placed.document,
                    placed.value.reason,
                    f"send it as {ways}" if ways else "use an access token",
                )
        return None

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        presented = _PRESENTED.get(facts.caller.way)
        if presented is None or not self._sections:
            return ""
        return f"API tokens may be sent as {presented.capitalize()}"


class OriginStep:
    """From whose pages browsers may call. The site's own are never from elsewhere."""

    name = "browser origin"

    def __init__(self, section: Placed[BrowserSection] | None, site_url: str) -> None:
        """`site_url` is where the site itself answers."""
        self._section = section
        self._own = _origin_of(site_url)
        self.is_asked = section is not None

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """Only calls that name an origin are asked."""
        origin = facts.origin
        if not origin or self._section is None or origin == self._own:
            return None
        allowed = self._section.value.origins
        if origin in allowed:
            return None
        return PolicyRefusal(
            DenyReason.ORIGIN_NOT_ALLOWED,
            "browsers.origins",
            self._section.document,
            self._section.value.reason,
            f"call from a page of {listed(allowed)}" if allowed else "call without a browser",
        )

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        if not facts.origin or self._section is None:
            return ""
        return f"pages of {facts.origin} may call"


def _origin_of(url: str) -> str:
    """The origin of a URL as browsers write it (RFC 6454 section 6.2); empty for none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    host = parts.hostname or ""
    if usual is None or not host:
        return ""
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in {None, usual} else f":{port}")
