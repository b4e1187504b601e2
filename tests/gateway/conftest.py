"""Whole gateways, started when first wanted and kept for all tests of the package."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from authserver.domain.gateways import SessionCookies
from authserver.domain.hand_over import HandOverKind
from authserver.gateway.site_configuration import Mode
from tests.gateway.bed import GatewayBed
from tests.gateway.policed import Policed, policed
from tests.gateway.relayed_bed import a_relayed_bed
from tests.gateway.shapes import BOTH_MODES, EVERY_SHAPE, Shape
from tests.gateway.stub_bed import Bed, a_bed
from tests.gateway.yard import Yard
from tests.instances import Instance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.gateway.relayed_bed import RelayedBed


class GatewayBeds:
    """One bed for each shape, all on one server.

    Who stops, kills or reloads something makes a bed of its own, with a server of its own.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._server: Instance | None = None
        self._beds: dict[Shape, GatewayBed] = {}

    def of(self, shape: Shape) -> GatewayBed:
        """The bed of a shape."""
        if shape not in self._beds:
            name = f"site-{len(self._beds) + 1}"
            bed = GatewayBed(self._folder / name, shape, self._running(), name)
            self._beds[shape] = self._stack.enter_context(bed)
        return self._beds[shape]

    def _running(self) -> Instance:
        if self._server is None:
            self._server = Instance(self._folder / "authserver").initialise()
            self._stack.callback(self._server.stop)
            self._server.start()
        return self._server

    def close(self) -> None:
        """Stop them all."""
        self._stack.close()


@pytest.fixture(scope="package")
def gateway_beds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayBeds]:
    """Every bed of this process. Its server ends with the package: an idle one works on."""
    beds = GatewayBeds(tmp_path_factory.mktemp("gateways"))
    yield beds
    beds.close()


@pytest.fixture(scope="package")
def policed_site(gateway_beds: GatewayBeds) -> Policed:
    """A site that believes a header, behind a gateway that lets sessions pass; Alice and Bob."""
    shape = Shape(HandOverKind.IDENTITY_HEADER, Mode.IN_FRONT, session_cookies=SessionCookies.ALLOW)
    return policed(gateway_beds.of(shape))


@pytest.fixture
def gateway_bed(gateway_beds: GatewayBeds) -> GatewayBed:
    """Jira Data Center behind an API host, with a service credential."""
    return gateway_beds.of(Shape())


@pytest.fixture
def in_front_bed(gateway_beds: GatewayBeds) -> GatewayBed:
    """The same with the gateway in front of the whole site."""
    return gateway_beds.of(Shape(mode=Mode.IN_FRONT))


@pytest.fixture(params=BOTH_MODES, ids=lambda shape: str(shape.mode))
def bed_of_either_mode(request: pytest.FixtureRequest, gateway_beds: GatewayBeds) -> GatewayBed:
    """The test runs in both modes."""
    return gateway_beds.of(request.param)


@pytest.fixture(params=EVERY_SHAPE, ids=str)
def bed_of_every_shape(request: pytest.FixtureRequest, gateway_beds: GatewayBeds) -> GatewayBed:
    """The test runs in both modes with each way to hand over."""
    return gateway_beds.of(request.param)


@pytest.fixture(scope="package")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """Gateways of every kind in one nginx, for tests of thousands of calls."""
    with Yard(tmp_path_factory.mktemp("yard")) as started:
        yield started


@pytest.fixture(scope="package")
def relayed_bed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelayedBed]:
    """A bed for tests that disturb it; each leaves it as it was. It logs everything it can."""
    folder, settings = tmp_path_factory.mktemp("relayed"), {"AUTHSERVER_LOG_LEVEL": "debug"}
    with a_relayed_bed(folder, Shape(), settings) as bed:
        yield bed


@pytest.fixture(scope="module", params=list(Mode))
def module_bed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bed]:
    """nginx between stubs, in each mode."""
    with a_bed(tmp_path_factory.mktemp("bed"), mode=request.param) as bed:
        yield bed


@pytest.fixture
def bed(module_bed: Bed) -> Bed:
    """The same, as if it had never been used."""
    module_bed.reset()
    return module_bed


@pytest.fixture(scope="module")
def module_api_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    """nginx with a host name of its own between stubs."""
    with a_bed(tmp_path_factory.mktemp("bed")) as bed:
        yield bed


@pytest.fixture
def api_host(module_api_host: Bed) -> Bed:
    """The same, as if it had never been used."""
    module_api_host.reset()
    return module_api_host


@pytest.fixture(scope="module", params=["", "/jira"])
def module_in_front(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bed]:
    """nginx in front of a whole site of stubs, which answers at its root or below a path."""
    folder = tmp_path_factory.mktemp("bed")
    with a_bed(folder, mode=Mode.IN_FRONT, base_path=request.param) as bed:
        yield bed


@pytest.fixture
def in_front(module_in_front: Bed) -> Bed:
    """The same, as if it had never been used."""
    module_in_front.reset()
    return module_in_front
