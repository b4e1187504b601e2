"""oidcc-basic-certification-test-plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.oidf.basic_answers import AnswerModules
from tests.oidf.basic_requests import RequestModules
from tests.oidf.plan import Plan, basic_plan

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld


@pytest.fixture(scope="module")
def plan(world: PeopleWorld) -> Plan:
    """The plan with `response_mode=default`."""
    return basic_plan(world, "default")


class TestBasic(AnswerModules, RequestModules):
    """The modules, each in a browser of its own."""
