"""A list of groups at a provider as the text of one column."""

from __future__ import annotations

from authserver.domain.group_rules import GroupSnapshot, SnapshotState
from authserver.storage.json_texts import Members, coded


def snapshot_text(snapshot: GroupSnapshot | None) -> str:
    """The snapshot as a JSON object; empty for none."""
    if snapshot is None:
        return ""
    return coded(
        {
            "values": list(snapshot.values),
            "state": snapshot.state.value,
            "source": snapshot.source,
            "fetched_at": snapshot.fetched_at,
            "detail": snapshot.detail,
            "is_outage": snapshot.is_outage,
        }
    )


def snapshot_from(text: str) -> GroupSnapshot | None:
    """The snapshot in a row. Raises StorageUnavailable for what `snapshot_text` never writes."""
    if not text:
        return None
    members = Members(text, "groups of an identity")
    snapshot = GroupSnapshot(
        values=members.texts("values"),
        state=members.choice("state", SnapshotState),
        source=members.text("source"),
        fetched_at=members.moment("fetched_at"),
        detail=members.text("detail"),
        is_outage=members.flag("is_outage"),
    )
    members.finish()
    return snapshot
