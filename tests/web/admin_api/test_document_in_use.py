"""Calls made up from the document: no fault of ours, and no answer that it does not describe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks as openapi_checks

from authserver.domain.resources import ADMINISTRATION_PATH
from tests.web.admin_api.examples import prepared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.admin_api.example_values import Example
    from tests.web.admin_api.rest import Rest

SEED: Final = 20_261_122
REFUSED: Final = {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}
"""Too long is 413, 414 or 431 here, which are not among the statuses that are expected else."""
FEWEST_CHECKS: Final = 8
NOT_OURS: Final = frozenset(
    {
        # What is well-formed may still break a rule that no schema tells: then it is a 422.
        openapi_checks.positive_data_acceptance.__name__,
        # These follow links between operations, which the document has none of.
        *("use_after_free", "ensure_resource_availability", "object_level_authorization"),
    }
)
CHOSEN: Final = [CHECKS.get_one(name) for name in CHECKS.get_all_names() if name not in NOT_OURS]


def try_every_operation(rest: Rest, most: int) -> Mapping[str, str]:
    """Make calls up for each operation, `most` of each; what was wrong, by operation id."""
    examples = prepared(rest)
    schema: Any = schemathesis.openapi.from_wsgi(
        f"{ADMINISTRATION_PATH}/openapi.json",
        rest.world.installation.worker.application.wsgi_app,
        config=SchemathesisConfig.from_dict(REFUSED),
    )
    wrong = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        name = operation.definition.raw["operationId"]
        try:
            _try(operation, rest, examples[name], most)
        except BaseException as error:  # noqa: BLE001 - groups of failures, one operation each
            wrong[name] = "\n".join(str(each) for each in getattr(error, "exceptions", [error]))
    return wrong


def _try(operation: Any, rest: Rest, example: Example, most: int) -> None:
    modes = [
        operation.as_strategy(generation_mode=mode)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    ]

    @seed(SEED)
    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(modes), st.booleans())
    def try_one(case: Any, is_there: bool) -> None:  # noqa: FBT001 - as Hypothesis gives it
        if is_there and example.path:
            case.path_parameters = dict(example.path)
        headers = {"Authorization": f"Bearer {rest.token}"}
        case.call_and_validate(headers=headers, checks=CHOSEN)

    try_one()


@pytest.mark.slow
def test_whatever_is_made_up_gets_an_answer_that_is_described(rest: Rest) -> None:
    assert len(CHOSEN) >= FEWEST_CHECKS
    assert try_every_operation(rest, 2) == {}


@pytest.mark.slow
def test_whatever_is_made_up_at_length_gets_an_answer_that_is_described(rest: Rest) -> None:
    assert try_every_operation(rest, 50) == {}
