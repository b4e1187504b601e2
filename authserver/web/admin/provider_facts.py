"""What a provider is, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.providers import GroupSource, UserCreation
from authserver.services.provider_presets import PRESETS
from authserver.web.admin import provider_words
from authserver.web.admin.cells import Kind
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.providers import Provider
    from authserver.web.admin.cells import Value

Fact = tuple[str, "Value", str]


def provider_facts(provider: Provider) -> Sequence[Fact]:
    """Label, value and kind (`cells.Kind`) of how people sign in there."""
    groups = provider.groups
    reads_groups = groups.source is not GroupSource.NONE
    return (
        (_("Name"), provider.name, Kind.CODE),
        (_("Kind"), PRESETS[provider.kind].title, Kind.TEXT),
        (_("State"), str(provider.status), Kind.STATE),
        (_("Issuer"), provider.issuer, Kind.CODE),
        (_("Our client id there"), provider.client_id, Kind.CODE),
        (_("We authenticate"), str(provider_words.AUTH[provider.auth]), Kind.TEXT),
        (_("Tenants"), sorted(provider.tenants), Kind.NAMES),
        (_("A person is"), str(provider.subject_rule), Kind.CODE),
        (_("People sign in with it"), _yes(provider.accepts_login), Kind.TEXT),
        (_("Users may connect it"), _yes(provider.is_linkable), Kind.TEXT),
        (_("Makes new users"), _yes(provider.creation is UserCreation.ON), Kind.TEXT),
        (_("New users only of groups"), sorted(provider.creation_groups), Kind.NAMES),
        (_("New users only of domains"), sorted(provider.creation_domains), Kind.NAMES),
        (_("An address is verified"), str(provider_words.EMAILS[provider.email_trust]), Kind.TEXT),
        (_("Users live without it for"), provider.living_seconds or None, Kind.DURATION),
        (_("Groups of a person"), str(provider_words.GROUPS[groups.source]), Kind.TEXT),
        (_("Name of the claim"), groups.claim if reads_groups else "", Kind.CODE),
        (_("Signing out ends"), str(provider_words.LOGOUTS[provider.logout]), Kind.TEXT),
        (_("Asks for"), provider.scopes, Kind.NAMES),
        (_("Added"), provider.created_at, Kind.MOMENT),
    )


def bearer_facts(provider: Provider) -> Sequence[Fact]:
    """The same of which of its access tokens count."""
    rule = provider.bearer
    if not (rule.is_on or rule.for_exchange):
        return ()
    clients = [f"{theirs} = {ours}" if ours else theirs for theirs, ours in rule.clients.items()]
    scopes = [f"{theirs} = {' '.join(sorted(ours))}" for theirs, ours in rule.scopes.items()]
    return (
        (_("They count at sites"), _yes(rule.is_on), Kind.TEXT),
        (_("They may be exchanged for ours"), _yes(rule.for_exchange), Kind.TEXT),
        (_("Audiences"), sorted(rule.audiences), Kind.NAMES),
        (_("Clients there"), sorted(clients), Kind.NAMES),
        (_("What scopes mean here"), sorted(scopes), Kind.NAMES),
        (_("They live at most"), rule.longest_seconds, Kind.DURATION),
        (_("A first call may make a user"), _yes(rule.creates_users), Kind.TEXT),
    )


def _yes(is_it: object) -> str:
    return _("yes") if is_it else _("no")
