"""`python -m tests.demo`: exit 0 only when every step went as told."""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from tests.demo.cast import cast
from tests.demo.interrupts import WANTED
from tests.demo.needs import complaint, missing
from tests.demo.places import make_places, open_parent
from tests.demo.scene import OTHER_SITE, SITE, Scene
from tests.demo.story import tell
from tests.demo.transcript import Transcript

if TYPE_CHECKING:
    from types import FrameType

AS_TOLD: Final = 0
NOT_AS_TOLD: Final = 1
CANNOT_RUN: Final = 2
INTERRUPTED: Final = 130
STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""All are caught, also SIGINT: a demo begun in a script's background would inherit that ignored."""
ABOUT: Final = (
    "The main job on real input, played by parts that nobody here wrote, except the first and the "
    "last. Everything listens on loopback only and lies in one temporary folder."
)


def main() -> int:
    """Check what is needed, play, clean up; the exit code."""
    lacking = missing()
    if lacking:
        sys.stderr.write(complaint(lacking) + "\n")
        return CANNOT_RUN
    _stand_alone()
    transcript = Transcript(sys.stdout)
    transcript.title("authserver: the demo", ABOUT)
    transcript.table(cast())
    for number in STOPPING:
        signal.signal(number, _interrupt)
    try:
        with tempfile.TemporaryDirectory(prefix="authserver-demo-", dir=open_parent()) as folder:
            failure = _play(Path(folder), transcript)
    except KeyboardInterrupt:
        transcript.close("Interrupted; everything is stopped and put away.", good=False)
        return INTERRUPTED
    if failure:
        transcript.close(failure, good=False)
        return NOT_AS_TOLD
    transcript.close("Every step went as told.", good=True)
    return AS_TOLD


def _play(folder: Path, transcript: Transcript) -> str:
    """Tell the story in an empty folder and leave no process behind; what failed, if anything."""
    scene = Scene(make_places(folder, SITE, OTHER_SITE))
    try:
        failure = tell(scene, transcript)
        if failure:
            for name, line in scene.last_log_lines():
                transcript.note(f"{name}: {line}")
    finally:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)  # nothing keeps the demo from cleaning up
        scene.stop()
    return failure


def _stand_alone() -> None:
    """Nothing of the caller's network settings and no library's log comes between."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        os.environ.pop(name, None)
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "localhost,127.0.0.1"
    logging.disable()


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    WANTED.set()
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
