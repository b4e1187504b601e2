"""The composition root: the only module that sees every layer.

A `Container` makes each part at its first use, so that a command which lists clients does not
load the catalogue, and a worker has everything it needs before it serves.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from authserver import wiring_installation
from authserver.protocol.server import AuthorizationServer
from authserver.services.decisions import Decisions
from authserver.services.issuance import Issuance
from authserver.services.token_exposures import TokenExposures
from authserver.wiring_declarations import DeclarationParts
from authserver.wiring_housekeeping import Housekeeping
from authserver.wiring_inspection import inspecting
from authserver.wiring_installation import Installer
from authserver.wiring_rates import RateParts

if TYPE_CHECKING:
    import threading
    from contextlib import AbstractContextManager

    from authserver.domain.installation import (
        InitialisationSteps,
        Inspection,
        SchemaStatus,
        SchemaUpgrade,
    )
    from authserver.settings import Settings


class Container(RateParts, DeclarationParts):
    """Every service of one process."""

    @cached_property
    def issuance(self) -> Issuance:
        """Issues access tokens."""
        return Issuance(
            details=self.requested_details,
            issuer=self.settings.issuer,
            directory=self.directory,
            keys=self.keys,
            journal=self.journal,
            secret_maker=self.secret_maker,
            presentations=self.grant_presentations,
            scopes_of_kind=self.scopes_of_kind,
            longest_seconds=self.settings.tokens.access_token_max_seconds,
        )

    @cached_property
    def decisions(self) -> Decisions:
        """Decides on calls to sites."""
        return Decisions(
            scopes=self.operation_scopes,
            introspection=self.introspection,
            hand_overs=self.hand_over_view,
            keys=self.keys,
            journal=self.journal,
            policies=self.policy_view,
            people=self.people_view,
            api_tokens=self.api_token_verdicts,
            connect=self.connect_verdicts,
            projects=self.project_reach,
            rates=self.rate_counting,
            attempts=self.attempt_throttle,
            exposures=TokenExposures(self.database),
        )

    @cached_property
    def authorization_server(self) -> AuthorizationServer:
        """The grants."""
        return AuthorizationServer(
            token_endpoint=self.settings.issuer + "/oauth2/token",
            client_authentication=self.client_authentication,
            issuance=self.issuance,
            redemption=self.redemption,
            refreshing=self.refreshing,
            device_polling=self.device_polling,
            token_exchange=self.token_exchange,
        )


def build_container(settings: Settings) -> Container:
    """Every service, wired for `settings`."""
    return Container(settings)


def initialisation_steps(settings: Settings) -> InitialisationSteps:
    """The steps of `authserver init`; they need neither key files nor schema."""
    return Installer(settings)


def inspection(settings: Settings) -> AbstractContextManager[Inspection]:
    """A look at the installation, for `doctor` and `serve`."""
    return inspecting(settings)


def schema_status(settings: Settings) -> SchemaStatus:
    """Where the schema stands.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    with inspecting(settings) as look:
        return look.schema()


def upgrade_schema(settings: Settings) -> SchemaUpgrade:
    """Bring the schema up to date.

    Raises:
        Conflict: the database belongs to a newer version.
        StorageUnavailable: it does not answer.
    """
    return wiring_installation.upgrade_schema(settings)


def run_housekeeping(settings: Settings, stop: threading.Event) -> None:
    """Do the work beside the requests until `stop` is set; raises what it cannot go on from."""
    with Container(settings) as container:
        Housekeeping(container).run(stop)
