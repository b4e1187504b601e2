"""PostgreSQL clusters that the tests start themselves, in a folder that goes away with them."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

import psycopg

from tests.not_run import not_run
from tests.ports import free_port

SUPERUSER: Final = "postgres"
OWNER: Final = "authserver"
PASSWORD: Final = "loopback-only"
"""For the loopback port: other users of the machine must not come in. The socket needs none."""

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 30.0

SETTINGS: Final = """
listen_addresses = '127.0.0.1'
unix_socket_directories = '{folder}'
port = {port}
max_connections = 100
shared_buffers = 32MB
# Commits are durable as in production; what only replicas and big servers need is off.
fsync = on
synchronous_commit = on
wal_level = minimal
max_wal_senders = 0
checkpoint_timeout = 30min
max_wal_size = 2GB
jit = off
"""


def find_tool(name: str) -> Path | None:
    """A PostgreSQL server tool: on the path, or where Debian keeps it."""
    found = shutil.which(name)
    if found is not None:
        return Path(found)
    return max(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), default=None)


class PostgresCluster:
    """One server. `start` and `stop` may be repeated; `remove` ends it and deletes its folder."""

    def __init__(self) -> None:
        initdb, postgres = find_tool("initdb"), find_tool("postgres")
        if initdb is None or postgres is None:
            not_run("PostgreSQL", "initdb not found")
        self._postgres = postgres
        self._server: subprocess.Popen[bytes] | None = None
        # Not below pytest's own folder: that is closed to the server's user, and socket paths
        # may not be longer than about a hundred characters.
        self.folder = Path(tempfile.mkdtemp(prefix="authserver-pg-"))
        try:
            self._initialise(initdb)
        except BaseException:
            shutil.rmtree(self.folder)
            raise

    def start(self) -> None:
        """Start and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [*self._as_its_user(), str(self._postgres), "-D", str(self.folder / "data")],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self._environment(),
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.dsn("postgres")).close()
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    self.stop()
                    raise RuntimeError((self.folder / "log").read_text()[-2000:]) from None
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """Stop at once, as an administrator would; clients see their connections end."""
        if self._server is None:
            return
        self._server.send_signal(signal.SIGINT)
        try:
            self._server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait()
        self._server = None

    def freshen(self) -> None:
        """Run again, without the databases that were made in it."""
        if self._server is None or self._server.poll() is not None:
            self.start()
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            made = connection.execute(
                "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
            ).fetchall()
        for (name,) in made:
            self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def remove(self) -> None:
        """Stop and delete everything, without writing down what nobody will read."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait()
            self._server = None
        shutil.rmtree(self.folder)

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        if self._server is None:
            raise RuntimeError("the cluster is not running")
        return self._server.pid

    def dsn(self, database: str) -> str:
        """Connection string of the superuser, through the socket."""
        return f"host={self.folder} port={self.port} user={SUPERUSER} dbname={database}"

    def url(self, database: str) -> str:
        """SQLAlchemy URL of the database's owner, through the socket."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}&port={self.port}"

    def tcp_url(self, database: str) -> str:
        """The same through the loopback port, with the password."""
        return f"postgresql+psycopg://{OWNER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run one statement as superuser, outside a transaction."""
        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _initialise(self, initdb: Path) -> None:
        self.port = free_port()
        password_file = self.folder / "password"
        password_file.write_text(PASSWORD)
        if os.geteuid() == 0:
            user = _server_user()
            for path in (self.folder, password_file):
                os.chown(path, user.pw_uid, user.pw_gid)
        subprocess.run(
            [
                *self._as_its_user(),
                str(initdb),
                f"--pgdata={self.folder / 'data'}",
                f"--username={SUPERUSER}",
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                f"--pwfile={password_file}",
                "--encoding=UTF8",
                # A locale that does not sort by bytes, as most real servers have.
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            check=True,
            capture_output=True,
            cwd=self.folder,
            env=self._environment(),
        )
        with (self.folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(folder=self.folder, port=self.port))
        self.start()
        self.execute(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{PASSWORD}'")

    def _as_its_user(self) -> list[str]:
        """The server refuses to be root, and must not outlive a test run that was killed."""
        setpriv = shutil.which("setpriv")
        if os.geteuid() != 0:
            return [] if setpriv is None else [setpriv, "--pdeathsig=INT", "--"]
        if setpriv is None:
            not_run("PostgreSQL", "setpriv not found")
        user = _server_user()
        return [
            setpriv,
            f"--reuid={user.pw_uid}",
            f"--regid={user.pw_gid}",
            "--clear-groups",
            "--pdeathsig=INT",
            "--",
        ]

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _server_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
