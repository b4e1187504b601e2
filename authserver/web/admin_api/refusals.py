"""What goes wrong in the core, as problem documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.errors import (
    AlreadyExists,
    Conflict,
    DomainError,
    Forbidden,
    InvalidField,
    NotFound,
    ProtocolRefusal,
    StorageUnavailable,
    Throttled,
)
from authserver.domain.mail_ports import MailNotSent
from authserver.domain.policy_problems import PolicyInvalid
from authserver.domain.repeats import KeyReused, KeyTaken
from authserver.services.api_token_drafts import TokenRefused
from authserver.services.provider_findings import ProviderUnusable
from authserver.web.admin_api import problem_kinds as kinds
from authserver.web.admin_api.problems import Mistake, Problem, pointer_of_field

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Endpoint

KEY_HEADER = "Idempotency-Key"
SOON = ("Retry-After", "1")


def problem_of(error: DomainError, endpoint: Endpoint, realm: str) -> Problem:
    """The problem that a refusal of a service is; total."""
    if isinstance(error, InvalidField):
        return _invalid(error, endpoint)
    if isinstance(error, PolicyInvalid | ProviderUnusable | TokenRefused | MailNotSent):
        return _outside(error)
    if isinstance(error, Forbidden):
        return missing_scope(error.needs, str(error), realm)
    if isinstance(error, StorageUnavailable):
        return unavailable(error)
    if isinstance(error, Throttled):
        wait = ("Retry-After", str(max(1, error.retry_after_seconds)))
        return Problem(kinds.THROTTLED, error.description, headers=(wait,))
    return _state(error)


def _outside(error: PolicyInvalid | ProviderUnusable | TokenRefused | MailNotSent) -> Problem:
    """What a document, a provider, a policy or a mail server has against it."""
    if isinstance(error, PolicyInvalid):
        found = (Mistake(str(each), pointer="#/text") for each in error.problems)
        return Problem(kinds.INVALID, "the document is refused", tuple(found))
    if isinstance(error, TokenRefused):
        return Problem(kinds.REFUSED_BY_POLICY, str(error))
    if isinstance(error, MailNotSent):
        return Problem(kinds.CONFLICT, str(error))
    mistakes = tuple(Mistake(each) for each in error.problems)
    detail = f"{error}; {error.hint}" if error.hint else str(error)
    return Problem(kinds.CONFLICT, detail, mistakes)


def _state(error: DomainError) -> Problem:
    if isinstance(error, NotFound):
        # The handle is what the caller wrote: nobody has to be told.
        return Problem(kinds.NOT_FOUND, f"there is no such {error.kind}")
    if isinstance(error, AlreadyExists):
        return Problem(kinds.ALREADY_EXISTS, f"there is, or was, such a {error.kind} already")
    if isinstance(error, KeyTaken):
        mistake = Mistake(str(error), header=KEY_HEADER)
        return Problem(kinds.KEY_IN_USE, kinds.KEY_IN_USE.about, (mistake,), (SOON,))
    if isinstance(error, KeyReused):
        mistake = Mistake(str(error), header=KEY_HEADER)
        return Problem(kinds.KEY_REUSED, kinds.KEY_REUSED.about, (mistake,))
    if isinstance(error, Conflict):
        return Problem(kinds.CONFLICT, str(error))
    text = error.description if isinstance(error, ProtocolRefusal) else "this is not allowed"
    return Problem(kinds.MALFORMED, text)


def _invalid(error: InvalidField, endpoint: Endpoint) -> Problem:
    if error.field in endpoint.query.model_fields:
        mistake = Mistake(error.allowed, parameter=error.field)
        return Problem(kinds.INVALID_PARAMETER, str(error), (mistake,))
    if not endpoint.has_body:
        return Problem(kinds.INVALID_PARAMETER, str(error), (Mistake(str(error)),))
    pointer = pointer_of_field(error.field, endpoint.pointers)
    return Problem(kinds.INVALID, str(error), (Mistake(error.allowed, pointer=pointer),))


def unavailable(error: StorageUnavailable) -> Problem:
    """503: what is wrong is for the log."""
    wait = ("Retry-After", str(max(1, error.retry_after_seconds)))
    return Problem(kinds.UNAVAILABLE, "the server cannot answer now", headers=(wait,))


def unauthorized(realm: str, *, token_sent: bool) -> Problem:
    """401 with a challenge, without an error code where there was no token (RFC 6750, 3.1)."""
    code = ', error="invalid_token"' if token_sent else ""
    return Problem(
        kinds.UNAUTHORIZED,
        kinds.UNAUTHORIZED.about,
        headers=(("WWW-Authenticate", f"Bearer {realm}{code}"),),
    )


def missing_scope(needs: str, detail: str, realm: str) -> Problem:
    """403 that names the scope (RFC 6750 section 3)."""
    challenge = f'Bearer {realm}, error="insufficient_scope", scope="{needs}"'
    return Problem(kinds.MISSING_SCOPE, detail, headers=(("WWW-Authenticate", challenge),))
