"""Answers to creations that may be repeated, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Collection

    from authserver.domain.repeats import KeptAnswer


class MemoryKeptAnswers(MemoryStore):
    def get(self, caller: str, key_digests: Collection[bytes]) -> KeptAnswer | None:
        self._told("get")
        found = (self._state.kept_answers.get((caller, each)) for each in key_digests)
        return next((each for each in found if each is not None), None)

    def claim(self, answer: KeptAnswer, now: float) -> bool:
        self._told("claim", changes=True)
        key = answer.caller, answer.key_digest
        before = self._state.kept_answers.get(key)
        if before is not None and before.expires_at > now:
            return False
        self._state.kept_answers[key] = answer
        return True

    def fill(self, answer: KeptAnswer) -> None:
        self._told("fill", changes=True)
        self._state.kept_answers[answer.caller, answer.key_digest] = answer
