"""Counters of calls, shared by the workers of a node; they survive workers and restarts.

A window is counted in parts. The part in which it begins counts whole, so that never too few calls
count: at the very limit a caller gets up to 1.6 % less, never more. Every change of a counter is in
an order in which a process may die between any two writes: what is half done counts too much or
belongs to a call that was never answered.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from itertools import accumulate, compress
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.rates import KEY_BYTES, Quota, RatesUnavailable, Taken, Used
from authserver.storage.node_counter_file import (
    BUCKETS,
    HEAD_BYTES,
    NANOSECONDS,
    PARTS,
    SET_BYTES,
    SLOT_BYTES,
    WAYS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.storage.node_counter_file import NodeCounterFile

_FREE: Final = 0
_TAKEN: Final = 0x5A17_C0DE
_MOST: Final = 2**32 - 1
_KEYS_BYTES: Final = WAYS * KEY_BYTES
_WINDOW_WORD: Final = 1
_NEWEST_LONG: Final = 1
_COUNTS_WORD: Final = 4
_NO_COUNTS: Final = bytes(4 * BUCKETS)
_NOWHERE: Final = -1
_PLACES: Final = range(BUCKETS)
_MOST_SECONDS: Final = 2**31


class _Read(NamedTuple):
    """A counter as it stands: its slot's first byte, the part of now, counts from old to new."""

    slot: int
    part: int
    counts: Sequence[int]


class NodeCounters:
    """Satisfies `authserver.domain.rates.CallCounters`. Safe to share between threads.

    There is room for so many keys as the file has slots; a key whose set is full of others that
    still count cannot be counted, and that is an error: nobody else's counts are given up for it.
    """

    def __init__(self, file: NodeCounterFile) -> None:
        """Count in `file`."""
        self._file = file
        self._lock = threading.Lock()

    def take(self, quotas: Sequence[Quota], amount: int = 1) -> Taken:
        """Count `amount` calls against all `quotas`, or against none where one is over.

        Raises:
            RatesUnavailable: no room for a key, a damaged file, a lock that nobody lets go of.
        """
        file = self._file
        places = self._places(quotas)
        with self._lock:
            file.lock(places)
            try:
                now = file.now()
                found = [self._read(each, now) for each in quotas]
                sums = [sum(each.counts) for each in found]
                is_over = any(
                    used + amount > quota.calls for used, quota in zip(sums, quotas, strict=True)
                )
                if not is_over:
                    for quota, read in zip(quotas, found, strict=True):
                        self._add(quota, read, amount)
            finally:
                file.unlock(places)
        added = 0 if is_over else amount
        return Taken(
            [
                Used(used + added, _room_in(quota, read, over, now), over > 0)
                for quota, read, used in zip(quotas, found, sums, strict=True)
                for over in (used + amount - quota.calls,)
            ]
        )

    def note(self, quotas: Sequence[Quota], amount: int = 1) -> None:
        """Count calls that pass whatever stands here.

        Raises:
            RatesUnavailable: as `take`.
        """
        places = self._places(quotas)
        with self._lock:
            self._file.lock(places)
            try:
                now = self._file.now()
                for quota in quotas:
                    self._add(quota, self._read(quota, now), amount)
            finally:
                self._file.unlock(places)

    def look(self, quota: Quota) -> Used:
        """How much is used; nothing is counted. Raises RatesUnavailable."""
        place = self._place(quota.key)
        with self._lock:
            self._file.lock((place,))
            try:
                now = self._file.now()
                read = self._read(quota, now)
            finally:
                self._file.unlock((place,))
        calls = sum(read.counts)
        over = calls + 1 - quota.calls
        return Used(calls, _room_in(quota, read, over, now), over > 0)

    def forget(self, key: bytes) -> None:
        """Count anew. Raises RatesUnavailable."""
        place = self._place(key)
        with self._lock:
            self._file.lock((place,))
            try:
                slot = self._find(place, key)
                if slot != _NOWHERE:
                    self._file.words[slot // 4] = _FREE
            finally:
                self._file.unlock((place,))

    def forget_all(self) -> int:
        """Count everything anew; how many counters there were. Raises RatesUnavailable."""
        forgotten = 0
        for place in range(self._file.sets):
            with self._lock:
                self._file.lock((place,))
                try:
                    for slot in self._slots(place):
                        forgotten += self._file.words[slot // 4] != _FREE
                        self._file.words[slot // 4] = _FREE
                finally:
                    self._file.unlock((place,))
        return forgotten

    def fullest(self) -> float:
        """How full the fullest set is, from 0 to 1: at 1 some key may find no room."""
        now = self._file.now()
        words = self._file.words
        most = 0
        for place in range(self._file.sets):
            slots = [each for each in self._slots(place) if words[each // 4] != _FREE]
            most = max(most, sum(not self._is_over_with(each, now) for each in slots))
        return most / WAYS

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    def _places(self, quotas: Sequence[Quota]) -> Sequence[int]:
        """The sets to lock, in the one order in which everybody locks."""
        if len(quotas) == 1:
            return (self._place(quotas[0].key),)
        return sorted({self._place(each.key) for each in quotas})

    def _place(self, key: bytes) -> int:
        return int.from_bytes(key[:8], "little") % self._file.sets

    def _slots(self, place: int) -> Iterator[int]:
        start = HEAD_BYTES + place * SET_BYTES + _KEYS_BYTES
        return iter(range(start, start + WAYS * SLOT_BYTES, SLOT_BYTES))

    def _find(self, place: int, key: bytes) -> int:
        """Where the counter of `key` is; `_NOWHERE` if there is none."""
        start = at = HEAD_BYTES + place * SET_BYTES
        end = start + _KEYS_BYTES
        find = self._file.memory.find
        while (at := find(key, at, end)) >= 0:
            way, rest = divmod(at - start, KEY_BYTES)
            slot = end + way * SLOT_BYTES
            if not rest:
                state = self._file.words[slot // 4]
                if state == _TAKEN:
                    return slot
                if state != _FREE:
                    raise RatesUnavailable("the file of counters is damaged")
            at += 1
        return _NOWHERE

    def _read(self, quota: Quota, now: int) -> _Read:
        slot = self._find(self._place(quota.key), quota.key)
        part = _part(now, quota.seconds)
        if slot == _NOWHERE:
            return _Read(slot, part, (0,) * BUCKETS)
        words, word = self._file.words, slot // 4
        newest = self._file.longs[slot // 8 + _NEWEST_LONG]
        first = word + _COUNTS_WORD
        ring = words[first : first + BUCKETS].tolist()
        cut = (newest + 1) % BUCKETS
        counts = ring[cut:] + ring[:cut]
        if words[word + _WINDOW_WORD] != quota.seconds or newest > part:
            # Another length, or a clock that was set back before the machine started: all that
            # counts is as if it were of now.
            counts = [*(0 for _ in range(PARTS)), min(_MOST, sum(counts))]
            self._rewrite(slot, quota.seconds, part, counts[-1])
        elif newest < part:
            gone = part - newest
            counts = counts[gone:] + [0] * min(gone, BUCKETS)
        return _Read(slot, part, counts)

    def _add(self, quota: Quota, read: _Read, amount: int) -> None:
        words, longs = self._file.words, self._file.longs
        slot = read.slot
        if slot == _NOWHERE:
            slot = self._make(quota, read.part)
        word, newest = slot // 4, longs[slot // 8 + _NEWEST_LONG]
        first = word + _COUNTS_WORD
        if newest < read.part:
            # Old counts are wiped before the newest part moves on: by now they are over.
            for part in range(max(newest + 1, read.part - PARTS), read.part + 1):
                words[first + part % BUCKETS] = 0
            longs[slot // 8 + _NEWEST_LONG] = read.part
        place = first + read.part % BUCKETS
        words[place] = min(_MOST, words[place] + amount)

    def _rewrite(self, slot: int, seconds: int, part: int, total: int) -> None:
        """Let all that counts be of now: more than enough at every moment in between."""
        words, first = self._file.words, slot // 4 + _COUNTS_WORD
        for place in range(first, first + BUCKETS):
            words[place] = total
        self._file.longs[slot // 8 + _NEWEST_LONG] = part
        words[slot // 4 + _WINDOW_WORD] = seconds
        for place in range(first, first + BUCKETS):
            if place != first + part % BUCKETS:
                words[place] = 0

    def _make(self, quota: Quota, part: int) -> int:
        """A counter in a free slot, or in one that counts nothing any more."""
        if not 0 < quota.seconds < _MOST_SECONDS or len(quota.key) != KEY_BYTES:
            raise ValueError("not a quota that can be counted")
        place = self._place(quota.key)
        now = self._file.now()
        for way, slot in enumerate(self._slots(place)):
            if not self._is_over_with(slot, now):
                continue
            words, word = self._file.words, slot // 4
            words[word] = _FREE
            start = HEAD_BYTES + place * SET_BYTES + way * KEY_BYTES
            self._file.memory[start : start + KEY_BYTES] = quota.key
            begin = slot + 4 * _COUNTS_WORD
            self._file.memory[begin : begin + len(_NO_COUNTS)] = _NO_COUNTS
            words[word + _WINDOW_WORD] = quota.seconds
            self._file.longs[slot // 8 + _NEWEST_LONG] = part
            words[word] = _TAKEN
            return slot
        raise RatesUnavailable("the file of counters is full")

    def _is_over_with(self, slot: int, now: int) -> bool:
        """Whether a slot may be given to another key."""
        words, word = self._file.words, slot // 4
        state = words[word]
        if state == _FREE:
            return True
        if state != _TAKEN:
            raise RatesUnavailable("the file of counters is damaged")
        seconds = words[word + _WINDOW_WORD]
        newest = self._file.longs[slot // 8 + _NEWEST_LONG]
        return bool(seconds) and _part(now, seconds) - newest > PARTS


def _part(now: int, seconds: int) -> int:
    return now * PARTS // (seconds * NANOSECONDS)


def _room_in(quota: Quota, read: _Read, over: int, now: int) -> float:
    """Seconds until so many calls count no more, at least the oldest one."""
    if over > 1:
        place = min(PARTS, bisect_left(list(accumulate(read.counts)), over))
    else:
        place = next(compress(_PLACES, read.counts), PARTS)
    # A part counts until the window has left the one behind it.
    ends = -(-(read.part - PARTS + place + BUCKETS) * quota.seconds * NANOSECONDS // PARTS)
    return max(0, ends - now) / NANOSECONDS
