"""PostgreSQL: bounded waits everywhere, and dead connections found before they are used."""

from __future__ import annotations

import select
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import URL, Engine
    from sqlalchemy.pool import ConnectionPoolEntry

APPLICATION_NAME: Final = "authserver"
KEEPALIVE_IDLE_SECONDS: Final = 10
KEEPALIVE_INTERVAL_SECONDS: Final = 5
KEEPALIVE_COUNT: Final = 3
UNACKNOWLEDGED_MILLISECONDS: Final = 10_000
"""How long sent data may stay unacknowledged before the connection counts as lost."""

SEEN: Final = "authserver_seen"


def connect_arguments(
    url: URL, *, connect: int, statement: float, lock: float, idle_transaction: float
) -> dict[str, Any]:
    """Arguments of `psycopg.connect`; times in seconds. What the URL says itself wins."""
    options = (
        f"-c statement_timeout={_milliseconds(statement)}"
        f" -c lock_timeout={_milliseconds(lock)}"
        f" -c idle_in_transaction_session_timeout={_milliseconds(idle_transaction)}"
    )
    arguments = {
        "connect_timeout": connect,
        "application_name": APPLICATION_NAME,
        "keepalives": 1,
        "keepalives_idle": KEEPALIVE_IDLE_SECONDS,
        "keepalives_interval": KEEPALIVE_INTERVAL_SECONDS,
        "keepalives_count": KEEPALIVE_COUNT,
        "tcp_user_timeout": UNACKNOWLEDGED_MILLISECONDS,
    }
    own: dict[str, Any] = {
        name: value for name, value in arguments.items() if name not in url.query
    }
    given = url.query.get("options")
    if isinstance(given, tuple):
        given = " ".join(given)
    own["options"] = f"{options} {given}" if given else options
    return own


def register(engine: Engine) -> None:
    """Look at each connection before it leaves the pool."""
    event.listen(engine, "checkout", _on_checkout)


def _on_checkout(
    connection: psycopg.Connection[Any], record: ConnectionPoolEntry, _proxy: object
) -> None:
    if not record.info.get(SEEN):
        # Just made; the pool empties `info` with every new connection.
        record.info[SEEN] = True
        return
    # An idle server has nothing to say. If the socket can be read, the server has said good-bye
    # or is gone; one system call finds out, where a ping would cost a round trip per request.
    if connection.closed or _has_something_to_say(connection):
        raise InvalidatePoolError("the server has closed the connection")


def _has_something_to_say(connection: psycopg.Connection[Any]) -> bool:
    poller = select.poll()
    poller.register(connection.pgconn.socket, select.POLLIN)
    return bool(poller.poll(0))


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
