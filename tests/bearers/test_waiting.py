"""A call that waits for a provider, and what is taken away meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.external_tokens import DenialKind
from authserver.domain.external_tokens import ExternalProblem as Why
from tests.federation.bearing import APP, SUBJECT, Bearing

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.wiring import Container


def deny_client(container: Container) -> None:
    container.external_denials.deny("theirs", DenialKind.CLIENT, APP, container.operator)


def stop_user(container: Container) -> None:
    container.users.disable(SUBJECT, container.operator)


def stop_provider(container: Container) -> None:
    container.providers.disable("theirs", container.operator)


@pytest.mark.rule("FE-12")
@pytest.mark.parametrize("waits_for", ["provider_documents.keys", "group_reading.of_token"])
@pytest.mark.parametrize(
    ("stop", "why"),
    [
        (deny_client, {Why.DENIED}),
        (stop_user, {Why.USER_STOPPED}),
        # Whoever has no other identity loses every token, too: that may be seen first.
        (stop_provider, {Why.PROVIDER_STOPPED, Why.DENIED}),
    ],
)
def test_what_ends_while_a_call_waits_does_not_pass(
    okta: Bearing,
    monkeypatch: pytest.MonkeyPatch,
    stop: Callable[[Container], None],
    why: set[Why],
    waits_for: str,
) -> None:
    worker, other = okta.installation.worker, okta.installation.start_worker()
    token = okta.token()
    part, method = waits_for.split(".")
    waited_for = getattr(worker.container, part)
    answer = getattr(waited_for, method)
    stopped = False

    def late(*sent: Any, **stated: Any) -> Any:
        nonlocal stopped
        if not stopped:
            stopped = True
            # Returns when nobody believes in it any more, as it says; then the answer comes.
            stop(other.container)
        return answer(*sent, **stated)

    monkeypatch.setattr(waited_for, method, late)
    judged = okta.decide(token)
    assert stopped
    assert judged.status != 200
    told = okta.installation.records()[-1]["reason"].removeprefix("token-invalid: ")
    assert told.partition(":")[0] in why
