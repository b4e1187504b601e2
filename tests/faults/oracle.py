"""What must be true after every fault: nothing answered is lost, nothing revoked lives."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from tests.faults.load import Answers
    from tests.instances import Instance, Site


def check(instance: Instance, site: Site, answers: Answers) -> None:
    """Every answered token is active or revoked, every act is on record, the chain verifies."""
    assert answers.tokens, "the load got no token at all: nothing was tested"
    assert 500 not in answers.refused, answers.refused
    states = _states(instance, site, answers.tokens)
    revoked = set(answers.revoked)
    for token, active in zip(answers.tokens, states, strict=True):
        # A revocation whose answer was lost may have happened: only what was answered counts.
        if token in revoked:
            assert not active, "a revoked token lives again"
    unasked = [
        token
        for token, active in zip(answers.tokens, states, strict=True)
        if not active and token not in revoked
    ]
    recorded = recorded_ids(instance, "token.issued")
    gone = recorded_ids(instance, "token.revoked")
    assert {token_id(token) for token in answers.tokens} <= recorded, "an answer has no record"
    assert {token_id(token) for token in revoked} <= gone, "a revocation has no record"
    assert {token_id(token) for token in unasked} <= gone, "an answered token is not active"
    verified = instance.run("audit", "verify", check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def token_id(token: str) -> str:
    """The `jti` of a token."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return str(claims["jti"])


def recorded_ids(instance: Instance, action: str) -> set[str]:
    """The token ids of all records of one action."""
    found: set[str] = set()
    cursor: list[str] = []
    while True:
        search = ("audit", "search", "--action", action, "--limit", "1000", "--json", *cursor)
        page = json.loads(instance.within(*search))
        found.update(record["token_id"] for record in page["records"])
        if not page.get("next_cursor"):
            return found
        cursor = ["--cursor", page["next_cursor"]]


def _states(instance: Instance, site: Site, tokens: list[str]) -> list[bool]:
    session = requests.Session()
    session.headers["Authorization"] = site.authorization
    states = []
    for token in tokens:
        answer = session.post(
            f"{instance.url}/oauth2/introspect", data={"token": token}, timeout=20
        )
        assert answer.status_code == requests.codes.ok, answer.text
        states.append(bool(answer.json()["active"]))
    return states
