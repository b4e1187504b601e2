"""Whether somebody may arrive from a provider at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.subject_keys import is_allowed
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem

if TYPE_CHECKING:
    from authserver.domain.ports import Stores
    from authserver.domain.providers import Provider
    from authserver.domain.upstream_sign_ins import UpstreamAttempt
    from authserver.services.upstream_proof import Proof


def current_provider(stores: Stores, provider: Provider, proof: Proof) -> Provider:
    """The provider as it is now, held until the end. Raises UpstreamFailure."""
    current = stores.providers.get(provider.name)
    if current is None or not current.is_enabled or not current.accepts_login:
        raise UpstreamFailure(SignInProblem.PROVIDER_STOPPED, "it takes nobody now")
    if not is_allowed(current, proof.person.subject_key):
        raise UpstreamFailure(SignInProblem.TENANT_NOT_ALLOWED, "tid is not accepted any more")
    return current


def check_not_unlinked(
    stores: Stores, provider: Provider, attempt: UpstreamAttempt, proof: Proof
) -> None:
    """Nobody becomes a new user by a sign-in that was under way when the old link ended."""
    ended = stores.identities.unlinked_at(provider.name, proof.person.subject_key)
    if ended is not None and ended >= attempt.created_at:
        raise UpstreamFailure(SignInProblem.NO_ACCOUNT, "the identity was unlinked meanwhile")
