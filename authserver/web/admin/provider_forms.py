"""The form of a provider: what stands in it, and what was changed of that."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeVar

from authserver.domain.durations import written_seconds
from authserver.domain.errors import Conflict
from authserver.domain.providers import ProviderKind
from authserver.services.provider_descriptions import described
from authserver.services.provider_drafts import ProviderChanges
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from authserver.domain.providers import Provider
    from authserver.web.admin.forms import Form

Value = TypeVar("Value")

CONTROLS: Final[Mapping[str, str]] = {"living_seconds": "living"}
"""Names of controls by the service's names of fields, where they differ."""
SEEN: Final = "seen"
WITH_DIRECTORY: Final = frozenset({ProviderKind.OKTA, ProviderKind.ENTRA})
"""Kinds that have one which is asked for groups."""
_PLAIN: Final = ("display_name", "client_id", "auth", "discovery_url", "email_trust", "logout")
_LINES: Final = ("endpoint_hosts", "creation_groups", "creation_domains", "scopes")
_TICKS: Final = ("accepts_login", "is_linkable", "uses_userinfo")


def fingerprint(provider: Provider) -> str:
    """Tells whether the provider is still the one whose form was shown."""
    text = json.dumps(described(provider), sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()


def unchanged_since(seen: str) -> Callable[[Mapping[str, object]], None]:
    """Insists, in the transaction that changes it, on the provider that the form was made from."""

    def check(now: Mapping[str, object]) -> None:
        text = json.dumps(now, sort_keys=True, default=str)
        if sha256(text.encode()).hexdigest() != seen:
            raise Conflict(
                _(
                    "Somebody changed the provider meanwhile. What you typed is still here: "
                    "saving now puts it in place of that."
                )
            )

    return check


def pairs_written(pairs: Mapping[str, str]) -> str:
    """One pair on each line; a name that stands alone needs no equals sign."""
    return "\n".join(
        f"{theirs} = {ours}" if ours else theirs + (" =" if "=" in theirs else "")
        for theirs, ours in sorted(pairs.items())
    )


def pairs_read(form: Form, name: str, *, needs_value: bool = True) -> dict[str, str]:
    """Lines of pairs; the last equals sign divides, for what is theirs may contain one."""
    found: dict[str, str] = {}
    for line in form.lines(name):
        theirs, equals, ours = (each.strip() for each in line.rpartition("="))
        if not equals and not needs_value:
            theirs, ours = line, ""
        if not theirs or (needs_value and not ours):
            form.wrong(name, _("On each line, something on both sides of a = sign."))
        found[theirs] = ours
    return found


def form_of(provider: Provider) -> dict[str, str | list[str]]:
    """What stands in the form before anybody types."""
    groups = provider.groups
    return {
        **{name: str(getattr(provider, name)) for name in _PLAIN},
        **{name: "\n".join(_ordered(getattr(provider, name))) for name in _LINES},
        **{name: "yes" if getattr(provider, name) else "" for name in _TICKS},
        SEEN: fingerprint(provider),
        "tenants": "\n".join(sorted(provider.tenants)),
        "algorithms": sorted(provider.algorithms),
        "acrs": pairs_written(provider.acrs),
        "creation": str(provider.creation),
        "living": written_seconds(provider.living_seconds) if provider.living_seconds else "",
        "groups_source": str(groups.source),
        "groups_claim": groups.claim,
        "groups_limit": str(groups.limit) if groups.limit else "",
        "directory_client_id": groups.directory_client_id,
    }


def read_changes(form: Form, provider: Provider) -> ProviderChanges:
    """What is otherwise in the form than at the provider; what cannot be read is noted.

    What stays is not stated: only where something of it changes is a provider asked anew.
    """
    groups, kind = provider.groups, provider.kind
    limit, living = form.number("groups_limit"), form.seconds("living")
    said: dict[str, Any] = {
        **{name: _new(form.value(name), str(getattr(provider, name))) for name in _PLAIN},
        **{name: _new(form.is_ticked(name), getattr(provider, name)) for name in _TICKS},
        "creation": _new(form.value("creation"), str(provider.creation)),
        "living_seconds": _new(living or 0, provider.living_seconds),
        "acrs": _new(pairs_read(form, "acrs"), dict(provider.acrs)),
        "groups_source": _new(form.value("groups_source"), str(groups.source)),
        "groups_claim": _new(form.value("groups_claim"), groups.claim),
        "groups_limit": _new(limit or 0, groups.limit),
    }
    for name in _LINES:
        stated, before = form.lines(name), _ordered(getattr(provider, name))
        is_same = stated == before if name == "scopes" else set(stated) == set(before)
        said[name] = None if is_same else stated
    if provider.serves_many_tenants:
        same = {each.lower() for each in form.lines("tenants")} == provider.tenants
        said["tenants"] = None if same else form.lines("tenants")
    if kind is ProviderKind.OIDC:
        same = set(form.values("algorithms")) == provider.algorithms
        said["algorithms"] = None if same else form.values("algorithms")
    if kind in WITH_DIRECTORY:
        typed = form.value("directory_client_id")
        said["directory_client_id"] = _new(typed, groups.directory_client_id)
    return ProviderChanges(**said)


def _new(stated: Value, before: Value) -> Value | None:
    return None if stated == before else stated


def _ordered(values: Iterable[str]) -> list[str]:
    return list(values) if isinstance(values, tuple) else sorted(values)
