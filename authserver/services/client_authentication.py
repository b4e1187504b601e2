"""Client authentication: which client is this, really?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.clients import ClientAuthMethod
from authserver.domain.stored_secrets import DigestKind
from authserver.services.registration_uses import note_registration_use
from authserver.services.throttling import Attempt, PrincipalKind

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.client_key_ports import AssertionVerifier
    from authserver.domain.clients import Client
    from authserver.domain.credentials import PresentedCredentials, VerifiedAssertion
    from authserver.domain.errors import InvalidClient
    from authserver.domain.ports import Clock, Database, SecretDigester
    from authserver.domain.stored_secrets import StoredSecret
    from authserver.services.directory import Directory
    from authserver.services.failed_authentications import FailedAuthentications
    from authserver.services.secret_checks import SecretCheck
    from authserver.services.throttling import Throttle
    from authserver.services.usage import LastUses

CLIENT_SECRET = "client_secret"  # noqa: S105 - the purpose of a digest


class ClientAuthentication:
    """Authenticates clients by secret or by assertion (RFC 6749 section 2.3, RFC 7523).

    Public clients are let through by their name alone.
    """

    def __init__(
        self,
        *,
        directory: Directory,
        database: Database,
        clock: Clock,
        digester: SecretDigester,
        secrets: SecretCheck,
        assertions: AssertionVerifier,
        throttle: Throttle,
        failures: FailedAuthentications,
        uses: LastUses,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._directory = directory
        self._database = database
        self._clock = clock
        self._digester = digester
        self._secrets = secrets
        self._assertions = assertions
        self._throttle = throttle
        self._failures = failures
        self._uses = uses

    def authenticate(
        self, presented: PresentedCredentials, call: Call, *, or_resource: bool = False
    ) -> Client:
        """The enabled client that the credentials prove.

        A public client has none and proves nothing (RFC 6749 section 2.1): whoever gives it power
        needs something else to go by, such as a code with its verifier.

        An unknown client and a wrong secret cost the same: a digest, a read, a digest. A right
        credential passes though others in the same network fail too often; an imported secret
        passes there only once it is kept as a keyed digest.

        `or_resource`: where a secret may as well be meant as a resource's, see `Attempt`.

        Raises:
            InvalidClient: they prove nothing; the same answer for every cause.
            Throttled: too many failures from this caller, or they prove nothing and there are too
                many from its network.
            StorageUnavailable: the database is needed and does not answer.
        """
        self._directory.view.ensure_fresh()
        if presented.method is ClientAuthMethod.PRIVATE_KEY_JWT:
            return self._by_assertion(presented, call)
        if presented.method.uses_secret:
            return self._by_secret(presented, call, or_resource=or_resource)
        return self._public(presented.client_id, call)

    def _public(self, client_id: str, call: Call) -> Client:
        attempt = Attempt(PrincipalKind.CLIENT, client_id, call)
        self._throttle.check_caller(attempt)
        client = self._directory.clients.known(client_id)
        if client is None or client.is_confidential or not client.is_enabled:
            # Read whether memory holds it or not: the time must not tell which names exist.
            client = self._directory.clients.read(client_id)
        if client is None:
            raise self._refused(client, attempt, "no such client")
        if client.is_confidential:
            raise self._refused(client, attempt, "the client did not authenticate")
        if not client.is_enabled:
            raise self._refused(client, attempt, f"the client is {client.status}")
        return client

    def _by_secret(
        self, presented: PresentedCredentials, call: Call, *, or_resource: bool
    ) -> Client:
        client_id = presented.client_id
        attempt = Attempt(PrincipalKind.CLIENT, client_id, call, or_resource=or_resource)
        self._throttle.check_caller(attempt)
        client = self._directory.clients.known(client_id)
        secret = self._match(client, presented)
        if secret is None:
            # What memory holds may be older than a secret made a moment ago on another node.
            client = self._directory.clients.read(client_id)
            secret = self._match(client, presented)
        if secret is None:
            # Imported secrets are weak and checking one is dear: not for a network that guesses.
            self._throttle.check_network(attempt)
            secret = self._match_imported(client, presented)
        if client is None:
            raise self._refused(client, attempt, "no such client")
        if secret is None:
            raise self._refused(client, attempt, "no live secret matches")
        if client.auth_method is not presented.method:
            raise self._refused(client, attempt, f"registered for {client.auth_method}")
        if not client.is_enabled:
            raise self._refused(client, attempt, f"the client is {client.status}")
        if secret.kind is DigestKind.BCRYPT:
            self._keep_keyed(client, secret, presented.secret)
        self._uses.note_client_secret(secret.secret_id, call.at)
        return client

    def _match(self, client: Client | None, presented: PresentedCredentials) -> StoredSecret | None:
        stored = () if client is None else client.secrets
        return self._secrets.matching(stored, presented.secret, self._clock.now())

    def _match_imported(
        self, client: Client | None, presented: PresentedCredentials
    ) -> StoredSecret | None:
        now = self._clock.now()
        with self._database.reading() as stores:
            pretend = stores.clients.any_imported(now)
        stored = () if client is None else client.secrets
        return self._secrets.matching_imported(stored, presented.secret, now, pretend=pretend)

    def _keep_keyed(self, client: Client, secret: StoredSecret, value: str) -> None:
        """Replace an imported hash by a keyed digest: from now on a check costs microseconds."""
        pepper = self._digester.current_pepper
        keyed = replace(
            secret,
            kind=DigestKind.KEYED,
            digest=self._digester.digest(CLIENT_SECRET, value, pepper),
            pepper_id=pepper,
        )
        with self._database.writing() as stores:
            if stores.clients.replace_secret(client.client_id, keyed):
                stores.authority.advance([Change(ChangeKind.CLIENT, client.client_id, 0.0)])

    def _by_assertion(self, presented: PresentedCredentials, call: Call) -> Client:
        claimed = self._assertions.claimed_client(presented.assertion) or ""
        client_id = presented.client_id or claimed
        attempt = Attempt(PrincipalKind.CLIENT, client_id, call)
        self._throttle.check_caller(attempt)
        client = self._directory.clients.known(client_id)
        verified = self._verified(client, presented)
        if verified is None:
            # What memory holds may be older than a key registered a moment ago on another node; and
            # an unknown client must not be told by how many questions the database is asked.
            client = self._directory.clients.read(client_id)
            verified = self._verified(client, presented)
        if client is None:
            raise self._refused(client, attempt, "no such client")
        if client_id != claimed:
            raise self._refused(client, attempt, "client_id and the assertion differ")
        if client.auth_method is not ClientAuthMethod.PRIVATE_KEY_JWT:
            raise self._refused(client, attempt, f"registered for {client.auth_method}")
        if not client.is_enabled:
            raise self._refused(client, attempt, f"the client is {client.status}")
        if verified is None:
            raise self._refused(client, attempt, "the assertion does not verify")
        with self._database.writing() as stores:
            fresh = stores.assertions.spend(client_id, verified.assertion_id, verified.expires_at)
            note_registration_use(stores, client, call.at)
        if not fresh:
            raise self._refused(client, attempt, "the assertion was used before")
        return client

    def _verified(
        self, client: Client | None, presented: PresentedCredentials
    ) -> VerifiedAssertion | None:
        if client is None or client.auth_method is not ClientAuthMethod.PRIVATE_KEY_JWT:
            return None
        return self._assertions.verify(presented.assertion, client, self._clock.now())

    def _refused(self, client: Client | None, attempt: Attempt, detail: str) -> InvalidClient:
        return self._failures.refusal(attempt, detail, known=client is not None)
