"""Signed verdicts are for the one who asked, and no token themselves (RFC 9701)."""

from __future__ import annotations

import pytest

from authserver.domain.keys import SigningAlgorithm
from authserver.services.introspection_statements import IntrospectionStatements
from tests.doubles import EPOCH
from tests.services.collaborators import read_statement
from tests.services.telling import Telling
from tests.services.world import ISSUER, World


@pytest.fixture
def telling(world: World) -> Telling:
    return Telling(world)


@pytest.fixture
def statements(telling: Telling) -> IntrospectionStatements:
    return IntrospectionStatements(issuer=ISSUER, keys=telling.worker.keys)


@pytest.mark.rule("IN-07")
@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_resource_gets_its_own_algorithm(
    telling: Telling, statements: IntrospectionStatements, algorithm: SigningAlgorithm
) -> None:
    made = telling.world.add_resource("wiki", signing_algorithm=algorithm)
    said = read_statement(statements.sign({"active": False}, made.resource, EPOCH + 0.9))
    assert said == {
        "typ": "token-introspection+jwt",
        "alg": algorithm,
        "claims": {
            "iss": ISSUER,
            "aud": "https://wiki.example.com",
            "iat": int(EPOCH),
            "token_introspection": {"active": False},
        },
    }


def test_a_client_gets_the_algorithm_of_its_id_tokens(
    telling: Telling, statements: IntrospectionStatements
) -> None:
    said = read_statement(statements.sign({"active": True}, telling.app, EPOCH))
    assert (said["alg"], said["claims"]["aud"]) == ("RS256", "web-app")
    telling.change_app_profile(id_token_algorithm=SigningAlgorithm.ES256)
    assert read_statement(statements.sign({"active": True}, telling.app, EPOCH))["alg"] == "ES256"
