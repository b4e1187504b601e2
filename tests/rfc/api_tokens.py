"""API tokens put into an installation: how administrators make them has tests of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from authserver.domain.api_tokens import (
    API_TOKEN_PREFIX,
    API_TOKEN_PURPOSE,
    ApiToken,
    ApiTokenStatus,
    Presentation,
    SubjectType,
)
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.stored_secrets import DigestKind, StoredSecret

if TYPE_CHECKING:
    from tests.instances import Site
    from tests.people.cast import Person
    from tests.rfc.installations import Installation

DAY = 86_400.0


def put_token(
    installation: Installation, person: Person, site: Site, token_id: str = "t1", **changes: Any
) -> str:
    """A token of a user for READ and WRITE at a site; its secret."""
    container = installation.container
    value = container.secret_maker.secret(API_TOKEN_PREFIX)
    now, pepper_id = container.clock.now(), container.digester.current_pepper
    digest = container.digester.digest(API_TOKEN_PURPOSE, value, pepper_id)
    token = ApiToken(
        token_id=token_id,
        lineage_id=f"lineage-{token_id}",
        subject_type=SubjectType.USER,
        subject=person.subject,
        owner=person.subject,
        client_id="",
        name="export",
        purpose="BI export",
        team="",
        ticket="",
        scopes=frozenset({"READ", "WRITE"}),
        resources=frozenset({site.name}),
        presentations=frozenset(Presentation),
        details=None,
        networks=None,
        status=ApiTokenStatus.ENABLED,
        secret=StoredSecret(
            f"secret-{token_id}",
            DigestKind.KEYED,
            digest,
            pepper_id,
            value[-4:],
            now,
            None,
            None,
        ),
        created_at=now,
        created_by="operator:root",
        created_from="",
        expires_at=now + 90 * DAY,
    )
    with container.database.writing() as stores:
        stores.api_tokens.add(replace(token, **changes))
    return value


def change_token(installation: Installation, token_id: str = "t1", **changes: Any) -> None:
    """Change a stored token, and tell every worker."""
    container = installation.container
    with container.database.writing() as stores:
        token = stores.api_tokens.get(token_id)
        assert token is not None
        stores.api_tokens.save(replace(token, **changes))
        until = container.clock.now() + DAY
        stores.authority.advance([Change(ChangeKind.API_TOKEN, token_id, until)])
    installation.poll()
