"""What the guide's own few lines of Python sign counts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from authserver.crypto.system import SystemClock
from authserver.domain.connect_keys import ConnectProblem
from tests.connect.signing import SECRET
from tests.connect.sites import ConnectSite
from tests.documentation.console_blocks import documented_files
from tests.services.world import World

PAGE: Final = Path(__file__).parents[2] / "docs" / "howto" / "connect-jwt.md"


@pytest.mark.parametrize(
    "target",
    [
        "/rest/api/2/issue/AB-1",
        "/rest/api/2/search?jql=project%20%3D%20AB&fields=summary&fields=*all&expand=",
        "/rest/api/2/a&b/?z=%C3%BC&a=1+2",
    ],
)
@pytest.mark.feature(31)
def test_the_documented_script_signs_calls(tmp_path: Path, target: str) -> None:
    script = documented_files(PAGE.read_text(encoding="utf-8"))["sign.py"]
    (tmp_path / "secret").write_text(SECRET)
    done = subprocess.run(
        [sys.executable, "-c", script, "GET", target],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    world = World()
    site = ConnectSite(world, issuer="com.example.crm")
    world.clock.advance(SystemClock().now() - world.clock.now())
    jwt = done.stdout.strip()
    assert site.unfit(jwt, "POST", target).problem is ConnectProblem.QUERY_HASH_WRONG
    assert site.good(jwt, "GET", target).has_own_id
    assert site.unfit(jwt, "GET", target).problem is ConnectProblem.REPLAYED
