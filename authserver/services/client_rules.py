"""What a client may look like: every field checked before anything is stored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.authorization_profiles import AuthorizationProfile
from authserver.domain.clients import Client, ClientAuthMethod, ClientStatus, GrantType
from authserver.domain.errors import InvalidField
from authserver.domain.resources import ProtectedResource, ResourceStatus
from authserver.domain.scopes import USER_SCOPES
from authserver.domain.texts import check_text
from authserver.domain.tokens import ACCESS_TOKEN_SECONDS_MAX, ACCESS_TOKEN_SECONDS_MIN
from authserver.services.client_consistency import check_consistency
from authserver.services.client_profiles import ProfileChanges, changed_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from authserver.domain.client_key_ports import PublicKeys
    from authserver.domain.ports import Stores
    from authserver.domain.registrations import RegistrationTemplate
    from authserver.domain.resources import ResourceKind
    from authserver.services.clients import ClientDraft, ClientUpdate

LONGEST_NAME: Final = 100
LONGEST_CONTACT: Final = 200
MOST_RESOURCES: Final = 100
SHOWN: Final = 100


class ClientRules:
    """Checks drafts and updates against the catalogue and the registered resources."""

    def __init__(
        self,
        *,
        scopes_of_kind: Mapping[ResourceKind, frozenset[str]],
        suggest: Callable[[str, frozenset[str]], Sequence[str]],
        public_keys: PublicKeys,
        longest_seconds: int = ACCESS_TOKEN_SECONDS_MAX,
    ) -> None:
        """`suggest` finds names close to a mistyped scope."""
        self._scopes_of_kind = scopes_of_kind
        self._suggest = suggest
        self._public_keys = public_keys
        self._longest_seconds = min(longest_seconds, ACCESS_TOKEN_SECONDS_MAX)

    def checked(self, stores: Stores, draft: ClientDraft, client_id: str, now: float) -> Client:
        """The client a draft describes, without secrets yet.

        Raises:
            InvalidField: names the field and what is allowed.
        """
        method = _auth_method(draft.auth_method)
        resources = self._resources(stores, draft.resources)
        client = Client(
            client_id=client_id,
            name=check_text("name", draft.name, longest=LONGEST_NAME),
            auth_method=method,
            grant_types=_grant_types(draft.grant_types),
            scopes=self._scopes(draft.scopes, resources),
            resources=frozenset(resource.name for resource in resources),
            access_token_seconds=self._seconds(draft.access_token_seconds),
            status=ClientStatus.ENABLED,
            secrets=(),
            jwks=self._jwks(draft.jwks, method),
            contact=check_text("contact", draft.contact, longest=LONGEST_CONTACT, required=False),
            created_at=now,
            profile=changed_profile(AuthorizationProfile(), draft.profile),
        )
        return check_consistency(client)

    def updated(self, stores: Stores, client: Client, update: ClientUpdate) -> Client:
        """The client after an update.

        Raises:
            InvalidField: names the field and what is allowed.
        """
        if update.name is not None:
            client = replace(client, name=check_text("name", update.name, longest=LONGEST_NAME))
        if update.contact is not None:
            contact = check_text("contact", update.contact, longest=LONGEST_CONTACT, required=False)
            client = replace(client, contact=contact)
        if update.grant_types is not None:
            client = replace(client, grant_types=_grant_types(update.grant_types))
        if update.access_token_seconds is not None:
            seconds = self._seconds(update.access_token_seconds)
            client = replace(client, access_token_seconds=seconds)
        client = self._keyed(_profiled(client, update), update)
        return check_consistency(self._permitted(stores, client, update))

    def permissions(
        self, stores: Stores, resources: Sequence[str], scopes: Sequence[str]
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Names of resources, and scopes that mean something there or speak of users.

        Raises:
            InvalidField: names `resources` or `scopes` and what is allowed.
        """
        found = self._resources(stores, resources)
        return frozenset(each.name for each in found), self._scopes(scopes, found)

    def in_reach(self, stores: Stores, template: RegistrationTemplate) -> RegistrationTemplate:
        """What is left of a template: resources still there, scopes that mean something."""
        names = _still_there(stores, template.resources)
        found = self._resources(stores, names)
        meant = USER_SCOPES.union(*(self._scopes_of_kind[each.kind] for each in found))
        return replace(template, resources=frozenset(names), scopes=template.scopes & meant)

    def grants(self, values: Sequence[str]) -> frozenset[str]:
        """Grant types by their registered names. Raises InvalidField for any other."""
        return _grant_types(values)

    def _keyed(self, client: Client, update: ClientUpdate) -> Client:
        """Keys after an update: those that are stated take the place of an address, and back."""
        if update.jwks is not None:
            client = replace(client, jwks=self._jwks(update.jwks, client.auth_method))
            if update.profile.jwks_uri is None:
                client = replace(client, profile=replace(client.profile, jwks_uri=""))
        elif update.profile.jwks_uri:
            client = replace(client, jwks=())
        return client

    def _permitted(self, stores: Stores, client: Client, update: ClientUpdate) -> Client:
        """Scopes and resources after an update: always judged together."""
        if not update.is_about_permissions:
            return client
        names = update.resources
        if names is None:
            names = _still_there(stores, client.resources)
        names = _altered("resources", names, update.add_resources, update.remove_resources)
        scopes = sorted(client.scopes) if update.scopes is None else update.scopes
        scopes = _altered("scopes", scopes, update.add_scopes, update.remove_scopes)
        resources = self._resources(stores, names)
        return replace(
            client,
            resources=frozenset(resource.name for resource in resources),
            scopes=self._scopes(scopes, resources),
        )

    def _resources(self, stores: Stores, names: Sequence[str]) -> list[ProtectedResource]:
        if len(names) > MOST_RESOURCES:
            raise InvalidField("resources", f"at most {MOST_RESOURCES}")
        found = []
        for name in names:
            resource = stores.resources.get(name)
            if resource is None or resource.status is ResourceStatus.DELETED:
                known = ", ".join(item.name for item in stores.resources.list()) or "none yet"
                raise InvalidField("resources", f"names of registered resources ({known})")
            found.append(resource)
        return found

    def _scopes(
        self, scopes: Sequence[str], resources: Sequence[ProtectedResource]
    ) -> frozenset[str]:
        """Every scope must mean something at one of the client's resources, or of users."""
        if not resources and not USER_SCOPES.issuperset(scopes):
            raise InvalidField("scopes", "only together with a resource they are for")
        allowed = USER_SCOPES.union(
            *(self._scopes_of_kind[resource.kind] for resource in resources)
        )
        for scope in scopes:
            if scope not in allowed:
                kinds = sorted({resource.kind for resource in resources})
                close = self._suggest(scope, allowed)
                hint = f"; close to it: {', '.join(close)}" if close else ""
                named = scope if scope.isprintable() and len(scope) <= SHOWN else "one of them"
                raise InvalidField(
                    "scopes",
                    f"{named} is not a scope of {', '.join(kinds)} (authserver scope list "
                    f"--resource-kind {kinds[0]} shows them){hint}",
                )
        return frozenset(scopes)

    def _seconds(self, seconds: int) -> int:
        if not ACCESS_TOKEN_SECONDS_MIN <= seconds <= self._longest_seconds:
            raise InvalidField(
                "access_token_seconds", f"{ACCESS_TOKEN_SECONDS_MIN} to {self._longest_seconds}"
            )
        return seconds

    def _jwks(self, jwks: object, method: ClientAuthMethod) -> tuple[Mapping[str, object], ...]:
        if method is ClientAuthMethod.PRIVATE_KEY_JWT:
            return () if jwks is None else self._public_keys.normalise(jwks)
        if jwks is not None:
            raise InvalidField("jwks", "only with private_key_jwt")
        return ()


def _still_there(stores: Stores, names: Iterable[str]) -> list[str]:
    """Those that were not deleted since: nobody asked about the others, and they mean nothing."""
    found = (stores.resources.get(name) for name in sorted(names))
    return [
        resource.name
        for resource in found
        if resource is not None and resource.status is not ResourceStatus.DELETED
    ]


def _altered(
    field: str, before: Sequence[str], added: Sequence[str], removed: Sequence[str]
) -> list[str]:
    """The list with what comes and without what goes; only what is there can go."""
    after = [*before, *(name for name in added if name not in before)]
    for name in removed:
        if name not in after:
            there = ", ".join(sorted(after)) or "it has none"
            raise InvalidField(f"remove_{field}", f"what the client has ({there})")
    return [name for name in after if name not in removed]


def _profiled(client: Client, update: ClientUpdate) -> Client:
    """The profile after an update; redirect URIs may come and go like scopes."""
    profile = changed_profile(client.profile, update.profile)
    uris = _altered(
        "redirect_uris",
        profile.redirect_uris,
        update.add_redirect_uris,
        update.remove_redirect_uris,
    )
    if tuple(uris) != profile.redirect_uris:
        profile = changed_profile(profile, ProfileChanges(redirect_uris=uris))
    return replace(client, profile=profile)


def _auth_method(value: str) -> ClientAuthMethod:
    if value not in [str(method) for method in ClientAuthMethod]:
        raise InvalidField("auth_method", "one of " + ", ".join(ClientAuthMethod))
    return ClientAuthMethod(value)


def _grant_types(values: Sequence[str]) -> frozenset[str]:
    known = [str(grant_type) for grant_type in GrantType]
    for value in values:
        if value not in known:
            raise InvalidField("grant_types", "one of " + ", ".join(known))
    return frozenset(values)
