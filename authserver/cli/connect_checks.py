"""Checks of the keys of Connect apps."""

from __future__ import annotations

from typing import Final

from authserver.cli.checks import Check, Finding, Subject, named, ok, warning
from authserver.domain.resources import ResourceStatus


def connect_ends(subject: Subject) -> Finding:
    """Atlassian ends Connect: whoever still calls by its JWTs has to move, and should know."""
    keys = subject.inspection.connect_keys()
    if not keys:
        return ok("no Connect key is registered")
    enabled = [f"{each.issuer} at {each.resource}" for each in keys if each.is_enabled]
    if not enabled:
        return ok("every Connect key is disabled")
    return warning(
        f"calls signed by Connect JWTs are accepted: {named(enabled)}; Atlassian ends Connect",
        "move these callers to client credentials or API tokens, then run "
        "authserver connect remove",
    )


def working_connect_keys(subject: Subject) -> Finding:
    """A key whose client or site is gone verifies nothing, and is better removed."""
    keys = subject.inspection.connect_keys()
    clients = {each.client_id: each for each in subject.inspection.clients()}
    sites = {
        each.name
        for each in subject.inspection.resources()
        if each.status is not ResourceStatus.DELETED
    }
    idle = [
        f"{each.issuer} at {each.resource}"
        for each in keys
        if each.is_enabled
        and (
            each.resource not in sites
            or each.client_id not in clients
            or each.resource not in clients[each.client_id].resources
        )
    ]
    if idle:
        return warning(
            f"Connect keys whose client or resource is gone: {named(idle)}",
            "run authserver connect remove, or give the client the resource again",
        )
    return ok("every Connect key speaks for a client of its resource")


CONNECT_CHECKS: Final = (
    Check("connect", (), connect_ends, needs_schema=True),
    Check("connect-clients", (), working_connect_keys, needs_schema=True),
)
