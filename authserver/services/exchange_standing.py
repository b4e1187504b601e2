"""Whether a provider's token may still be exchanged: the look inside the last transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.subject_keys import is_allowed
from authserver.services.living import sleeps
from authserver.services.provider_view import denied_of
from authserver.services.scope_ceilings import ceiling_of, within

if TYPE_CHECKING:
    from authserver.domain.external_tokens import ExternalToken
    from authserver.domain.grants import Grant
    from authserver.domain.ports import Stores
    from authserver.domain.providers import Provider


def why_not(stores: Stores, token: ExternalToken, grant: Grant) -> str:
    """Why nothing may come of the token after all, empty when it may; for the record.

    For the transaction that stores the grant: whoever stops a provider or an identity locks the
    identity before ending grants, and whoever stops a user locks the user. So either they see this
    grant, or this look sees what they did.
    """
    identity = stores.identities.find(token.provider, token.subject_key)
    if identity is None or identity.subject != grant.subject:
        return "the identity was stopped meanwhile"
    # Listed, for a single one would be locked: many exchange tokens of one provider at a time.
    listed = stores.providers.list()
    provider = next((each for each in listed if each.name == token.provider), None)
    if provider is None or not _exchanges(provider, token):
        return "the provider was stopped meanwhile"
    if sleeps(identity, provider):
        return "the identity was stopped meanwhile"
    if any(
        denied_of(stores, each).denies(token) for each in listed if each.issuer == provider.issuer
    ):
        return "the token was denied meanwhile"
    user = stores.users.get(grant.subject)
    if user is None or not user.has_credentials:
        return "the user was stopped meanwhile"
    gone = within(ceiling_of(stores, grant.subject), grant.scopes) != grant.scopes
    return "the user lost groups meanwhile" if gone else ""


def _exchanges(provider: Provider, token: ExternalToken) -> bool:
    bearer = provider.bearer
    return (
        provider.is_enabled
        and bearer.for_exchange
        and token.client_id in bearer.clients
        and is_allowed(provider, token.subject_key)
    )
