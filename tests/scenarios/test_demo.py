"""`make demo` tells the whole story, says so when it goes wrong, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil
import pytest

from tests.demo import needs
from tests.demo.__main__ import CANNOT_RUN, INTERRUPTED
from tests.demo.transcript import MARGIN
from tests.not_run import not_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT: Final = Path(__file__).parents[2]
SERVERS_ARE_UP: Final = "gets a token with requests-oauthlib"
PATIENCE_SECONDS: Final = 30.0
TOLD: Final = (
    ("authserver init", "one-time password of admin was printed"),
    ("resource set-credential jira-main", "every caller is svc-gateway"),
    ("gateway add edge", "nginx -t is content"),
    ("authserver client create ci-reader", "registered: board-sync, ci-reader"),
    ("starts the stand-in Jira, authserver, and nginx", "2 workers"),
    ("gets a token with requests-oauthlib", "scope READ"),
    (
        "reads DEMO-1 with the client jira, through nginx",
        "the credential of svc-gateway; no token.",
    ),
    ("comments DEMO-1 with the same token", 'scope="WRITE" The stand-in saw nothing.'),
    ("gets a wider token", "scope read:jira-work write:jira-work"),
    ("comments DEMO-1 with the client jira", "comment 10200"),
    ("with atlassian-python-api", "120 issues, DEMO-1 to DEMO-120, on 3 pages"),
    ("introspects both tokens", "ci-reader: active, READ; board-sync: active"),
    ("with user name and password", "403 access_denied: Basic authentication with a password is"),
    (
        "with a session cookie of Jira's",
        "403 access_denied: this call with a session cookie is blocked here",
    ),
    ("with nothing at all", "401 authentication_required: anonymous calls are refused"),
    ("one letter of it changed", "401 invalid_token"),
    ("for another site", "jira-main only inactive; 401 invalid_token"),
    ("that nginx and a Tomcat may read differently", "The stand-in saw nothing."),
    ("claims to be admin in 8 headers", "All headers that came: Accept, Accept-Encoding, Auth"),
    ("in front of jira-archive", "/secure/Dashboard.jspa is 200"),
    (
        "reads DEMO-1 there, with a good token",
        "403 access_denied: the call is allowed, but no account",
    ),
    ("account map jira-archive export-robot", "night-export is export-robot"),
    ("reads DEMO-1 there again", "X-Remote-User: export-robot; no Authorization."),
    ("its mod_auth_openidc introspects", 'commenting: 403 Bearer error="insufficient_scope"'),
    ("gives its token up", "active; revocation answered 200; inactive"),
    ("with the revoked token", 'Apache: 401 Bearer error="invalid_token"'),
    ("gets another token", "the credential of svc-gateway; no token."),
    ("stops authserver", "503 temporarily_unavailable"),
    ("starts authserver again", "the credential of svc-gateway; no token."),
    ("audit search --action call", "10 allowed, 11 denied; each of the allowed is in"),
    ("by the decision ids", "token-invalid: revoked"),
    ("audit verify", "0 broken"),
    ("open their notes", "3 x GET /rest/api/2/search"),
    ("counts in nginx's log", "4 times; 14 logs, no secret in any of them"),
    ("stops all servers", "processes have ended"),
)
"""Words of each step, and of what happened in it."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """For everything that the demo writes; pytest's own folders are closed to web servers."""
    lacking = needs.missing()
    if lacking:
        not_run("the demo", f"{lacking[0].what} not found")
    path = Path(tempfile.mkdtemp(prefix="authserver-demo-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.mark.slow
def test_the_demo_tells_the_whole_story_and_leaves_nothing_behind(folder: Path) -> None:
    demo = _start(folder)
    transcript, _ = demo.communicate(timeout=180)

    assert demo.returncode == 0, transcript
    steps = _steps(transcript)
    assert [number for number, _ in steps] == list(range(1, len(TOLD) + 1))
    for (number, step), (told, happened) in zip(steps, TOLD, strict=True):
        assert told in step, f"step {number}: {step}"
        assert happened in step, f"step {number}: {step}"
        assert re.search(r" ok +[0-9.]+ s ", step), f"step {number}: {step}"
    assert transcript.endswith("Every step went as told.\n")
    assert "\x1b" not in transcript
    _assert_nothing_left(folder)


@pytest.mark.slow
def test_a_step_that_goes_wrong_is_named_and_fails_the_demo(folder: Path) -> None:
    demo = _start(folder)
    _read_until(demo, SERVERS_ARE_UP)
    for process in _living(folder):
        if "nginx" in process.name():
            process.kill()
    transcript, _ = demo.communicate(timeout=60)

    assert demo.returncode == 1, transcript
    assert transcript.count("    FAILED ") == 1, transcript
    last = transcript.splitlines()[-1]
    assert re.fullmatch(r"Step [0-9]+ (could not be played|did not go as told)\.", last)
    _assert_nothing_left(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_an_interrupted_demo_stops_everything_in_order(
    folder: Path, number: signal.Signals
) -> None:
    demo = _start(folder)
    _read_until(demo, SERVERS_ARE_UP)
    assert len(_living(folder)) >= 6  # the demo with nginx, the stand-in, authserver
    demo.send_signal(number)
    transcript, _ = demo.communicate(timeout=60)

    assert demo.returncode == INTERRUPTED, transcript
    assert "Interrupted" in transcript
    _assert_nothing_left(folder)


@pytest.mark.slow
def test_a_killed_demo_takes_its_servers_with_it(folder: Path) -> None:
    demo = _start(folder)
    _read_until(demo, SERVERS_ARE_UP)
    demo.kill()
    demo.communicate(timeout=60)

    _wait_until(lambda: not _living(folder))


def test_the_tutorial_shows_lines_of_the_real_configuration() -> None:
    page = (ROOT / "docs" / "tutorial" / "the-demo.md").read_text()
    shown = re.search(r"```apache\n(.+?)```", page, flags=re.DOTALL)
    assert shown is not None
    real = (ROOT / "tests" / "demo" / "apache.conf").read_text().splitlines()
    assert [line for line in shown[1].splitlines() if line not in real] == []


def test_what_is_missing_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(needs, "SYSTEM_TOOLS", str(tmp_path))
    monkeypatch.setattr(needs, "APACHE_MODULES", tmp_path)
    complaint = needs.complaint(needs.missing())

    for package in ("nginx", "apache2-bin", "libapache2-mod-auth-openidc"):
        assert f"(package {package})" in complaint
    assert CANNOT_RUN not in (0, 1)


def _start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.demo"],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(folder), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _read_until(demo: subprocess.Popen[str], told: str) -> None:
    assert demo.stdout is not None
    read = ""
    for line in demo.stdout:
        read += line
        if told in line:
            return
    raise AssertionError(f"the demo never came to: {told}\n{read}")


def _steps(transcript: str) -> list[tuple[int, str]]:
    """Number and text of each step, in lines joined."""
    parts = re.split(r"^ ?([0-9]+)  (?=\S)", transcript, flags=re.MULTILINE)[1:]
    return [
        (int(number), re.sub(rf"\n {{{MARGIN}}}(?:  )?(?=\S)", " ", text))
        for number, text in zip(parts[::2], parts[1::2], strict=True)
    ]


def _living(folder: Path) -> list[psutil.Process]:
    """Live processes that were started with a path in the folder, work in it, or log there."""
    found = []
    for process in psutil.process_iter():
        try:
            places = [process.cwd(), *process.cmdline()]
            places += [file.path for file in process.open_files()]
            if process.status() != psutil.STATUS_ZOMBIE and str(folder) in " ".join(places):
                found.append(process)
        except psutil.Error:
            continue
    return found


def _assert_nothing_left(folder: Path) -> None:
    assert not [process.cmdline() for process in _living(folder)]
    assert not list(folder.iterdir())


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "processes are left"
        time.sleep(0.1)
