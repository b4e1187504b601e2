"""What `doctor` says about API tokens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from authserver.crypto.key_file_making import ensure_key_files
from authserver.domain.api_token_looks import ApiTokenLook
from tests.cli.runs import home, run
from tests.cli.stub_wiring import StubInstallation
from tests.doubles import FakeEntropy

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def healthy(tmp_path: Path) -> Path:
    """Folder of an installation that has nothing to mend."""
    ensure_key_files(tmp_path / "keys", FakeEntropy())
    (tmp_path / "var").mkdir(mode=0o700)
    return tmp_path


def finding(folder: Path, check: str, look: ApiTokenLook) -> Any:
    stub = StubInstallation(tokens=look)
    result = run("doctor", "--json", wiring=stub, environment=home(folder))
    return {each["check"]: each for each in json.loads(result.stdout)}[check]


@pytest.mark.parametrize(
    ("check", "look", "said"),
    [
        (
            "api-token-owners",
            ApiTokenLook(3, ownerless=("t1", "t2")),
            "of users who are disabled or deleted: t1, t2",
        ),
        (
            "api-token-ends",
            ApiTokenLook(9, ending=tuple(f"t{n}" for n in range(7))),
            "7 API tokens end within 7 days: t0, t1, t2, t3, t4 and 2 more",
        ),
        (
            "api-token-exposures",
            ApiTokenLook(1, exposed=("t1",)),
            "in the clear and still work: t1",
        ),
    ],
)
def test_what_somebody_should_look_at_is_told(
    healthy: Path, check: str, look: ApiTokenLook, said: str
) -> None:
    found = finding(healthy, check, look)
    assert found["severity"] == "warning"
    assert said in found["what"]
    for fine in (ApiTokenLook(), ApiTokenLook(3)):
        assert finding(healthy, check, fine)["severity"] == "ok"
