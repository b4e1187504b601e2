"""Services for those who administer: clients, resources, gateways, keys."""

from __future__ import annotations

from functools import cached_property

from authserver.crypto.client_assertions import ClientKeySets
from authserver.crypto.credential_seals import ServiceCredentialResealer
from authserver.crypto.key_file_making import KekFileMaker
from authserver.crypto.secret_seals import BoundSecretResealer
from authserver.crypto.signing_keys import SigningKeyMaker, SigningKeyResealer
from authserver.domain.keys import KeyTimes
from authserver.domain.scopes import close_matches
from authserver.gateway.nginx_files import NginxFiles
from authserver.services.administration import Administration
from authserver.services.administration_resource import AdministrationResource
from authserver.services.client_lists import ClientLists
from authserver.services.client_rules import ClientRules
from authserver.services.clients import Clients
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.connect_resealing import ConnectResealing
from authserver.services.fresh_secrets import FreshSecrets
from authserver.services.gateways import Gateways
from authserver.services.hand_overs import HandOvers
from authserver.services.long_lists import LongLists
from authserver.services.mail_resealing import MailResealing
from authserver.services.provider_resealing import ProviderResealing
from authserver.services.repeated_creations import RepeatedCreations
from authserver.services.resealing import Resealing
from authserver.services.resources import Resources
from authserver.services.signing_keys import SigningKeys
from authserver.services.subject_accounts import SubjectAccounts
from authserver.storage.left_words import LeftWords
from authserver.storage.sweeping import Sweeper
from authserver.wiring_audit import AuditParts


class AdministrationParts(AuditParts):
    """The part of a container that changes what is registered."""

    @cached_property
    def barrier(self) -> CommitBarrier:
        """The wait of those who take power away."""
        return CommitBarrier(
            self.clock, places=self.settings.revokers_at_once, aside=self.turns.aside
        )

    @cached_property
    def administration(self) -> Administration:
        """What administrative acts share."""
        return Administration(database=self.database, clock=self.clock, barrier=self.barrier)

    @cached_property
    def fresh_secrets(self) -> FreshSecrets:
        """Makes stored secrets."""
        return FreshSecrets(
            clock=self.clock,
            secret_maker=self.secret_maker,
            digester=self.digester,
            passwords=self.passwords,
        )

    @cached_property
    def client_rules(self) -> ClientRules:
        """What a client may look like."""
        return ClientRules(
            scopes_of_kind=self.scopes_of_kind,
            suggest=close_matches,
            public_keys=ClientKeySets(rs256=self.settings.clients.takes_rs256),
            longest_seconds=self.settings.tokens.access_token_max_seconds,
        )

    @cached_property
    def long_lists(self) -> LongLists:
        """Long lists, page by page."""
        return LongLists(self.database)

    @cached_property
    def clients(self) -> Clients:
        """Client administration."""
        return Clients(
            administration=self.administration,
            rules=self.client_rules,
            fresh_secrets=self.fresh_secrets,
            secret_maker=self.secret_maker,
        )

    @cached_property
    def client_lists(self) -> ClientLists:
        """Clients, page by page."""
        return ClientLists(self.database)

    @cached_property
    def repeated_creations(self) -> RepeatedCreations:
        """Creations that callers may ask for again."""
        return RepeatedCreations(
            database=self.database,
            clock=self.clock,
            digester=self.digester,
            sealer=self.successor_sealer,
        )

    @cached_property
    def resources(self) -> Resources:
        """Resource administration."""
        return Resources(administration=self.administration, fresh_secrets=self.fresh_secrets)

    @cached_property
    def administration_resource(self) -> AdministrationResource:
        """The administration API as a protected resource."""
        return AdministrationResource(
            administration=self.administration, issuer=self.settings.issuer
        )

    @cached_property
    def hand_overs(self) -> HandOvers:
        """How calls are handed over to sites."""
        return HandOvers(administration=self.administration, sealer=self.sealer)

    @cached_property
    def subject_accounts(self) -> SubjectAccounts:
        """Accounts of sites that stand for subjects."""
        return SubjectAccounts(administration=self.administration)

    @cached_property
    def gateways(self) -> Gateways:
        """Gateway administration."""
        return Gateways(administration=self.administration, fresh_secrets=self.fresh_secrets)

    @cached_property
    def nginx_files(self) -> NginxFiles:
        """Configurations of reverse proxies."""
        server = self.settings.server
        here = f"http://127.0.0.1:{server.port}"
        if server.unix_socket is not None:
            here = f"unix:{server.unix_socket.absolute()}"
        return NginxFiles(
            resources=self.resources,
            gateways=self.gateways,
            hand_overs=self.hand_overs,
            issuer=self.settings.issuer,
            here=here,
        )

    @cached_property
    def signing_keys(self) -> SigningKeys:
        """The life of signing keys."""
        keys = self.settings.keys
        times = KeyTimes(
            announce=keys.announce_seconds,
            use=keys.use_days * 86_400,
            keep=keys.keep_seconds,
            jwks_max_age=keys.jwks_max_age_seconds,
        )
        return SigningKeys(
            administration=self.administration,
            key_maker=SigningKeyMaker(self.sealer),
            times=times,
        )

    @cached_property
    def resealing(self) -> Resealing:
        """Changing the key-encryption key."""
        secrets = BoundSecretResealer(self.sealer)
        return Resealing(
            administration=self.administration,
            keys=SigningKeyResealer(self.sealer),
            credentials=ServiceCredentialResealer(self.sealer),
            providers=ProviderResealing(administration=self.administration, secrets=secrets),
            connect=ConnectResealing(administration=self.administration, secrets=secrets),
            mails=MailResealing(administration=self.administration, secrets=secrets),
            key_files=KekFileMaker(self.settings.keys.directory, self.entropy),
        )

    @cached_property
    def sweeper(self) -> Sweeper:
        """Deletes expired rows in small batches."""
        return Sweeper(self.database, self.clock)

    @cached_property
    def left_words(self) -> LeftWords:
        """Gives members words to be found by, where an older version left them without."""
        return LeftWords(self.database, self.clock)
