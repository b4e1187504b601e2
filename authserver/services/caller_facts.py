"""What policies are told of a caller."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.api_tokens import ApiTokenAccess, Presentation, SubjectType
from authserver.domain.clients import SUBJECT_PREFIX
from authserver.domain.connect_keys import ConnectAccess
from authserver.domain.external_tokens import ForeignAccessToken
from authserver.domain.policy_calls import CallerFacts, CallerWay
from authserver.domain.users import canonical

if TYPE_CHECKING:
    from authserver.domain.tokens import AccessToken
    from authserver.services.decision_ports import KnownPerson


def speaks_for_a_client(token: AccessToken) -> bool:
    """Whether the token's subject is a client, and no user."""
    if isinstance(token, ApiTokenAccess):
        return token.subject_type is SubjectType.SERVICE
    return token.subject.startswith(SUBJECT_PREFIX)


def facts_of(token: AccessToken, person: KnownPerson | None) -> CallerFacts:
    """A token that counts, and the user it speaks for: `None` for a client."""
    is_service = speaks_for_a_client(token)
    username, groups, domain = "", frozenset[str](), ""
    if person is not None and not is_service:
        username = canonical(person.user.username)
        groups, domain = person.groups, person.email_domain
    if isinstance(token, ApiTokenAccess):
        return CallerFacts(
            _presented(token),
            token.subject,
            token.client_id,
            token.token_id,
            token.grant_id,
            username,
            is_service,
            groups,
            domain,
            token.details,
            token.networks,
        )
    # A client may ask for as many tokens for itself as it likes: they share one count.
    count_key = token.client_id if is_service else token.grant_id or token.client_id
    return CallerFacts(
        _way_of(token),
        token.subject,
        token.client_id,
        "",
        count_key,
        username,
        is_service,
        groups,
        domain,
        token.details,
        None,
    )


def _presented(token: ApiTokenAccess) -> CallerWay:
    is_basic = token.presentation is Presentation.BASIC
    return CallerWay.API_TOKEN_BASIC if is_basic else CallerWay.API_TOKEN_BEARER


def _way_of(token: AccessToken) -> CallerWay:
    if isinstance(token, ForeignAccessToken):
        return CallerWay.PROVIDER_TOKEN
    return CallerWay.CONNECT_JWT if isinstance(token, ConnectAccess) else CallerWay.ACCESS_TOKEN
