"""An installation in memory behind the command line: real services, no files, no waiting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from authserver.crypto.system import SystemClock
from authserver.domain.keys import KeyTimes
from authserver.gateway.nginx_files import NginxFiles
from authserver.services.administration import Act, operator
from authserver.services.anonymous_scans import AnonymousScans
from authserver.services.groups import Groups
from authserver.services.initial_access_tokens import InitialAccessTokens
from authserver.services.signing_keys import SigningKeys
from authserver.services.unknown_paths import UnknownPaths
from authserver.services.user_stops import UserStops
from authserver.upstream.site_clients import SiteClients
from authserver.upstream.site_probes import GuardedSiteProbe
from tests.cli.runs import run
from tests.cli.stub_wiring import StubInstallation
from tests.connect.sites import connect_keys
from tests.services.collaborators import ListedKeyFiles
from tests.services.policy_explaining import Explaining
from tests.services.policy_office import PolicyOffice, catalogue
from tests.services.provider_office import ProviderOffice
from tests.services.readable_resealing import readable_resealing
from tests.services.token_office import TokenOffice
from tests.services.world import ADMIN, World

if TYPE_CHECKING:
    from click.testing import Result

TIMES = KeyTimes(announce=900, use=7200, keep=3900, jwks_max_age=600)


class MemoryContainer:
    """What `cli.administration.AdministrationParts` asks for, on a world in memory."""

    def __init__(self, world: World) -> None:
        self.clock = world.clock
        self.clients = world.clients
        self.resources = world.resources
        self.gateways = world.gateways
        self.signing_keys = SigningKeys(
            administration=world.administration, key_maker=world.key_maker, times=TIMES
        )
        self.key_files = ListedKeyFiles()
        self.resealing = readable_resealing(world, self.key_files)
        self.hand_overs = world.hand_overs
        self.connect_keys = connect_keys(world)
        self.subject_accounts = world.subject_accounts
        self.initial_access_tokens = InitialAccessTokens(
            administration=world.administration,
            rules=world.rules,
            digester=world.digester,
            secret_maker=world.secret_maker,
        )
        self.users = world.users
        self.grants = world.grants
        self.sessions = world.sessions
        self.groups = Groups(administration=world.administration)
        self.office = ProviderOffice(world)
        self.providers = self.office.providers
        self.provider_secrets = self.office.secrets
        self.provider_domains = self.office.domains
        self.provider_group_rules = self.office.rules
        self.external_denials = self.office.denials
        self.policies = PolicyOffice(world).policies
        explaining = Explaining(world)
        self.policy_explanations = explaining.explanations
        self.policy_expectations = explaining.expectations
        self.policy_replays = explaining.replays
        self.audit = explaining.records
        self.unknown_paths = UnknownPaths(
            database=world.database, records=explaining.records, clock=world.clock
        )
        self.site_clients = SiteClients(clock=SystemClock(), ca_file=None)
        self.anonymous_scans = AnonymousScans(
            administration=world.administration,
            resources=world.resources,
            catalogue=catalogue().operations,
            probe=GuardedSiteProbe(self.site_clients.of),
        )
        self.token_office = TokenOffice(world, furnished=False)
        self.api_tokens = self.token_office.tokens
        self.api_token_power = self.token_office.power
        self.api_token_bulk = self.token_office.bulk
        self.api_token_disuse = self.token_office.disuse
        self.user_credentials = self.token_office.credentials
        self.leak_reports = self.token_office.leaks
        self.user_stops = UserStops(
            administration=world.administration, sessions=world.sessions, grants=world.grants
        )
        self.closed = 0
        self.nginx_files = NginxFiles(
            resources=world.resources,
            gateways=world.gateways,
            hand_overs=self.hand_overs,
            issuer="http://localhost:8000",
            here="http://127.0.0.1:8000",
        )

    @property
    def operator(self) -> Act:
        return operator("root")

    def close(self) -> None:
        self.closed += 1


class Administered:
    """A world with a command line; it begins with keys and with the site jira-main."""

    def __init__(self) -> None:
        self.world = World()
        self.container = MemoryContainer(self.world)
        self.container.signing_keys.maintain("worker-1", ADMIN)
        self.world.add_resource()
        self.world.database.audit.clear()

    def run(self, *arguments: str, input_text: str | None = None) -> Result:
        """One command, however it ends."""
        return run(
            *arguments,
            wiring=StubInstallation(container=self.container),
            input_text=input_text,
        )

    def done(self, *arguments: str) -> Result:
        """One command that succeeds."""
        result = self.run(*arguments)
        assert result.exit_code == 0, result.output
        return result

    def json(self, *arguments: str) -> Any:
        """The answer of a command that succeeds, as scripts read it; nothing is on stderr."""
        result = self.done(*arguments, "--json")
        assert result.stderr == ""
        return json.loads(result.stdout)

    def refused(self, code: int, *arguments: str) -> str:
        """What a command says that ends with `code`, having changed nothing."""
        before = self.world.database.state
        result = self.run(*arguments)
        assert result.exit_code == code, result.output
        assert self.world.database.state is before
        assert result.stdout == ""
        return result.stderr
