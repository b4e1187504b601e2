"""The last act: the books are balanced and everything is put away."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from tests.demo.act_revoking import ASKED
from tests.demo.administrator import SERVICE_CREDENTIAL
from tests.demo.scene import OTHER_SITE, SITE
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import Scene


def ending(scene: Scene) -> Iterator[Step]:
    """What was seen, and that nothing is left."""
    yield Step(
        "stand-ins",
        "open their notes",
        "only allowed operations, none with a token, a cookie or a claim of the caller's",
        lambda: _tally(scene),
    )
    yield Step(
        "operator",
        "counts in nginx's log how often mod_auth_openidc asked, and looks for secrets in all logs",
        f"{ASKED} times: once for each call with a token; no token and no credential",
        lambda: _read_logs(scene),
    )
    yield Step(
        "operator",
        "stops all servers in order",
        "no process is left",
        lambda: _stop(scene),
    )


def _tally(scene: Scene) -> str:
    told = []
    for site in (SITE, OTHER_SITE):
        notes = scene.seen_by(site)
        strange = [note.line for note in notes if note.smells or note.status not in {200, 201}]
        check(not strange, f"{site}: {', '.join(strange)}")
        counted = Counter(note.operation or f"page {note.acted_on}" for note in notes)
        lines = ", ".join(f"{count} x {operation}" for operation, count in counted.items())
        told.append(f"{site}: {lines}")
    return "\n".join(told)


def _read_logs(scene: Scene) -> str:
    logs = sorted(scene.places.folder.glob("*/*.log"))
    text = {log: log.read_text(errors="replace") for log in logs}
    secrets = [token.value for token in scene.tokens.values()]
    secrets += [SERVICE_CREDENTIAL, *(caller.secret for caller in scene.callers.values())]
    leaks = [log.name for log in logs if any(secret in text[log] for secret in secrets)]
    check(not leaks, f"secrets stand in {', '.join(leaks)}")
    requests = text[scene.nginx.folder / "authserver.requests.log"]
    asked = len(re.findall(r'"method":"POST","path":"/oauth2/introspect"', requests))
    asked -= scene.introspections
    check(asked == ASKED, f"{asked} times")
    return f"{asked} times; {len(logs)} logs, no secret in any of them"


def _stop(scene: Scene) -> str:
    running = len(scene.processes.living())
    killed = scene.processes.stop()
    check(not killed, f"had to be killed: {', '.join(killed)}")
    left = scene.processes.living()
    check(not left, f"{len(left)} processes are left")
    return f"{running} processes have ended"
