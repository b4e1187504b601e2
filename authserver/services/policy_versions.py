"""Which versions of a policy document there are, and what is recorded of a new one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from authserver.domain.errors import Conflict, NotFound
from authserver.domain.policy_documents import DEFAULT_DOCUMENT, PolicyVersion
from authserver.domain.resources import ResourceStatus
from authserver.domain.texts import shown_time
from authserver.services.policy_differences import DifferenceKind, differences
from authserver.services.policy_reading import parsed, read_policy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.policy_documents import PolicyDocument
    from authserver.domain.ports import Stores


def check_name(stores: Stores, name: str) -> None:
    """Raises NotFound: `name` is neither `default` nor that of a site."""
    if name == DEFAULT_DOCUMENT:
        return
    resource = stores.resources.get(name)
    if resource is None or resource.status is ResourceStatus.DELETED or not resource.is_site:
        raise NotFound("resource", name)


def existing(stores: Stores, name: str, number: int | None) -> PolicyVersion:
    """One version of a document, the newest for `None`. Raises NotFound."""
    if number is None:
        found = stores.policies.current(name)
        if found is None:
            raise NotFound("policy document", name)
        return found
    found = stores.policies.version(name, number)
    if found is None:
        raise NotFound("policy version", f"{name}@{number}")
    return found


def default_beside(stores: Stores, name: str) -> PolicyDocument | None:
    """The default document, beside the document of a site; `None` where there is none."""
    default = None if name == DEFAULT_DOCUMENT else stores.policies.current(DEFAULT_DOCUMENT)
    return None if default is None else read_policy(default.text)


def check_seen(name: str, current: PolicyVersion | None, expect: int | None) -> None:
    """Raises Conflict: the author saw another version (0: none) than the one there is."""
    if expect is None or expect == (0 if current is None else current.number):
        return
    if current is None:
        raise Conflict(f"policy document {name} has no version yet, and version {expect} was seen")
    raise Conflict(
        f"policy document {name} is at version {current.number}, which {current.applied_by} "
        f"applied at {shown_time(current.applied_at)}; version {expect} was seen: compare again"
    )


def described(name: str, version: PolicyVersion | None) -> dict[str, object]:
    """A document as it is now, number 0 where it has no version; time in seconds since epoch."""
    if version is None:
        version = PolicyVersion(name, 0, "", 0.0, "", "")
    return {
        "name": name,
        "version": version.number,
        "text": version.text,
        "sha256": digest_of(version.text),
        "applied_at": version.applied_at if version.number else None,
        "applied_by": version.applied_by,
        "comment": version.comment,
    }


def recorded(
    before: PolicyVersion | None,
    after: PolicyVersion,
    back_to: int | None,
    shortened: Sequence[str],
) -> dict[str, Any]:
    """The details of the record: numbers, digest, and which rules are others than before."""
    rules = differences(parsed("" if before is None else before.text), parsed(after.text))
    details: dict[str, Any] = {
        "before": 0 if before is None else before.number,
        "after": after.number,
        "sha256": digest_of(after.text),
        "comment": after.comment,
        "rules": {
            str(kind): [each.rule for each in rules if each.kind is kind] for kind in DifferenceKind
        },
        "shortened_tokens": len(shortened),
    }
    if back_to is not None:
        details["back_to"] = back_to
    return details


def digest_of(text: str) -> str:
    """By which a record names a text: SHA-256 in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
