"""The whole story, told once."""

from __future__ import annotations

import time
from itertools import chain
from typing import TYPE_CHECKING, Final

from tests.demo.act_accounts import accounts
from tests.demo.act_bending import bending
from tests.demo.act_ending import ending
from tests.demo.act_outage import outage
from tests.demo.act_passing import passing
from tests.demo.act_record import on_record
from tests.demo.act_refusing import refusing
from tests.demo.act_revoking import revoking
from tests.demo.act_setting_up import setting_up
from tests.demo.interrupts import stop_if_wanted
from tests.demo.steps import NotAsTold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import Scene
    from tests.demo.steps import Step
    from tests.demo.transcript import Transcript


LONGEST: Final = 600
"""Characters of an error: what a command said may be a whole traceback."""


def story(scene: Scene) -> Iterator[Step]:
    """Every step, in order."""
    return chain(
        setting_up(scene),
        passing(scene),
        refusing(scene),
        bending(scene),
        accounts(scene),
        revoking(scene),
        outage(scene),
        on_record(scene),
        ending(scene),
    )


def tell(scene: Scene, transcript: Transcript) -> str:
    """Play the steps until one does not go as told; which, or nothing when all went well."""
    number = 0
    for number, step in enumerate(story(scene), start=1):
        transcript.begin(number, step)
        started = time.monotonic()
        try:
            happened = step.play()
        except NotAsTold as other:
            stop_if_wanted()
            transcript.failed(str(other), time.monotonic() - started)
            return f"Step {number} did not go as told."
        except Exception as error:  # noqa: BLE001 - whatever stops a step is what happened in it
            stop_if_wanted()
            said = f"{type(error).__name__}: {error}"
            transcript.failed(_shortened(said), time.monotonic() - started)
            return f"Step {number} could not be played."
        transcript.ok(happened, time.monotonic() - started)
        stop_if_wanted()
    return ""


def _shortened(text: str) -> str:
    """The beginning, and more of the end, where tracebacks come to the point."""
    return text if len(text) <= LONGEST else f"{text[:200]} ... {text[-400:]}"
