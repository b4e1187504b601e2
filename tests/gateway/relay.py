"""A TCP relay between nginx and the decision point, which can be made to misbehave."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from random import Random  # noqa: TID251 - seeded: the same bytes are corrupted each time
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable

SEED: Final = 20_261_122
_PIECE: Final = 65_536
_RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER: a close that sends RST."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong; the default is nothing. Connections that are open meet it as well.

    Attributes:
        drop_questions: what nginx sends gets lost.
        drop_answers: what the decision point sends gets lost.
        reset: the connection is reset when nginx sends something.
        cut: so many bytes of an answer go through, then the connection ends.
        corrupt: so many bytes of each piece of an answer are changed.
        delay: seconds that each answer takes longer.
        answer: takes the place of the decision point's answer, which is not asked at all.
        stays_open: the connection stays open behind `answer`.
    """

    drop_questions: bool = False
    drop_answers: bool = False
    reset: bool = False
    cut: int | None = None
    corrupt: int = 0
    delay: float = 0.0
    answer: bytes | None = None
    stays_open: bool = False


NONE: Final = Fault()


class Relay:
    """Listens while its block lasts, and passes on to `port` as `fault` lets it."""

    def __init__(self, port: int) -> None:
        self.fault = NONE
        self.questions = 0
        self._target = ("127.0.0.1", port)
        self._dice = Random(SEED)
        self._closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        _in_background(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in tuple(self._open):
            _close(each)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._open.add(near)
            _in_background(partial(self._questions, near))

    def _questions(self, near: socket.socket) -> None:
        """From nginx to the decision point."""
        far: socket.socket | None = None
        try:
            while piece := near.recv(_PIECE):
                self.questions += 1
                fault = self.fault
                if fault.reset:
                    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    return
                if fault.answer is not None:
                    near.sendall(fault.answer)
                    if not fault.stays_open:
                        return
                elif not fault.drop_questions:
                    far = far or self._connected(near)
                    far.sendall(piece)
        except OSError:
            return
        finally:
            self._end(near, far)

    def _connected(self, near: socket.socket) -> socket.socket:
        far = socket.create_connection(self._target)
        self._open.add(far)
        _in_background(lambda: self._answers(far, near))
        return far

    def _answers(self, far: socket.socket, near: socket.socket) -> None:
        """From the decision point to nginx."""
        with suppress(OSError):
            while piece := far.recv(_PIECE):
                fault = self.fault
                if fault.delay:
                    self._closing.wait(fault.delay)
                if fault.drop_answers:
                    continue
                if fault.cut is not None:
                    near.sendall(piece[: fault.cut])
                    break
                near.sendall(self._corrupted(piece, fault.corrupt))
        self._end(near, far)

    def _corrupted(self, piece: bytes, count: int) -> bytes:
        changed = bytearray(piece)
        for _ in range(count):
            changed[self._dice.randrange(len(changed))] = self._dice.randrange(256)
        return bytes(changed)

    def _end(self, *ends: socket.socket | None) -> None:
        for each in filter(None, ends):
            self._open.discard(each)
            _close(each)


def _close(end: socket.socket) -> None:
    # Closing alone does not wake a thread that is reading; after RST there is nothing to shut.
    with suppress(OSError):
        if end.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) != _RESET:
            end.shutdown(socket.SHUT_RDWR)
    end.close()


def _in_background(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()
