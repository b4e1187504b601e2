"""Clients that register themselves, and look after their registration (RFC 7591, RFC 7592)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.clients import Client, ClientStatus
from authserver.domain.errors import InvalidField, ProtocolRefusal
from authserver.domain.registrations import (
    INITIAL_PURPOSE,
    REGISTRATION_PREFIX,
    REGISTRATION_PURPOSE,
    Registration,
)
from authserver.services.administration import Act, before_and_after
from authserver.services.client_authentication import CLIENT_SECRET
from authserver.services.client_descriptions import described
from authserver.services.client_guards import may_administer, refuse_to_register
from authserver.services.clients import SECRET_PREFIX, new_client_id
from authserver.services.registration_limits import as_it_is, kept_profile, within
from authserver.services.secret_digests import digests_of
from authserver.services.throttling import Attempt, PrincipalKind

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.ports import SecretDigester, SecretMaker, Stores
    from authserver.domain.registrations import InitialAccessToken, RegistrationTemplate
    from authserver.services.administration import Administration
    from authserver.services.client_rules import ClientRules
    from authserver.services.failed_authentications import FailedAuthentications
    from authserver.services.fresh_secrets import FreshSecrets
    from authserver.services.registration_limits import StatedClient
    from authserver.services.secret_checks import SecretCheck

STOPPED: Final = "access_denied"
_BAD_TOKEN: Final = "the token is not good for this"  # noqa: S105 - what a refusal says


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """A client that registered itself, with what it is told once.

    `secret` is empty for a client without one, and where nobody knows it any more.
    """

    client: Client
    secret: str = field(repr=False)
    registration_token: str = field(repr=False)


class Registrations:
    """Use cases of dynamic registration. Each change is recorded and takes effect everywhere."""

    def __init__(
        self,
        *,
        administration: Administration,
        rules: ClientRules,
        fresh_secrets: FreshSecrets,
        secret_maker: SecretMaker,
        digester: SecretDigester,
        secrets: SecretCheck,
        failures: FailedAuthentications,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._database = administration.database
        self._rules = rules
        self._fresh_secrets = fresh_secrets
        self._secret_maker = secret_maker
        self._digester = digester
        self._secrets = secrets
        self._failures = failures

    def register(self, token_value: str, stated: StatedClient, call: Call) -> RegisteredClient:
        """Register a client with an initial access token.

        Raises:
            ProtocolRefusal: `invalid_token`, also when its quota is used up.
            InvalidField: names the field and what is allowed; nothing was stored.
            Throttled: too many wrong tokens from this network.
            StorageUnavailable: nothing was stored.
        """
        token = self._initial(token_value, call)
        client_id = new_client_id(self._secret_maker)
        registration_token = self._secret_maker.secret(REGISTRATION_PREFIX)
        with self._administration.changing(
            [Change(ChangeKind.CLIENT, client_id, 0.0)], takes_power=False
        ) as stores:
            if not stores.registrations.use_initial(token.token_id, call.at):
                raise ProtocolRefusal("invalid_token", "the initial access token is used up")
            client = self._checked(stores, stated, token.template, client_id, call)
            profile = replace(client.profile, registered_by=token.token_id)
            client = replace(client, profile=profile)
            secret = ""
            if client.auth_method.uses_secret:
                fresh = self._fresh_secrets.make(SECRET_PREFIX, CLIENT_SECRET, None)
                secret, client = fresh.value, replace(client, secrets=(fresh.stored,))
            stores.clients.add(client)
            stores.registrations.add(self._registration(client, registration_token, call))
            self._administration.record(
                stores, _act(client_id, call), "client.created", client_id,
                {"after": described(client)},
            )  # fmt: skip
        return RegisteredClient(client, secret, registration_token)

    def read(self, client_id: str, token_value: str, call: Call) -> RegisteredClient:
        """The registration as it is (RFC 7592 section 2.1). Raises as `replace`."""
        with self._database.reading() as stores:
            found = self._found(stores, client_id, token_value)
        if found is None:
            raise self._refused(call, "no registration has this token")
        if not found.is_enabled:
            self._refused(call, f"the client {client_id} is {found.status}")
        return RegisteredClient(_allowed(found), "", token_value)

    def replace(
        self, client_id: str, token_value: str, stated: StatedClient, call: Call
    ) -> RegisteredClient:
        """State a registration anew (RFC 7592 section 2.2); what is not stated is as by default.

        What the client may no longer do ends for its live tokens too.

        Raises:
            ProtocolRefusal: `invalid_token`, or `access_denied` for a client that was stopped.
            InvalidField: names the field and what is allowed; nothing was changed.
            Throttled: too many wrong tokens from this network.
            StorageUnavailable: nothing was changed.
        """
        self.read(client_id, token_value, call)
        with self._administration.changing(
            [Change(ChangeKind.CLIENT, client_id, 0.0)], takes_power=True
        ) as stores:
            before = self._found(stores, client_id, token_value)
            if before is None:  # deleted a moment ago
                raise ProtocolRefusal("invalid_token", _BAD_TOKEN)
            before = _allowed(before)
            self._check_identity(before, stated, call.at)
            after = self._restated(stores, before, stated, call)
            stores.clients.save(after)
            self._administration.record(
                stores, _act(client_id, call), "client.updated", client_id,
                before_and_after(described(before), described(after)),
            )  # fmt: skip
        return RegisteredClient(after, stated.secret, token_value)

    def delete(self, client_id: str, token_value: str, call: Call) -> None:
        """End a registration and its client for ever (RFC 7592 section 2.3).

        Raises as `replace`.
        """
        self.read(client_id, token_value, call)
        with self._administration.changing(
            [Change(ChangeKind.CLIENT, client_id, 0.0)], takes_power=True
        ) as stores:
            client = self._found(stores, client_id, token_value)
            if client is not None:
                end_registration(stores, _allowed(client), call.at)
                self._administration.record(
                    stores, _act(client_id, call), "client.deleted", client_id,
                    {"before": str(client.status), "after": str(ClientStatus.DELETED)},
                )  # fmt: skip

    def _check_identity(self, client: Client, stated: StatedClient, now: float) -> None:
        """What was given to a client is not its to change (RFC 7592 section 2.2)."""
        if stated.client_id != client.client_id:
            raise InvalidField("client_id", "required, the one of this registration")
        secret = stated.secret
        if secret and self._secrets.matching(client.secrets, secret, now) is None:
            raise InvalidField("client_secret", "absent, or the one that was issued")
        if "auth_method" in stated.named and stated.draft.auth_method != client.auth_method:
            raise InvalidField("auth_method", f"{client.auth_method}, as it was registered")

    def _checked(
        self,
        stores: Stores,
        stated: StatedClient,
        template: RegistrationTemplate,
        client_id: str,
        call: Call,
    ) -> Client:
        draft = within(stated, self._rules.in_reach(stores, template))
        named = replace(draft, name=draft.name or client_id)
        client = self._rules.checked(stores, named, client_id, call.at)
        refuse_to_register(client.resources, client.scopes)
        return client

    def _restated(self, stores: Stores, before: Client, stated: StatedClient, call: Call) -> Client:
        stated = replace(stated, draft=replace(stated.draft, auth_method=before.auth_method))
        after = self._checked(stores, stated, _limits(stores, before), before.client_id, call)
        return replace(
            after,
            # Users know it by that.
            name=before.name if before.profile.is_held else after.name,
            profile=kept_profile(before.profile, after.profile),
            status=before.status,
            secrets=before.secrets,
            access_token_seconds=before.access_token_seconds,
            created_at=before.created_at,
        )

    def _initial(self, value: str, call: Call) -> InitialAccessToken:
        with self._database.reading() as stores:
            found = stores.registrations.find_initial(
                digests_of(self._digester, INITIAL_PURPOSE, value)
            )
        if found is None or not found.is_live(call.at):
            raise self._refused(call, "no live initial access token")
        if found.used >= found.quota:
            raise self._refused(call, f"the initial access token {found.token_id} is used up")
        return found

    def _found(self, stores: Stores, client_id: str, value: str) -> Client | None:
        """The client whose registration this token is for; the same work for every other."""
        digests = dict(digests_of(self._digester, REGISTRATION_PURPOSE, value))
        registration = stores.registrations.get(client_id)
        client = stores.clients.get(client_id)
        if registration is None or client is None or client.status is ClientStatus.DELETED:
            return None
        presented = digests.get(registration.pepper_id, b"")
        return client if hmac.compare_digest(presented, registration.digest) else None

    def _registration(self, client: Client, token_value: str, call: Call) -> Registration:
        pepper_id = self._digester.current_pepper
        return Registration(
            client_id=client.client_id,
            digest=self._digester.digest(REGISTRATION_PURPOSE, token_value, pepper_id),
            pepper_id=pepper_id,
            token_id=client.profile.registered_by,
            created_at=call.at,
            last_used_at=call.at,
        )

    def _refused(self, call: Call, detail: str) -> ProtocolRefusal:
        """Counted for the network alone: a wrong token names nobody."""
        attempt = Attempt(PrincipalKind.REGISTRATION, "", call)
        self._failures.refusal(attempt, detail, known=False)
        return ProtocolRefusal("invalid_token", _BAD_TOKEN, detail=detail)


def end_registration(stores: Stores, client: Client, now: float) -> None:
    """End a client for ever, with its secrets and its registration."""
    stores.clients.save(replace(client, status=ClientStatus.DELETED))
    stores.clients.expire_secrets(client.client_id, keep="", at=now)
    stores.registrations.remove(client.client_id)


def _limits(stores: Stores, client: Client) -> RegistrationTemplate:
    """How far a client may restate itself: as its token allowed, until that is changed."""
    tokens = () if client.profile.is_held else stores.registrations.list_initial()
    for token in tokens:
        if token.token_id == client.profile.registered_by and token.revoked_at is None:
            return token.template
    return as_it_is(client)


def _allowed(client: Client) -> Client:
    if not client.is_enabled:
        raise ProtocolRefusal(STOPPED, "an administrator has stopped this client")
    if may_administer(client):
        raise ProtocolRefusal(STOPPED, "this client may administer: administrators look after it")
    return client


def _act(client_id: str, call: Call) -> Act:
    return Act(Actor(ActorKind.CLIENT, client_id), call.request_id, call.peer)
