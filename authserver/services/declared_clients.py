"""Clients in files of configuration."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.authorization_profiles import AuthorizationProfile
from authserver.domain.clients import ClientAuthMethod, GrantType
from authserver.domain.declarations import DeclaredKind
from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.roles import Area
from authserver.services.client_profiles import JSON_ALGORITHM, ProfileChanges
from authserver.services.clients import ClientDraft, ClientUpdate
from authserver.services.declared_client_keys import PROFILE_KEYS
from authserver.services.declared_objects import ENABLED, STATUS, FreshValue, keep, without

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from authserver.domain.clients import Client
    from authserver.services.administration import Act
    from authserver.services.declared_objects import Form, Offices, SecretReader

_TAKEN_BACK: Final = -1
"""What a profile's change says for a time that it has no more."""
_TIMES: Final = frozenset({"default_max_age", "refresh_idle_seconds", "refresh_absolute_seconds"})
_DEFAULTS: Final[Mapping[str, Any]] = {
    "grant_types": [str(GrantType.CLIENT_CREDENTIALS)],
    "scopes": [],
    "resources": [],
    "contact": "",
    "keys": [],
    STATUS: ENABLED,
}


class DeclaredClients:
    """Clients, but those that registered themselves: what they are is not for files to say."""

    kind = DeclaredKind.CLIENT
    area = Area.CLIENTS

    def __init__(self, offices: Offices, *, access_token_seconds: int) -> None:
        """`access_token_seconds` is the life of tokens where a file does not say it."""
        self._offices = offices
        self._seconds = access_token_seconds

    def names(self) -> Sequence[str]:
        """By id."""
        found = self._offices.clients.list()
        return [each.client_id for each in found if not each.profile.is_dynamic]

    def form(self, name: str, keys: Collection[str]) -> Form | None:  # noqa: ARG002 - all is looked after here
        """The client as files say it."""
        client = self._client(name)
        if client is None:
            return None
        there = {each.name for each in self._offices.resources.list()}
        return {
            "name": client.name,
            STATUS: str(client.status),
            "auth_method": str(client.auth_method),
            "grant_types": sorted(client.grant_types),
            "scopes": sorted(client.scopes),
            # The name of a site that was deleted since means nothing, and is not allowed anew.
            "resources": sorted(client.resources & there),
            "access_token_seconds": client.access_token_seconds,
            "contact": client.contact,
            **_profile_form(client.profile),
            "keys": [dict(each) for each in client.jwks],
        }

    def plain(self, form: Form) -> Form:
        """Without what is the default; what depends on settings and on keys is always said."""
        return without(form, {**_DEFAULTS, **_profile_form(AuthorizationProfile())})

    def needs(self, values: Mapping[str, Any]) -> Collection[tuple[DeclaredKind, str]]:
        """The sites that it may use."""
        return [(DeclaredKind.RESOURCE, each) for each in values.get("resources", ())]

    def put(
        self,
        values: Mapping[str, Any],
        before: Form | None,
        act: Act,
        secrets: SecretReader,  # noqa: ARG002 - a client's secret is made here
    ) -> Sequence[FreshValue]:
        """Register it, or change everything that is not as stated."""
        client_id = values["client_id"]
        stated = {"name": client_id, "access_token_seconds": self._seconds, **_DEFAULTS, **values}
        keys, profile = stated["keys"], _profile_changes(values)
        by_keys = bool(keys or stated.get("jwks_uri"))
        default = ClientAuthMethod.PRIVATE_KEY_JWT if by_keys else ClientAuthMethod.SECRET_BASIC
        method = str(values.get("auth_method", default))
        try:
            fresh: Sequence[FreshValue] = ()
            if before is None:
                fresh = self._create(client_id, stated, method, profile, act)
                status = ENABLED
            else:
                keep("auth_method", before["auth_method"], method)
                self._update(client_id, stated, profile, act)
                status = before[STATUS]
        except InvalidField as refusal:
            raise InvalidField(_own_name(refusal.field), refusal.allowed) from None
        if stated[STATUS] != status:
            clients = self._offices.clients
            (clients.enable if stated[STATUS] == ENABLED else clients.disable)(client_id, act)
        return fresh

    def made_at(self, name: str) -> float:
        """When it was registered."""
        client = self._client(name)
        return 0.0 if client is None else client.created_at

    def remove(self, name: str, act: Act) -> None:
        """End it for ever."""
        self._offices.clients.delete(name, act)

    def _client(self, client_id: str) -> Client | None:
        try:
            return self._offices.clients.get(client_id)
        except NotFound:
            return None

    def _create(
        self, client_id: str, stated: Form, method: str, profile: ProfileChanges, act: Act
    ) -> Sequence[FreshValue]:
        keys = stated["keys"]
        draft = ClientDraft(
            name=stated["name"],
            client_id=client_id,
            auth_method=method,
            grant_types=stated["grant_types"],
            scopes=stated["scopes"],
            resources=stated["resources"],
            access_token_seconds=stated["access_token_seconds"],
            contact=stated["contact"],
            jwks={"keys": keys} if keys else None,
            profile=profile,
        )
        registered = self._offices.clients.create(draft, act)
        secret = registered.secret
        return () if secret is None else (FreshValue("secret_file", secret.value),)

    def _update(self, client_id: str, stated: Form, profile: ProfileChanges, act: Act) -> None:
        if self._offices.clients.get(client_id).profile.is_dynamic:
            raise InvalidField("client_id", "one that did not register itself")
        keys = stated["keys"]
        update = ClientUpdate(
            name=stated["name"],
            grant_types=stated["grant_types"],
            scopes=stated["scopes"],
            resources=stated["resources"],
            access_token_seconds=stated["access_token_seconds"],
            contact=stated["contact"],
            jwks={"keys": keys} if keys else None,
            profile=profile,
        )
        self._offices.clients.update(client_id, update, act)


def _profile_form(profile: AuthorizationProfile) -> Form:
    form: Form = {}
    for key in PROFILE_KEYS:
        value = getattr(profile, key.name)
        if isinstance(value, frozenset):
            value = sorted(map(str, value))
        elif isinstance(value, tuple):
            value = list(value)
        elif not isinstance(value, bool | int) and value is not None:
            value = str(value)
        form[key.name] = value
    if profile.userinfo_algorithm is None:
        form["userinfo_algorithm"] = JSON_ALGORITHM
    return form


def _profile_changes(values: Mapping[str, Any]) -> ProfileChanges:
    """Every field, so that what is left out becomes what it is by itself."""
    wanted = _profile_form(AuthorizationProfile())
    wanted |= {key: value for key, value in values.items() if key in wanted}
    for name in _TIMES:
        if wanted[name] is None:
            wanted[name] = _TAKEN_BACK
    known = {each.name for each in fields(ProfileChanges)}
    return ProfileChanges(**{name: value for name, value in wanted.items() if name in known})


def _own_name(field: str) -> str:
    """`jwks.keys[0].crv` is `keys[0].crv` in files."""
    return field.removeprefix("jwks.") if field != "jwks" else "keys"
