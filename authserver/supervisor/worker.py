"""A worker process: Granian's HTTP server around our WSGI application.

Granian's own supervisor is not used: it gives up when workers die within seconds of each other,
and on TCP it lets each worker open the port again. What is used of Granian beyond its public face
is watched by `tests/supervisor/test_granian_contract.py`.
"""

from __future__ import annotations

import os
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any, Final

from granian._futures import _new_cbscheduler
from granian._granian import SocketHolder, WSGIWorker
from granian._loops import loops
from granian._signals import set_sync_signals
from granian.constants import HTTPModes, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels, configure_logging
from granian.wsgi import _callback_wrapper

from authserver.loading import loading_for_good
from authserver.supervisor.child_side import inherited, load_target, report_ready, take_plan
from authserver.supervisor.farewell import Farewell, stop_accepting
from authserver.supervisor.turn_taking import taking_turns

if TYPE_CHECKING:
    from authserver.supervisor.plans import WorkerPlan

_HEAD_BYTES_MAX: Final = 32 * 1024
_IDLE_THREAD_SECONDS: Final = 365 * 86_400
"""Threads stay: `Turns` counts them."""
_LOOK_SECONDS: Final = 0.2
_FAREWELL_SECONDS: Final = 0.3
"""How long busy connections are asked to go elsewhere before all are closed."""
_NO_TLS: Final[tuple[object, ...]] = (False, None, None, None, "tls1.3", None, [], False)
_TO_STDERR: Final = {
    "handlers": {
        "console": {
            "formatter": "generic",
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stderr",
        }
    },
    "loggers": {"_granian": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}


def main() -> None:
    """Serve until SIGTERM, finish what was begun, end."""
    plan: WorkerPlan = take_plan()
    listener = socket.socket(fileno=inherited(1))
    configure_logging(LogLevels.warning, dict(_TO_STDERR))
    with loading_for_good():
        application = load_target(plan.target)(plan.argument)
    # A socket that its last worker left behind listens already; a new one gets its share from now.
    listener.listen(plan.backlog)
    _serve(application, plan, listener)
    close = getattr(application, "close", None)
    if close is not None:
        close()


def _serve(application: Any, plan: WorkerPlan, listener: socket.socket) -> None:
    is_unix = listener.family == socket.AF_UNIX
    stopping = set_sync_signals()
    farewell = Farewell(application)

    def stop(_number: int, _frame: object) -> None:
        farewell.begin()
        stop_accepting(listener)
        threading.Timer(_FAREWELL_SECONDS, stopping.set).start()

    signal.signal(signal.SIGTERM, stop)
    stopped = threading.Event()
    stopping.add_cb(stopped.set)
    loop = loops.get(Loops.asyncio)
    server = WSGIWorker(
        os.getpid(),
        (None, SocketHolder(listener.fileno(), is_unix, plan.backlog)),
        None,  # no channel for Granian's own metrics
        1,  # runtime thread: it parses HTTP, the other threads run Python
        1,  # blocking runtime threads: for files, which we do not serve
        plan.threads,
        _IDLE_THREAD_SECONDS,
        plan.backlog,  # connections at once; more stay in the queue
        HTTPModes.http1,
        HTTP1Settings(
            header_read_timeout=plan.header_timeout_seconds * 1000, max_buffer_size=_HEAD_BYTES_MAX
        ),
        None,  # no HTTP/2
        None,  # no static files
        *_NO_TLS,
        (None, None),  # no metrics
    )
    turns = getattr(application, "turns", None)
    callback = _wrapped(farewell) if turns is None else taking_turns(_wrapped, farewell, turns)
    scheduler = _new_cbscheduler(loop, callback, impl_asyncio=True)
    serve = server.serve_mtr_uds if is_unix else server.serve_mtr
    report_ready()
    serve(scheduler, loop, stopping)
    # Any thread may get a signal, and only this one runs handlers: it has to look by itself.
    while not stopped.wait(_LOOK_SECONDS):
        pass


def _wrapped(application: Any) -> Any:
    """Granian's WSGI callback, without the process environment.

    Granian copies the environment of the process into that of every request; whatever is in it
    has no business there.
    """
    kept = dict(os.environ)
    os.environ.clear()
    try:
        return _callback_wrapper(application, {}, None)
    finally:
        os.environ.update(kept)


if __name__ == "__main__":
    main()
