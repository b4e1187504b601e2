"""Does this Connect JWT count, for this very call?"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeAlias

from authserver.domain.clients import SUBJECT_PREFIX, GrantType
from authserver.domain.connect_keys import (
    ConnectAccess,
    ConnectKeyKind,
    ConnectProblem,
    UnfitConnect,
)
from authserver.domain.connect_ports import Claimed, ConnectRefused
from authserver.domain.errors import StorageUnavailable
from authserver.domain.jwt_parameters import jwt_in
from authserver.domain.query_hash import CONTEXT_HASH, query_hash
from authserver.domain.resources import ResourceKind, ResourceStatus
from authserver.domain.scope_reach import common

if TYPE_CHECKING:
    from authserver.domain.clients import Client
    from authserver.domain.connect_keys import ConnectKey
    from authserver.domain.connect_ports import ConnectClaims, ConnectReader
    from authserver.domain.ports import Database
    from authserver.domain.resources import ProtectedResource
    from authserver.services.connect_view import ConnectView, OpenedConnectKey
    from authserver.services.directory import Directory

LONGEST_AGE: Final = 300
"""Seconds after `iat` for which a JWT counts at most, whatever its `exp`: Atlassian's own libraries
sign each call anew and let it live for three minutes."""
LONGEST_LIFE: Final = 3600
"""Seconds from `iat` to `exp`: who says more has not understood what is signed here."""
AHEAD_SECONDS: Final = 30
"""How far an app's clock may be ahead of ours, as Atlassian's own reader has it."""
CONFLUENCE_CLOUD_PATH: Final = "/wiki"
"""It belongs to the address of a Confluence site in Cloud, and so not to what is signed."""


Judged: TypeAlias = ConnectAccess | UnfitConnect


class _Call(NamedTuple):
    resource: ProtectedResource
    method: str
    target: str
    now: float


class ConnectVerdicts(Generic[Claimed]):
    """Judges the JWTs by which Connect apps and custom integrations call sites."""

    def __init__(
        self,
        *,
        issuer: str,
        directory: Directory,
        keys: ConnectView,
        reader: ConnectReader[Claimed],
        database: Database,
    ) -> None:
        """`issuer` is ours: an `aud` may name it."""
        self._issuer = issuer
        self._directory = directory
        self._keys = keys
        self._reader = reader
        self._database = database

    def judge(
        self,
        jwt: str,
        resource: ProtectedResource,
        method: str,
        target: str,
        now: float,
        *,
        from_query: bool,
    ) -> Judged | None:
        """What a JWT is worth for one call, or why nothing; `None`: the site has no Connect keys.

        `method` and `target` are those of the call exactly as they came, `target` with its query
        and, where the JWT stood there (`from_query`), with the parameter `jwt`. A JWT that counts
        and has a `jti` is spent by this: ask once for a call.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        self._directory.view.ensure_fresh()
        known = self._keys.of(resource.name)
        if not known:
            return None
        try:
            _check_place(jwt, target, from_query=from_query)
            claimed = self._reader.claimed(jwt)
        except ConnectRefused as refused:
            return UnfitConnect(refused.problem, refused.detail)
        opened = known.get(claimed.issuer)
        if opened is None:
            return UnfitConnect(ConnectProblem.ISSUER_UNKNOWN)
        return self._by_key(claimed, opened, _Call(resource, method, target, now))

    def _by_key(self, jwt: Claimed, opened: OpenedConnectKey, call: _Call) -> Judged:
        key = opened.key
        try:
            claims = self._read(jwt, opened, call.now)
        except ConnectRefused as refused:
            return UnfitConnect(refused.problem, refused.detail, key.issuer)
        token = _as_token(claims, key, call.resource)
        try:
            check_times(claims, call.now)
            self._check_parties(claims, key, call.resource)
            _check_call(claims, call)
            access = self._in_power(token, key, call.resource)
            if access.has_own_id:
                self._spend(access)
        except ConnectRefused as refused:
            return UnfitConnect(refused.problem, refused.detail, key.issuer, token)
        return access

    def _read(self, jwt: Claimed, opened: OpenedConnectKey, now: float) -> ConnectClaims:
        if not opened.key.is_enabled:
            raise ConnectRefused(ConnectProblem.KEY_STOPPED)
        if opened.key.kind is ConnectKeyKind.KEY_SET:
            return self._reader.by_key_set(jwt, opened.key.jwks)
        if opened.trouble:
            raise StorageUnavailable(opened.trouble)
        return self._reader.by_secrets(jwt, opened.secrets(now))

    def _check_parties(
        self, claims: ConnectClaims, key: ConnectKey, resource: ProtectedResource
    ) -> None:
        site = (resource.identifier, resource.url, resource.url + resource.context_path)
        addresses = {each.rstrip("/") for each in (*site, self._issuer)}
        if claims.audiences and not any(
            each == key.audience or each.rstrip("/") in addresses for each in claims.audiences
        ):
            raise ConnectRefused(ConnectProblem.AUDIENCE_NOT_ACCEPTED)
        # Bitbucket's apps name the site there. A user's name would ask for what nobody gets here.
        if claims.subject not in {"", key.issuer, key.client_id, key.audience}:
            raise ConnectRefused(ConnectProblem.SUBJECT_NOT_ACCEPTED)

    def _in_power(
        self, token: ConnectAccess, key: ConnectKey, resource: ProtectedResource
    ) -> ConnectAccess:
        """The access that the key gives today."""
        if resource.status is not ResourceStatus.ENABLED:
            raise ConnectRefused(ConnectProblem.RESOURCE_STOPPED)
        view = self._directory.view
        if view.is_denied(token):
            raise ConnectRefused(ConnectProblem.DENIED)
        if token.expires_at <= view.horizon:
            # By a clock that was set back since it was over: a denial of it may be gone.
            raise ConnectRefused(ConnectProblem.EXPIRED)
        client = self._directory.clients.get(key.client_id)
        if client is None or not may_speak(client, resource):
            raise ConnectRefused(ConnectProblem.CLIENT_STOPPED)
        scopes = common(key.scopes, client.scopes)
        if not scopes:
            raise ConnectRefused(ConnectProblem.NO_SCOPE)
        return token if scopes == token.scopes else replace(token, scopes=scopes)

    def _spend(self, access: ConnectAccess) -> None:
        with self._database.writing() as stores:
            # No client's id has a colon: nobody spends what is somebody else's.
            fresh = stores.assertions.spend("connect:", access.token_id, float(access.expires_at))
        if not fresh:
            raise ConnectRefused(ConnectProblem.REPLAYED)


def may_speak(client: Client, resource: ProtectedResource) -> bool:
    """Whether a client may call a resource for itself."""
    return (
        client.is_enabled
        and resource.name in client.resources
        and GrantType.CLIENT_CREDENTIALS in client.grant_types
    )


def connect_base_path(resource: ProtectedResource) -> str:
    """What stands before the signed part in the paths of calls to a site."""
    if resource.kind is not ResourceKind.CONFLUENCE_CLOUD:
        return resource.base_path
    return resource.base_path.removesuffix(CONFLUENCE_CLOUD_PATH) + CONFLUENCE_CLOUD_PATH


def check_times(claims: ConnectClaims, now: float) -> None:
    """Whether a JWT counts at `now`. Raises ConnectRefused."""
    life = claims.expires_at - claims.issued_at
    if not 0 < life <= LONGEST_LIFE:
        raise ConnectRefused(ConnectProblem.LIFE_TOO_LONG, "exp")
    if now >= claims.expires_at:
        raise ConnectRefused(ConnectProblem.EXPIRED)
    if claims.issued_at > now + AHEAD_SECONDS:
        raise ConnectRefused(ConnectProblem.NOT_YET_VALID, "iat")
    if claims.not_before > now + AHEAD_SECONDS:
        raise ConnectRefused(ConnectProblem.NOT_YET_VALID, "nbf")
    if now >= claims.issued_at + LONGEST_AGE:
        raise ConnectRefused(ConnectProblem.TOO_OLD, "iat")


def _check_place(jwt: str, target: str, *, from_query: bool) -> None:
    found = jwt_in(target.partition("?")[2])
    if (found is not None) != from_query or (found is not None and found.value != jwt):
        raise ConnectRefused(ConnectProblem.SEVERAL_PLACES)


def _check_call(claims: ConnectClaims, call: _Call) -> None:
    if claims.query_hash == CONTEXT_HASH:
        raise ConnectRefused(ConnectProblem.CONTEXT_TOKEN)
    expected = query_hash(call.method, call.target, connect_base_path(call.resource))
    if expected is None:
        raise ConnectRefused(ConnectProblem.QUERY_HASH_WRONG, "the query cannot be read")
    # As octets: a text from outside need not be ASCII.
    if not hmac.compare_digest(expected.encode(), claims.query_hash.encode(errors="replace")):
        raise ConnectRefused(ConnectProblem.QUERY_HASH_WRONG)


def _as_token(claims: ConnectClaims, key: ConnectKey, resource: ProtectedResource) -> ConnectAccess:
    own = claims.token_id or claims.digest
    return ConnectAccess(
        issuer=key.issuer,
        subject=SUBJECT_PREFIX + key.client_id,
        audience=resource.identifier,
        client_id=key.client_id,
        scopes=key.scopes,
        issued_at=int(claims.issued_at),
        expires_at=int(min(claims.expires_at, claims.issued_at + LONGEST_AGE)),
        token_id=f"connect:{key.resource}:{key.issuer}:{own}",
        grant_id="",
        has_own_id=bool(claims.token_id),
    )
