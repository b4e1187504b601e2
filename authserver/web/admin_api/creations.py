"""Creations with an Idempotency-Key: done once, answered as often as somebody asks."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import orjson

from authserver.domain.errors import DomainError, StorageUnavailable
from authserver.services.repeated_creations import Creation
from authserver.web.admin_api import problem_kinds as kinds
from authserver.web.admin_api.exchange import ApiAnswer
from authserver.web.admin_api.problems import Mistake, Problem
from authserver.web.admin_api.refusals import KEY_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.domain.ports import Stores
    from authserver.services.administration import Act
    from authserver.services.repeated_creations import RepeatedCreations
    from authserver.web.admin_api.endpoints import Endpoint
    from authserver.web.admin_api.exchange import ApiRequest

_LOG: Final = logging.getLogger(__name__)
_KEY: Final = re.compile(r'"?([\x21\x23-\x5b\x5d-\x7e]{8,255})"?\Z')
_ALLOWED: Final = "8 to 255 printable characters, such as a random UUID"


def key_of(endpoint: Endpoint, headers: Mapping[str, str]) -> str:
    """The key of a creation, empty without one.

    Raises:
        Problem: 400, it is none, or nothing is created here.
    """
    header = headers.get(KEY_HEADER.lower())
    if header is None:
        return ""
    found = _KEY.match(header.strip())
    allowed = _ALLOWED if endpoint.creates else "only where something is created"
    if found is None or not endpoint.creates:
        mistake = Mistake(allowed, header=KEY_HEADER)
        raise Problem(kinds.INVALID_PARAMETER, f"{KEY_HEADER}: {allowed}", (mistake,))
    return found[1]


class Creations:
    """Gives the answer that was given before, or creates and keeps the answer."""

    def __init__(self, repeated: Callable[[], RepeatedCreations]) -> None:
        """`repeated` gives what remembers."""
        self._repeated = repeated

    def once(
        self, key: str, request: ApiRequest, act: Act, create: Callable[[Act], ApiAnswer]
    ) -> ApiAnswer:
        """The answer to a creation.

        Raises:
            KeyReused: the key came with another request.
            KeyTaken: it was made, and the answer is not there.
            DomainError: what `create` raises; then nothing was made and the key is free.
        """
        repeated = self._repeated()
        said = f"{request.method} {request.path}?{request.query}\n".encode()
        creation = Creation(f"{act.actor.kind}:{act.actor.identifier}", key, said + request.body)
        before = repeated.answered(creation)
        if before is not None:
            return _again(*before)
        claimed: list[Stores] = []

        def claim(stores: Stores) -> None:
            # A service may record more than one thing in its transaction.
            if not any(each is stores for each in claimed):
                claimed.append(stores)
                repeated.claim(creation, stores)

        try:
            made = create(replace(act, beside=claim))
        except StorageUnavailable:
            raise
        except DomainError:
            # Perhaps somebody with the same key was faster: then theirs is the answer.
            before = repeated.answered(creation)
            if before is None:
                raise
            return _again(*before)
        kept = {"headers": list(made.headers), "body": made.body.decode()}
        try:
            repeated.keep(creation, made.status, orjson.dumps(kept).decode())
        except StorageUnavailable as error:
            # What was made is made, and this answer may hold the only copy of its secret.
            _LOG.warning("an answer is not kept for whoever asks again: %s", error)
        return made


def _again(status: int, text: str) -> ApiAnswer:
    kept = orjson.loads(text)
    headers = [(name, value) for name, value in kept["headers"]]
    return ApiAnswer(status, headers, kept["body"].encode())
