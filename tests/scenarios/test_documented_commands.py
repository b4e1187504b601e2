"""Every command in README, tutorials and guides does what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Final

import pytest

from tests.documentation.console_blocks import documented_commands, documented_files
from tests.instances import Instance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.documentation.console_blocks import DocumentedCommand

ROOT: Final = Path(__file__).parents[2]
ABOUT_PROVIDERS: Final = {f"sign-in-with-{each}.md" for each in ("okta", "entra-id", "cognito")}
"""These need a provider: see tests/documentation/test_provider_pages.py."""
PAGES: Final = [
    page
    for page in [
        ROOT / "README.md",
        *sorted((ROOT / "docs" / "tutorial").glob("*.md")),
        *sorted((ROOT / "docs" / "howto").glob("*.md")),
    ]
    if "```console" in page.read_text() and page.name not in ABOUT_PROVIDERS
]
LONG: Final = {
    "administer-by-rest.md",
    "api-tokens.md",
    "change-the-key-encryption-key.md",
    "conformance.md",
    "connect-jwt.md",
    "explain-a-refusal.md",
    "find-what-is-open.md",
    "first-token.md",
    "keep-configuration-in-files.md",
    "limit-rates.md",
    "put-it-in-front-of-jira-data-center.md",
    "send-mail.md",
    "sign-in-with-an-app.md",
    "write-a-policy.md",
}
"""Pages that take long, of which every step has its own short test besides."""
DOCUMENTED_URL: Final = "http://localhost:8000"
READERS_BROWSER: Final = (
    f"env {quote(f'PYTHONPATH={ROOT}')} {quote(sys.executable)} -m tests.documentation.visitor %s &"
)
"""What Python's webbrowser starts, and does not wait for."""
_SECONDS: Final = 120
_MARK: Final = "--- end of command, exit code"


def run_in_one_shell(
    commands: Sequence[DocumentedCommand], instance: Instance
) -> list[tuple[int, str]]:
    """Exit code and standard output of each command, as if typed into one terminal."""
    script = ""
    for command in commands:
        text = command.text.replace(DOCUMENTED_URL, instance.url)
        script += f'{text}\nprintf "\\n{_MARK} %d\\n" $?\n'
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash"],
        input=script,
        cwd=instance.folder,
        # Readers' programs keep what they print until there is much of it.
        env=instance.environment
        | {"PATH": path, "BROWSER": READERS_BROWSER, "PYTHONUNBUFFERED": ""},
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=True,
    )
    bodies_and_codes = re.split(rf"\n{_MARK} ([0-9]+)\n", done.stdout)
    bodies, codes = bodies_and_codes[0:-1:2], bodies_and_codes[1::2]
    assert len(codes) == len(commands), done.stderr
    return list(zip(map(int, codes), bodies, strict=True))


@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=[pytest.mark.slow] * (page.name in LONG)) for page in PAGES],
    ids=[str(page.relative_to(ROOT)) for page in PAGES],
)
def test_the_commands_of_a_page_do_what_it_says(page: Path, tmp_path: Path) -> None:
    commands = [
        command
        for command in documented_commands(page.read_text())
        if not command.text.startswith("make ")
    ]
    with Instance(tmp_path / "instance").initialise().start() as instance:
        for name, content in documented_files(page.read_text()).items():
            (instance.folder / name).write_text(content.replace(DOCUMENTED_URL, instance.url))
        results = run_in_one_shell(commands, instance)
    for command, (code, printed) in zip(commands, results, strict=True):
        assert code == 0, f"{command.text}\n{printed}"
        assert command.expects(printed), f"{command.text}\nprinted: {printed}"
