"""A server that forks after it has loaded `wsgi.py`: each process asks for a token and tells.

Arguments: the client's id and secret, and how many requests the parent answers before it forks.
Prints, for each request, one JSON line with the process, the status and the number of threads.
"""

from __future__ import annotations

import json
import os
import sys
import threading

import wsgi
from tests.instances import Caller
from tests.rfc.lanes import Lane


def main() -> None:
    """Be asked; have a child and a grandchild that are asked; be asked again."""
    client_id, secret, requests_first = sys.argv[1:]
    reader, lane = Caller(client_id, secret), Lane(wsgi.application)

    def tell(who: str) -> None:
        line = {"who": who, "status": lane.ask(reader).status, "threads": threading.active_count()}
        os.write(1, json.dumps(line).encode() + b"\n")

    def fork(*generations: str) -> None:
        child = os.fork()
        if child == 0:
            tell(generations[0])
            if generations[1:]:
                fork(*generations[1:])
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            os._exit(1)

    for _ in range(int(requests_first)):
        tell("parent")
    fork("child", "grandchild")
    tell("parent")


if __name__ == "__main__":
    main()
