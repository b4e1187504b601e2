"""Checks of the gateways that stand in front of sites."""

from __future__ import annotations

from typing import Final

from authserver.cli.checks import Check, Finding, Subject, named, ok, warning
from authserver.domain.gateways import SessionCookies
from authserver.domain.resources import ResourceStatus


def working_keys(subject: Subject) -> Finding:
    """Behind a gateway without a live key nothing passes; better told before than after."""
    now = subject.clock.now()
    gateways = subject.inspection.gateways()
    dead = [each.name for each in gateways if not each.live_keys(now)]
    if dead:
        return warning(
            f"gateways without a live key: {named(dead)}",
            "run authserver gateway rotate-key, or remove them",
        )
    return ok("every gateway has a live key")


def working_sites(subject: Subject) -> Finding:
    """A gateway of a stopped site refuses every call, and is left over when the site is gone."""
    status = {each.name: each.status for each in subject.inspection.resources()}
    gateways = subject.inspection.gateways()
    deleted = [each.name for each in gateways if each.resource not in status]
    disabled = [
        each.name for each in gateways if status.get(each.resource) is ResourceStatus.DISABLED
    ]
    told = [
        f"{what}: {named(names)}"
        for what, names in (("deleted", deleted), ("disabled", disabled))
        if names
    ]
    if told:
        return warning(
            f"gateways whose site is stopped refuse every call, {'; '.join(told)}",
            "run authserver gateway remove where the site is deleted, and where it is disabled "
            "authserver resource enable, or know why",
        )
    return ok("every gateway stands in front of an enabled site")


def session_cookies(subject: Subject) -> Finding:
    """A call with a browser's session is bound by no scope; who lets it pass should know."""
    gateways = subject.inspection.gateways()
    allowing = [each.name for each in gateways if each.session_cookies is SessionCookies.ALLOW]
    observing = [each.name for each in gateways if each.session_cookies is SessionCookies.OBSERVE]
    if allowing:
        return warning(
            f"REST calls with a browser's session and no token pass: {named(allowing)}",
            "run authserver gateway update with --session-cookies observe or block, or know why",
        )
    if observing:
        return ok(f"session cookies pass, marked in the record: {named(observing)}")
    return ok("no gateway lets a call pass with a session cookie and no token")


GATEWAY_CHECKS: Final = (
    Check("gateway-keys", ("FA-03",), working_keys, needs_schema=True),
    Check("gateway-sites", ("FA-09",), working_sites, needs_schema=True),
    Check("session-cookies", ("FA-14",), session_cookies, needs_schema=True),
)
