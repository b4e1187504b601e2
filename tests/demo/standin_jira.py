"""A stand-in for Jira: a few REST paths with answers written by us. It is no Jira.

Listens on loopback only, believes the header X-Calling-Client as a Jira behind a proxy would, and
notes every request that reaches it before it answers: one JSON object per line.
"""

from __future__ import annotations

import argparse
import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

ANSWERS: Final = Path(__file__).parent / "standin"
READS: Final = {
    "/rest/api/2/serverInfo": "server-info.json",
    "/rest/api/2/issue/DEMO-1": "issue-DEMO-1.json",
}
COMMENTS: Final = "/rest/api/2/issue/DEMO-1/comment"
LONGEST_COMMENT: Final = 10_000


class StandIn(ThreadingHTTPServer):
    """Knows where it is seen from outside and where it notes what reached it."""

    daemon_threads = True

    def __init__(self, port: int, public_url: str, notes: Path) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.public_url = public_url
        self._notes = notes
        self._lock = threading.Lock()

    def note(self, entry: dict[str, Any]) -> None:
        """One line, complete before the answer goes out."""
        with self._lock, self._notes.open("a") as notes:
            notes.write(json.dumps(entry) + "\n")

    def answer_file(self, name: str) -> dict[str, Any]:
        """An answer, with the links as they look from outside."""
        text = (ANSWERS / name).read_text().replace("https://jira.example", self.public_url)
        return dict(json.loads(text))


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    server: StandIn

    def do_GET(self) -> None:
        """Read something."""
        self._note()
        name = READS.get(self._path)
        if name is None:
            self._answer(HTTPStatus.NOT_FOUND, _errors("the stand-in has nothing there"))
        else:
            self._answer(HTTPStatus.OK, self.server.answer_file(name))

    def do_POST(self) -> None:
        """Take a comment."""
        self._note()
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), LONGEST_COMMENT))
        if self._path != COMMENTS:
            self._answer(HTTPStatus.NOT_FOUND, _errors("the stand-in takes comments only"))
            return
        comment = self.server.answer_file("comment.json")
        comment["body"] = json.loads(body)["body"]
        self._answer(HTTPStatus.CREATED, comment)

    def log_message(self, *_: object) -> None:
        """Say nothing: the notes are the log."""

    @property
    def _path(self) -> str:
        return self.path.partition("?")[0]

    def _note(self) -> None:
        self.server.note(
            {
                "method": self.command,
                "path": self._path,
                "client": self.headers.get("X-Calling-Client"),
                "headers": sorted(name.lower() for name in self.headers),
            }
        )

    def _answer(self, status: HTTPStatus, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-AUSERNAME", self.headers.get("X-Calling-Client") or "anonymous")
        self.end_headers()
        self.wfile.write(content)


def _errors(message: str) -> dict[str, Any]:
    return {"errorMessages": [message], "errors": {}}


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo.standin_jira", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="loopback port")
    parser.add_argument("--public-url", required=True, help="what the proxy in front is called")
    parser.add_argument("--notes", type=Path, required=True, help="file for what reached it")
    chosen = parser.parse_args()
    StandIn(chosen.port, chosen.public_url, chosen.notes).serve_forever()


if __name__ == "__main__":
    main()
