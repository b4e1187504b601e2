"""API tokens, Connect JWTs and a policy of many rules, for the benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import (
    API_TOKEN_PREFIX,
    API_TOKEN_PURPOSE,
    ApiToken,
    ApiTokenStatus,
    Presentation,
    SubjectType,
)
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.clients import SUBJECT_PREFIX
from authserver.domain.policy_documents import PolicyVersion
from authserver.services.connect_key_rules import ConnectDraft, SigningMaterial
from authserver.services.fresh_secrets import FreshSecrets
from authserver.services.policy_reading import read_policy
from tests.connect.signing import APP, SECRET, by_secret, claims

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.instances import Caller, Instance, Site

RULES: Final = 200
_LIFE: Final = 86_400.0


def api_tokens(instance: Instance, site: Site, caller: Caller, count: int) -> list[str]:
    """So many API tokens that speak for the caller's client."""
    values = []
    with instance.container() as container:
        secrets = FreshSecrets(
            clock=container.clock,
            secret_maker=container.secret_maker,
            digester=container.digester,
            passwords=container.passwords,
        )
        now = container.clock.now()
        with container.database.writing() as stores:
            (owner, *_) = stores.users.list()
            for number in range(count):
                fresh = secrets.make(API_TOKEN_PREFIX, API_TOKEN_PURPOSE, None)
                token_id = container.secret_maker.identifier()
                stores.api_tokens.add(
                    ApiToken(
                        token_id=token_id,
                        lineage_id=token_id,
                        subject_type=SubjectType.SERVICE,
                        subject=SUBJECT_PREFIX + caller.client_id,
                        owner=owner.subject,
                        client_id=caller.client_id,
                        name=f"bench {number}",
                        purpose="bench",
                        team="",
                        ticket="",
                        scopes=frozenset({"READ"}),
                        resources=frozenset({site.name}),
                        presentations=frozenset(Presentation),
                        details=None,
                        networks=None,
                        status=ApiTokenStatus.ENABLED,
                        secret=fresh.stored,
                        created_at=now,
                        created_by="cli:bench",
                        created_from="",
                        expires_at=now + _LIFE,
                    )
                )
                values.append(fresh.value)
    return values


def let_sign(instance: Instance, site: Site, caller: Caller) -> None:
    """Register the app whose JWTs speak for the caller's client."""
    material = SigningMaterial(SECRET)
    draft = ConnectDraft(site.name, APP, caller.client_id, material, scopes=["READ"])
    with instance.container() as container:
        container.connect_keys.add(draft, container.operator)


def connect_jwts(target: str, now: float, count: int) -> list[str]:
    """So many JWTs for one call; without `jti`, as apps make them, each counts for some minutes."""
    return [by_secret(claims("GET", target, at=now - number % 100)) for number in range(count)]


def apply_rules(instance: Instance, site: Site) -> None:
    """A policy of 200 rules of every sort, all of which let the benchmark's calls pass."""
    text = "\n".join(_rules())
    read_policy(text)
    with instance.container() as container:
        now = container.clock.now()
        with container.database.writing() as stores:
            stores.policies.add(PolicyVersion(site.name, 1, text, now, "cli:bench", ""))
            stores.authority.advance([Change(ChangeKind.POLICY, site.name, now)])


def _rules() -> Iterator[str]:
    delete = "DELETE /rest/api/2/issue/{issueIdOrKey}"
    for number in range(RULES // 4):
        name, reason = f'name = "r{number}"', 'reason = "bench"'
        yield f'[[network]]\n{name}\nallow = ["198.51.0.0/16", "10.{number}.0.0/16"]\n{reason}'
        yield f'[[operation]]\n{name}\ndeny = ["{delete}"]\n{reason}'
        yield f'[[deny]]\n{name}\nnetworks = ["203.0.{number}.0/24"]\n{reason}'
        yield f'[[project]]\n{name}\ndeny = ["HR{number}"]\ngroups = ["staff{number}"]\n{reason}'
