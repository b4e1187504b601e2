"""Between the acts: the auditor reads what was recorded."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tests.demo.act_passing import ELSEWHERE, READER, WRITER, WRONG_SCOPE
from tests.demo.act_setting_up import SHORT_LIVED
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import Scene

ISSUED_TO: Final = (SHORT_LIVED, READER, WRITER, WRONG_SCOPE, ELSEWHERE)


def on_record(scene: Scene) -> Iterator[Step]:
    """Every token and the revocation are in the audit."""
    yield Step(
        "auditor",
        "authserver audit search --action token; authserver audit verify",
        f"{len(ISSUED_TO)} tokens issued, one revoked, and nothing wrong with the record",
        lambda: _audit(scene),
    )


def _audit(scene: Scene) -> str:
    records = scene.instance.cli("audit", "search", "--action", "token")["records"]
    acts = Counter((record["action"], record["client_id"]) for record in records)
    told = ", ".join(f"{action} {client}" for action, client in reversed(acts))
    issued = Counter(("token.issued", client) for client in ISSUED_TO)
    check(acts == issued + Counter([("token.revoked", READER)]), told)
    report = scene.instance.cli("audit", "verify")
    checked = f"{report['sealed']} records sealed, {report['broken']} broken"
    check(report["clean"] is True, checked)
    return f"{told}; {checked}"
