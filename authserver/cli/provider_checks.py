"""Checks of the identity providers: what will not work, or lets nobody in, told beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.cli.checks import Check, Finding, Subject, named, ok, warning
from authserver.services import provider_conditions
from authserver.services.provider_findings import Grade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from authserver.domain.provider_looks import ProviderLook
    from authserver.services.provider_findings import ProviderFinding

_SHOWN: Final = 5


def credentials(subject: Subject) -> Finding:
    """With a secret that has ended nobody signs in; better told before than after."""
    now = subject.clock.now()
    return _of_conditions(
        subject,
        lambda look: provider_conditions.credential(look.provider, now),
        "every provider has a credential that works for two weeks",
    )


def tenants(subject: Subject) -> Finding:
    """A provider that serves many tenants believes those that are listed."""
    return _of_conditions(
        subject,
        lambda look: provider_conditions.tenants(look.provider),
        "no provider serves many tenants without a list of them",
    )


def bearer_lists(subject: Subject) -> Finding:
    """Tokens that shall count, and lists that let none."""
    return _of_conditions(
        subject,
        lambda look: provider_conditions.tokens(look.provider),
        "no provider's tokens shall count while none can",
    )


def group_rules(subject: Subject) -> Finding:
    """Rules about groups need lists that can be relied upon; those that deny, complete ones."""
    return _of_conditions(
        subject,
        lambda look: provider_conditions.groups(look.provider, look.rules),
        "what group rules need can be read",
    )


def documents(subject: Subject) -> Finding:
    """What a provider published last must be usable, or nobody signs in there."""
    looks = _enabled(subject)
    unusable = [
        look.provider.name for look in looks if provider_conditions.is_without_documents(look)
    ]
    if unusable:
        return warning(
            f"publish nothing that can be used, so nobody signs in there: {named(unusable)}",
            "run authserver provider test NAME: it says why, and what to do",
        )
    troubled = [look.provider.name for look in looks if look.problem]
    if troubled:
        return warning(
            f"could not be read when last asked, what was read before still counts: "
            f"{named(troubled)}",
            "run authserver provider test NAME: it says why, and what to do",
        )
    return ok("every provider was readable when last asked")


def plain_issuers(subject: Subject) -> Finding:
    """What comes over plain http may be anybody's."""
    found = [
        look.provider.name
        for look in _enabled(subject)
        if any(
            url.startswith("http:") for url in (look.provider.issuer, look.provider.discovery_url)
        )
    ]
    if found:
        return warning(
            f"asked over plain http: {named(found)}",
            "use https, but for trying things out on one machine",
        )
    return ok("every provider is asked over https")


def _of_conditions(
    subject: Subject,
    look_for: Callable[[ProviderLook], Iterable[ProviderFinding]],
    fine: str,
) -> Finding:
    found = [
        (look.provider.name, finding)
        for look in _enabled(subject)
        for finding in look_for(look)
        if finding.grade is not Grade.OK
    ]
    if not found:
        return ok(fine)
    told = [f"{name}: {finding.what}" for name, finding in found]
    more = f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return warning("; ".join(told[:_SHOWN]) + more, found[0][1].fix)


def _enabled(subject: Subject) -> Sequence[ProviderLook]:
    return [look for look in subject.inspection.providers() if look.provider.is_enabled]


PROVIDER_CHECKS: Final = (
    Check("provider-credentials", (), credentials, needs_schema=True),
    Check("provider-tenants", ("FE-07",), tenants, needs_schema=True),
    Check("provider-tokens", (), bearer_lists, needs_schema=True),
    Check("provider-groups", ("FE-09",), group_rules, needs_schema=True),
    Check("provider-documents", ("FE-04",), documents, needs_schema=True),
    Check("provider-https", ("FE-04",), plain_issuers, needs_schema=True),
)
