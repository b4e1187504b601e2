"""Our own list of what counts no more of a provider's: two of three makers offer no revocation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.external_tokens import DenialKind, ExternalDenial
from authserver.domain.provider_issuers import GUID
from authserver.domain.providers import ProviderKind
from authserver.domain.subject_keys import KEY_CHARACTERS_MAX
from authserver.domain.texts import check_text
from authserver.domain.tokens import CLOCK_SKEW_SECONDS
from authserver.services.provider_bearer_rules import LONGEST_LIFE
from authserver.services.provider_descriptions import described_denial
from authserver.services.provider_fields import check_word
from authserver.services.provider_lookup import existing_provider, provider_changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.services.administration import Act, Administration

FOR_EVER: Final = 253_402_300_799.0
"""The last second of the year 9999."""
LONGEST_REASON: Final = 200
LONGEST_AHEAD: Final = 366 * 86_400


@dataclass(frozen=True, slots=True)
class DenialDraft:
    """What shall count no more. `until_seconds` from now: tokens that are issued till then, too."""

    kind: str
    value: str
    until_seconds: float = 0.0
    reason: str = ""


class ProviderDenials:
    """Use cases of denials."""

    def __init__(self, *, administration: Administration) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration

    def list(self, name: str) -> Sequence[ExternalDenial]:
        """What counts no more of a provider's. Raises NotFound."""
        with self._administration.database.reading() as stores:
            existing_provider(stores, name)
            return stores.providers.denials(name, self._administration.clock.now())

    def deny(self, name: str, draft: DenialDraft, act: Act) -> ExternalDenial:
        """Let a token, a person's tokens, or a client's tokens count no more.

        A person's: those issued until now (and a minute, for clocks differ), or until
        `until_seconds` from now. A client's: for ever, until it is allowed again.

        Raises:
            NotFound: there is no such provider.
            InvalidField: names the field and what is allowed; nothing was stored.
        """
        now = self._administration.clock.now()
        kind = check_word("kind", draft.kind, DenialKind)
        reason = check_text("reason", draft.reason, longest=LONGEST_REASON, required=False)
        if not 0 <= draft.until_seconds <= LONGEST_AHEAD:
            raise InvalidField("until", "0 seconds to a year from now")
        if draft.until_seconds and kind is not DenialKind.SUBJECT:
            raise InvalidField(
                "until", "for a subject only: tokens and clients are denied for good"
            )
        with self._administration.changing(provider_changed(name, now), takes_power=True) as stores:
            provider = existing_provider(stores, name)
            issued_until = now + CLOCK_SKEW_SECONDS + draft.until_seconds
            expires_at: float | None = issued_until + LONGEST_LIFE
            if kind is DenialKind.CLIENT:
                issued_until, expires_at = FOR_EVER, None
            denial = ExternalDenial(
                provider=name,
                kind=kind,
                value=_value(provider.kind, kind, draft.value),
                issued_until=issued_until,
                expires_at=expires_at,
                reason=reason,
                created_at=now,
            )
            stores.providers.add_denial(denial)
            self._administration.record(
                stores, act, "provider.denied", name, {"after": described_denial(denial)}
            )
        return denial

    def allow(self, name: str, kind: str, value: str, act: Act) -> ExternalDenial:
        """Take a denial back.

        Raises:
            NotFound: there is no such provider or denial.
        """
        now = self._administration.clock.now()
        wanted = check_word("kind", kind, DenialKind)
        with self._administration.changing(
            provider_changed(name, now), takes_power=False
        ) as stores:
            existing_provider(stores, name)
            found = next(
                (
                    each
                    for each in stores.providers.denials(name, now)
                    if (each.kind, each.value) == (wanted, value)
                ),
                None,
            )
            if found is None or not stores.providers.remove_denial(found):
                raise NotFound("denial", value)
            self._administration.record(
                stores, act, "provider.allowed", name, {"before": described_denial(found)}
            )
        return found


def _value(provider: ProviderKind, kind: DenialKind, value: str) -> str:
    """What tokens are compared with, exactly: what can never fit is refused, not kept."""
    if not 0 < len(value) <= KEY_CHARACTERS_MAX or not value.isprintable():
        raise InvalidField("value", f"1 to {KEY_CHARACTERS_MAX} printable characters")
    if value != value.strip():
        raise InvalidField("value", "without blanks at the ends")
    if kind is DenialKind.SUBJECT and provider is ProviderKind.ENTRA:
        tenant, _, person = value.partition("/")
        if GUID.fullmatch(tenant) is None or GUID.fullmatch(person) is None:
            raise InvalidField(
                "value", "tid/oid of the person: two GUIDs in lower case with a slash between them"
            )
    return value
