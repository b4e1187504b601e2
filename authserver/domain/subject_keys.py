"""What names a person at a provider for ever: never an address, never a login name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import DomainError
from authserver.domain.provider_issuers import GUID, allows_tenant
from authserver.domain.providers import SubjectRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.providers import Provider

KEY_CHARACTERS_MAX: Final = 255


class SubjectClaimUnusable(DomainError):
    """The claim that names the person is missing, or is no text that can name anybody."""

    def __init__(self, claim: str, *, is_missing: bool) -> None:
        """Remember which claim, and whether it was there."""
        super().__init__(f"{claim} is {'missing' if is_missing else 'unusable'}")
        self.claim = claim
        self.is_missing = is_missing


def id_token_key(provider: Provider, claims: Mapping[str, object]) -> str:
    """The subject key in the claims of an ID token. Raises SubjectClaimUnusable."""
    if provider.subject_rule is SubjectRule.ENTRA_OBJECT:
        return f"{_guid(claims, 'tid')}/{_guid(claims, 'oid')}"
    # Okta's ID token has as `sub` what its access token has as `uid`.
    return _text(claims, "sub")


def access_token_key(provider: Provider, claims: Mapping[str, object]) -> str:
    """The same in those of an access token that speaks for a user. Raises SubjectClaimUnusable."""
    if provider.subject_rule is SubjectRule.ENTRA_OBJECT:
        return f"{_guid(claims, 'tid')}/{_guid(claims, 'oid')}"
    return _text(claims, "uid" if provider.subject_rule is SubjectRule.OKTA_UID else "sub")


def tenant_of(provider: Provider, subject_key: str) -> str | None:
    """The tenant in a subject key of Entra ID; `None` at every other provider."""
    if provider.subject_rule is not SubjectRule.ENTRA_OBJECT:
        return None
    return subject_key.partition("/")[0]


def is_allowed(provider: Provider, subject_key: str) -> bool:
    """Whether the provider is believed about people of the tenant in the key, if there is one."""
    tenant = tenant_of(provider, subject_key)
    return tenant is None or allows_tenant(provider, tenant)


def _text(claims: Mapping[str, object], name: str) -> str:
    value = claims.get(name)
    if value is None:
        raise SubjectClaimUnusable(name, is_missing=True)
    if not isinstance(value, str) or not 0 < len(value) <= KEY_CHARACTERS_MAX:
        raise SubjectClaimUnusable(name, is_missing=False)
    if not value.isprintable() or value != value.strip():
        raise SubjectClaimUnusable(name, is_missing=False)
    return value


def _guid(claims: Mapping[str, object], name: str) -> str:
    value = _text(claims, name)
    if GUID.fullmatch(value) is None:
        raise SubjectClaimUnusable(name, is_missing=False)
    return value
