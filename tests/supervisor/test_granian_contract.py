"""What we use of Granian beyond its public face: fails when a new version changes it."""

from __future__ import annotations

import inspect

from granian import _granian
from granian._futures import _new_cbscheduler
from granian._loops import loops
from granian._signals import set_sync_signals
from granian.http import HTTP1Settings
from granian.server.mp import MPServer, WorkerProcess
from granian.wsgi import _callback_wrapper


def parameters(function: object) -> list[str]:
    assert callable(function)
    return list(inspect.signature(function).parameters)


def test_a_worker_takes_what_we_give_it() -> None:
    text = _granian.WSGIWorker.__text_signature__
    names = [part.strip(" ()").partition("=")[0] for part in text.split(",")]
    assert names == [
        "worker_id",
        "sock",
        "ipc",
        "threads",
        "blocking_threads",
        "py_threads",
        "py_threads_idle_timeout",
        "backpressure",
        "http_mode",
        "http1_opts",
        "http2_opts",
        "static_files",
        "ssl_enabled",
        "ssl_cert",
        "ssl_key",
        "ssl_key_password",
        "ssl_protocol_min",
        "ssl_ca",
        "ssl_crl",
        "ssl_client_verify",
        "metrics",
    ]
    assert hasattr(_granian.WSGIWorker, "serve_mtr")
    assert hasattr(_granian.WSGIWorker, "serve_mtr_uds")


def test_a_socket_is_handed_over_by_descriptor() -> None:
    assert _granian.SocketHolder.__text_signature__ == "(fd, uds, backlog)"


def test_the_helpers_take_what_we_give_them() -> None:
    assert parameters(_callback_wrapper) == ["callback", "scope_opts", "access_log_fmt"]
    assert parameters(_new_cbscheduler) == ["loop", "cb", "impl_asyncio"]
    assert parameters(set_sync_signals) == []
    assert {"header_read_timeout", "max_buffer_size"} <= set(parameters(HTTP1Settings))
    assert "asyncio" in loops


def test_granian_itself_starts_a_worker_as_we_do() -> None:
    """The order of steps that `authserver/supervisor/worker.py` follows."""
    source = inspect.getsource(MPServer._spawn_wsgi_worker.__wrapped__)
    steps = [
        "_wsgi_call_wrap(callback, scope_opts, log_access_fmt)",
        "set_sync_signals()",
        "shutdown_event.add_cb(shutdown_glue)",
        "WSGIWorker(",
        "_new_cbscheduler(loop, wcallback, impl_asyncio=task_impl == TaskImpl.asyncio)",
        "serve(scheduler, loop, shutdown_event)",
    ]
    places = [source.index(step) for step in steps]
    assert places == sorted(places)
    assert "loops.get(loop_impl)" in inspect.getsource(WorkerProcess.wrap_target)
