"""What is denied and allowed of a provider's is on record (AU-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.external_tokens import DenialKind
from authserver.domain.providers import ProviderKind
from tests.federation.bearing import provider_of
from tests.federation.fake_provider import FakeProvider
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from authserver.services.external_denials import ExternalDenials
    from tests.rfc.installations import Installation


@pytest.fixture
def denials(installation: Installation) -> ExternalDenials:
    with installation.container.database.writing() as stores:
        stores.providers.add(provider_of(FakeProvider(ProviderKind.OKTA)))
    return installation.container.external_denials


@pytest.mark.rule("AU-03")
def test_denials_and_their_end_are_recorded(
    installation: Installation, denials: ExternalDenials
) -> None:
    operator, watch = installation.container.operator, Watch(installation)
    actor = {"kind": "operator", "id": operator.actor.identifier}
    denial = denials.deny("theirs", DenialKind.TOKEN, "AT.1", operator, reason="leaked")
    denied = watch.one("provider.denied", actor=actor, outcome="success")
    assert denied["object"] == {"kind": "provider", "id": "theirs"}
    told = {
        "kind": "token",
        "value": "AT.1",
        "issued_until": denial.issued_until,
        "expires_at": denial.expires_at,
        "reason": "leaked",
    }
    assert denied["details"] == {"after": told}
    watch.new()
    denials.allow("theirs", DenialKind.TOKEN, "AT.1", operator)
    allowed = watch.one("provider.allowed", actor=actor, outcome="success")
    assert allowed["details"] == {"before": told}


def test_what_cannot_be_denied_is_refused_and_leaves_no_record(
    installation: Installation, denials: ExternalDenials
) -> None:
    operator, watch = installation.container.operator, Watch(installation)
    for kind, value in (
        (DenialKind.TOKEN, ""),
        (DenialKind.TOKEN, "a b"),
        (DenialKind.CLIENT, "ü"),
        (DenialKind.CLIENT, "x" * 256),
        (DenialKind.SUBJECT, ""),
        (DenialKind.SUBJECT, "a\n"),
        (DenialKind.SUBJECT, "x" * 256),
    ):
        with pytest.raises(InvalidField, match=f"^{kind}: 1 to 255"):
            denials.deny("theirs", kind, value, operator)
    for until in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(InvalidField, match=r"^until: "):
            denials.deny("theirs", DenialKind.CLIENT, "app", operator, until=until)
    for reason in ("x" * 201, "a\x1b"):
        with pytest.raises(InvalidField, match=r"^reason: "):
            denials.deny("theirs", DenialKind.CLIENT, "app", operator, reason=reason)
    with pytest.raises(NotFound, match="no provider named 'nobody'"):
        denials.deny("nobody", DenialKind.CLIENT, "app", operator)
    with pytest.raises(NotFound, match="no denied client named 'app'"):
        denials.allow("theirs", DenialKind.CLIENT, "app", operator)
    with pytest.raises(NotFound, match="no provider named 'nobody'"):
        denials.list("nobody")
    assert watch.new() == []
