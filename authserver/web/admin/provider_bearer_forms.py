"""The form that says which of a provider's access tokens count, and what was changed of that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.durations import written_seconds
from authserver.services.provider_drafts import BearerChanges, ProviderChanges
from authserver.web.admin.provider_forms import SEEN, fingerprint, pairs_read, pairs_written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.providers import Provider
    from authserver.web.admin.forms import Form

CONTROLS: Final[Mapping[str, str]] = {"longest_seconds": "longest"}
_TICKS: Final = ("is_on", "for_exchange", "creates_users")


def form_of_bearer(provider: Provider) -> dict[str, str | list[str]]:
    """What stands in the form before anybody types."""
    rule = provider.bearer
    scopes = {theirs: " ".join(sorted(ours)) for theirs, ours in rule.scopes.items()}
    return {
        SEEN: fingerprint(provider),
        **{name: "yes" if getattr(rule, name) else "" for name in _TICKS},
        "audiences": "\n".join(sorted(rule.audiences)),
        "clients": pairs_written(rule.clients),
        "scopes": pairs_written(scopes),
        "longest": written_seconds(rule.longest_seconds),
    }


def read_bearer(form: Form, provider: Provider) -> ProviderChanges:
    """What is otherwise in the form than at the provider; what cannot be read is noted."""
    rule = provider.bearer
    ticked = {name: form.is_ticked(name) for name in _TICKS}
    audiences = form.lines("audiences")
    clients = pairs_read(form, "clients", needs_value=False)
    scopes = {
        theirs: ours.replace(",", " ").split()
        for theirs, ours in pairs_read(form, "scopes").items()
    }
    longest = form.seconds("longest")
    if longest == rule.longest_seconds:
        longest = None
    return ProviderChanges(
        bearer=BearerChanges(
            **{
                name: None if is_on == getattr(rule, name) else is_on
                for name, is_on in ticked.items()
            },
            longest_seconds=longest,
            add_audiences=tuple(each for each in audiences if each not in rule.audiences),
            remove_audiences=tuple(sorted(rule.audiences - set(audiences))),
            clients=_set(clients, rule.clients),
            remove_clients=tuple(sorted(set(rule.clients) - set(clients))),
            scopes={
                theirs: ours
                for theirs, ours in scopes.items()
                if frozenset(ours) != rule.scopes.get(theirs)
            },
            remove_scopes=tuple(sorted(set(rule.scopes) - set(scopes))),
        )
    )


def _set(stated: Mapping[str, str], before: Mapping[str, str]) -> Mapping[str, str]:
    return {theirs: ours for theirs, ours in stated.items() if before.get(theirs) != ours}
