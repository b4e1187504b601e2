"""Whether a provider's token may still be exchanged: the look inside the last transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.subject_keys import is_allowed
from authserver.services.scope_ceilings import ceiling_of, within

if TYPE_CHECKING:
    from authserver.domain.external_tokens import ExternalToken
    from authserver.domain.grants import Grant
    from authserver.domain.ports import Stores


def why_not(stores: Stores, token: ExternalToken, grant: Grant) -> str:
    """Why nothing may come of the token after all, empty when it may; for the record.

    For the transaction that stores the grant: whoever stops a provider or an identity locks the
    identity before ending grants, and whoever stops a user locks the user. So either they see this
    grant, or this look sees what they did.
    """
    identity = stores.identities.find(token.provider, token.subject_key)
    if identity is None or identity.subject != grant.subject or identity.asleep_since is not None:
        return "the identity was stopped meanwhile"
    # Listed, for a single one would be locked: many exchange tokens of one provider at a time.
    if not any(
        each.name == token.provider
        and each.is_enabled
        and each.bearer.for_exchange
        and is_allowed(each, token.subject_key)
        for each in stores.providers.list()
    ):
        return "the provider was stopped meanwhile"
    user = stores.users.get(grant.subject)
    if user is None or not user.is_enabled:
        return "the user was stopped meanwhile"
    gone = within(ceiling_of(stores, grant.subject), grant.scopes) != grant.scopes
    return "the user lost groups meanwhile" if gone else ""
