"""Negative controls: without each protection, what it is against comes through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.crypto import foreign_tokens
from authserver.domain.external_tokens import DenialKind
from authserver.domain.providers import ProviderKind, ProviderStatus
from authserver.services import external_claims, external_reading, external_speakers
from authserver.services.authority import AuthorityView
from authserver.services.provider_view import KnownProvider, ProviderView
from tests.bearers import test_stopped as stopped
from tests.federation.bearing import APP, BearingInstallation, bearing
from tests.rfc.external_token_making import by_another_key, with_graph, with_key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.federation.bearing import Bearing

pytestmark = pytest.mark.slow
OTHER: Final = "9188040d-6c67-4c5b-b112-36a304b66dad"
MICROSOFT: Final = "https://login.microsoftonline.com"
OKTA, ENTRA, COGNITO = ProviderKind.OKTA, ProviderKind.ENTRA, ProviderKind.COGNITO


@dataclass(frozen=True)
class Control:
    """A protection (`owner.name`), what stands in its place, and a token that it refuses."""

    owner: Any
    name: str
    instead: Any
    token: Callable[[Bearing], str]
    kind: ProviderKind = OKTA
    prepare: Callable[[Bearing], Any] | None = None
    after: Callable[[Bearing], Any] | None = None

    def __str__(self) -> str:
        """For the test's name."""
        return self.name


def nothing(*_given: Any, **_named: Any) -> None:
    """Checks nothing."""


def always(*_given: Any, **_named: Any) -> bool:
    return True


def never(*_given: Any, **_named: Any) -> bool:
    return False


def saying(**claims: object) -> Callable[[Bearing], str]:
    return lambda world: world.token(**claims)


def deny(world: Bearing) -> None:
    container = world.installation.container
    container.external_denials.deny("theirs", DenialKind.CLIENT, APP, container.operator)


def somebody_of_another_tenant(world: Bearing) -> None:
    world.link(f"{OTHER}/{world.person.oid}", "user:other")


def stop_and_start(world: Bearing) -> None:
    stopped.stop_user(world.installation.container)
    stopped.start_user(world.installation.container)
    world.installation.poll()


CONTROLS: Final = (
    Control(external_claims, "_check_audience", nothing, saying(aud="elsewhere")),
    Control(external_claims, "_check_common", nothing, saying(cnf={"jkt": "x"})),
    Control(
        external_claims,
        "_check_audience",
        nothing,
        saying(aud="https://graph.microsoft.com"),
        ENTRA,
        with_graph,
    ),
    Control(external_claims, "_entra_version", lambda *_: "2.0", saying(ver="1.0"), ENTRA),
    Control(
        external_claims,
        "_entra_version",
        lambda *_: "2.0",
        saying(tid=OTHER),
        ENTRA,
        somebody_of_another_tenant,
    ),
    Control(
        external_claims,
        "_is_of_resource_server",
        always,
        saying(scope="jira-evil/read"),
        COGNITO,
        lambda world: world.configure(bearer={"scopes": {"jira-evil/read": frozenset({"READ"})}}),
    ),
    Control(external_reading, "check_times", nothing, saying(iat=1_799_990_000, exp=1_799_999_000)),
    Control(
        external_reading,
        "_check_accepts",
        nothing,
        saying(),
        OKTA,
        None,
        lambda world: world.configure(status=ProviderStatus.DISABLED),
    ),
    Control(KnownProvider, "denies", never, saying(), OKTA, None, deny),
    Control(
        external_speakers,
        "_check_living",
        nothing,
        saying(iat=1_800_000_030),
        OKTA,
        None,
        lambda world: stopped.stop_user(world.installation.container),
    ),
    Control(AuthorityView, "is_denied", never, saying(), OKTA, None, stop_and_start),
    Control(
        ProviderView,
        "for_issuer",
        lambda self, _issuer: [self.get("theirs")],
        saying(iss="https://elsewhere.example"),
        OKTA,
    ),
    Control(foreign_tokens, "is_valid", always, by_another_key),
    Control(
        foreign_tokens,
        "may_sign",
        always,
        saying(),
        ENTRA,
        with_key_of(f"{MICROSOFT}/{OTHER}/v2.0"),
    ),
)


@pytest.mark.parametrize("control", CONTROLS, ids=str)
def test_without_the_protection_the_token_is_accepted(
    control: Control, installation: BearingInstallation, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = bearing(installation, control.kind)
    if control.prepare is not None:
        control.prepare(world)
    token = control.token(world)
    if control.after is not None:
        control.after(world)
    assert not world.judge(token).is_accepted
    monkeypatch.setattr(control.owner, control.name, control.instead)
    # Another worker: the first one remembers what it verified of the token.
    judged = world.judge(token, installation.start_worker())
    assert judged.is_accepted, judged.record
