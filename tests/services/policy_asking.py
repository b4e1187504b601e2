"""A user's call, and policies with some sections."""

from __future__ import annotations

from typing import Any

from authserver.domain.operations import Effect, Operation
from authserver.domain.policy_calls import CallerFacts, CallerWay, CallFacts
from authserver.domain.policy_documents import (
    PolicyDocument,
)
from authserver.services.policy_engine import judge
from authserver.services.site_policies import SitePolicy, compile_policy
from tests.services.policy_strategies import (
    OPERATIONS,
    PRODUCT,
    RESOURCE,
)

GETS, MAKES, SEARCHES, PURGES, *_ = OPERATIONS
LISTED = Operation("one", "GET", "/rest/a/1/x", "x", Effect.READ, classic=frozenset({"READ"}))
USER = CallerFacts(
    CallerWay.API_TOKEN_BEARER,
    "user:ada",
    "app",
    "t1",
    username="ada",
    groups=frozenset({"developers"}),
    email_domain="a.example",
)
CALL = CallFacts(USER, 5.0, "GET", "/rest/a/1/things", (GETS,), "10.1.2.3")


def policy(**sections: Any) -> SitePolicy:
    return compile_policy([(None, PolicyDocument(**sections))], PRODUCT, RESOURCE)


def said(asked: SitePolicy, facts: CallFacts = CALL) -> str:
    refusal = judge(asked, facts)
    assert refusal is not None
    return refusal.change
