"""What of an identity provider's counts no more here, though its tokens still run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.external_tokens import DenialKind, ExternalDenial
from authserver.domain.providers import Provider, ProviderKind, ProviderStatus
from authserver.domain.subject_keys import KEY_CHARACTERS_MAX
from authserver.domain.tokens import latest_end
from authserver.services.external_claim_values import LEEWAY_SECONDS, is_identifier
from authserver.services.provider_bearer_rules import LONGEST_LIFE
from authserver.services.provider_guards import guard_provider

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration

FOR_EVER: Final = 253_402_300_799.0
"""`issued_until` of a denial that reaches all tokens: the end of the year 9999."""
REASON_CHARACTERS_MAX: Final = 200
_IDENTIFIER: Final = "1 to 255 visible ASCII characters without blanks, as the token has it"
_SUBJECT_KEY: Final = "1 to 255 characters: the subject key, as authserver identity list shows it"
_KEPT_SECONDS: Final = LONGEST_LIFE + 2 * LEEWAY_SECONDS
"""How long after its issue a token can count at the longest, whatever is configured later."""


class ExternalDenials:
    """Use cases of the list of what counts no more."""

    def __init__(self, *, administration: Administration) -> None:
        """Take the collaborator; hold no state of its own."""
        self._administration = administration

    def list(self, provider: str) -> Sequence[ExternalDenial]:
        """What is denied of a provider's now, by kind and value. Raises NotFound."""
        with self._administration.database.reading() as stores:
            _existing(stores, provider)
            return stores.providers.denials(provider, self._administration.clock.now())

    def deny(
        self,
        provider: str,
        kind: DenialKind,
        value: str,
        act: Act,
        *,
        until: float | None = None,
        reason: str = "",
    ) -> ExternalDenial:
        """Accept no token that has this id (or session), speaks for this person, or is of a client.

        It reaches tokens issued at or before `until` (seconds since the epoch). By default these
        are all for tokens and clients; for a person all up to now, so that whoever signs in at the
        provider anew is let in again. What is denied already is widened. When this returns, no
        worker accepts what it reaches.

        Raises:
            NotFound: there is no such provider.
            InvalidField: names the field and what is allowed; nothing was changed.
        """
        _check_value(kind, value)
        if len(reason) > REASON_CHARACTERS_MAX or not reason.isprintable():
            allowed = f"at most {REASON_CHARACTERS_MAX} printable characters"
            raise InvalidField("reason", allowed)
        if until is not None and not 0 < until <= FOR_EVER:
            raise InvalidField("until", "a time before the year 10000")
        now = self._administration.clock.now()
        with self._administration.changing(_changed(provider, now), takes_power=True) as stores:
            stored = _existing(stores, provider)
            # The provider's clock may be ahead: a token of this moment can say it is of the next.
            of_kind = now + LEEWAY_SECONDS if kind is DenialKind.SUBJECT else FOR_EVER
            issued_until = of_kind if until is None else until
            denial = ExternalDenial(
                provider=provider,
                kind=kind,
                value=value,
                issued_until=issued_until,
                expires_at=_kept_until(stored, kind, issued_until, now),
                reason=reason,
                created_at=now,
            )
            stores.providers.add_denial(denial)
            self._administration.record(
                stores, act, "provider.denied", provider, {"after": _described(denial)}
            )
        return denial

    def allow(self, provider: str, kind: DenialKind, value: str, act: Act) -> None:
        """Take something off the list.

        Raises:
            NotFound: there is no such provider, or it is not on the list.
            Forbidden: somebody administers by the provider, and the act may not touch such ones.
        """
        now = self._administration.clock.now()
        with self._administration.changing(_changed(provider, now), takes_power=False) as stores:
            _existing(stores, provider)
            guard_provider(stores, act, provider)
            listed = (
                each
                for each in stores.providers.denials(provider, now)
                if (each.kind, each.value) == (kind, value)
            )
            denial = next(listed, None)
            if denial is None or not stores.providers.remove_denial(denial):
                raise NotFound(f"denied {kind}", value)
            self._administration.record(
                stores, act, "provider.allowed", provider, {"before": _described(denial)}
            )


def _existing(stores: Stores, name: str) -> Provider:
    provider = stores.providers.get(name)
    if provider is None or provider.status is ProviderStatus.REMOVED:
        raise NotFound("provider", name)
    return provider


def _check_value(kind: DenialKind, value: str) -> None:
    if kind is DenialKind.SUBJECT:
        if not 0 < len(value) <= KEY_CHARACTERS_MAX or not value.isprintable():
            raise InvalidField(kind, _SUBJECT_KEY)
    elif not is_identifier(value):
        raise InvalidField(kind, _IDENTIFIER)


def _kept_until(
    provider: Provider, kind: DenialKind, issued_until: float, now: float
) -> float | None:
    """When no token that the denial reaches can count any more; `None`: never."""
    if issued_until < FOR_EVER:
        return max(issued_until, now) + _KEPT_SECONDS
    if kind is DenialKind.TOKEN and provider.kind is not ProviderKind.COGNITO:
        return now + _KEPT_SECONDS
    # A client, or what may be a session of Cognito's: there will be new tokens of both.
    return None


def _changed(provider: str, now: float) -> list[Change]:
    return [Change(ChangeKind.PROVIDER, provider, latest_end(now))]


def _described(denial: ExternalDenial) -> dict[str, object]:
    return {
        "kind": denial.kind.value,
        "value": denial.value,
        "issued_until": denial.issued_until,
        "expires_at": denial.expires_at,
        "reason": denial.reason,
    }
