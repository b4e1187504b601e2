"""A WSGI application that each process makes for itself."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class ApplicationPerProcess:
    """Makes the application at the first request of the process that serves it.

    A server may fork after it has loaded the application. Threads do not live on in the child,
    locks may stay locked there, and connections must not be shared: so nothing of the kind is made
    before the fork, and a child of a process that has served begins anew.
    """

    def __init__(self, make: Callable[[], WSGIApplication]) -> None:
        """Make nothing yet."""
        self._make = make
        self._application: WSGIApplication | None = None
        self._lock = threading.Lock()
        self._of_parents: list[WSGIApplication] = []
        os.register_at_fork(after_in_child=self._begin_anew)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        return (self._application or self._made())(environ, start_response)

    def _made(self) -> WSGIApplication:
        with self._lock:
            if self._application is None:
                self._application = self._make()
            return self._application

    def _begin_anew(self) -> None:
        if self._application is not None:
            # Kept, so that nothing closes here what the parent still uses.
            self._of_parents.append(self._application)
        self._application = None
        self._lock = threading.Lock()
