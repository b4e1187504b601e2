"""What a provider says of somebody, and the sign-in that asked it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.group_rules import GroupSnapshot, SnapshotState
from authserver.domain.upstream_sign_ins import AttemptPurpose, UpstreamAttempt, UpstreamPerson
from authserver.services.upstream_proof import Proof

if TYPE_CHECKING:
    from collections.abc import Sequence


def proof_of(key: str, now: float, sid: str = "", groups: Sequence[str] = ()) -> Proof:
    """Everything is in order with this one."""
    person = UpstreamPerson(
        subject_key=key,
        shown=f"{key}@example.org",
        username=key,
        name=key.title(),
        given_name="",
        family_name="",
        email="",
        email_verified=False,
        locale="",
        auth_time=now,
        acr="",
        amr=("pwd",),
        upstream_sid=sid,
    )
    snapshot = GroupSnapshot(tuple(groups), SnapshotState.COMPLETE, "id token", now)
    return Proof(person, snapshot, "", now, "urn:authserver:acr:federated")


def attempt_at(provider: str, now: float, link_subject: str = "") -> UpstreamAttempt:
    """A sign-in that began now; with a subject it is to link."""
    return UpstreamAttempt(
        digest=b"d" * 32,
        pepper_id="1",
        browser=b"b" * 32,
        browser_pepper_id="1",
        provider=provider,
        purpose=AttemptPurpose.LINK if link_subject else AttemptPurpose.SIGN_IN,
        sealed=b"",
        request_id="",
        next="",
        max_age=None,
        acrs=(),
        link_subject=link_subject,
        created_at=now,
        expires_at=now + 600,
    )
