"""Forms that are sent twice, by a double click or a reload: done once, answered each time.

A form that makes something carries a random number of its own. The first answer is kept for whoever
sends the same form again, sealed under that number, which is in the page alone; after some minutes
a second sending is told that it was done.
"""

from __future__ import annotations

import json
import logging
import re
from typing import TYPE_CHECKING, Final

from flask import Response, request

from authserver.domain.errors import DomainError, StorageUnavailable
from authserver.domain.repeats import KeyReused, KeyTaken
from authserver.services.repeated_creations import Creation
from authserver.web.languages import lazy_gettext as _l
from authserver.web.page_refusals import PageRefusal
from authserver.web.visits import CSRF_FIELD, ONCE_FIELD

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as AnyResponse

    from authserver.domain.ports import Clock, Stores
    from authserver.services.repeated_creations import RepeatedCreations

    Claim = Callable[[Stores], None]

SHOWN_AGAIN_SECONDS: Final = 300.0
"""How long the answer is given again, with whatever secret is in it."""
PATIENCE_SECONDS: Final = 5.0
"""How long a second click waits for the answer to the first."""
LOOK_SECONDS: Final = 0.1
MOST_CHARACTERS: Final = 256_000
KEPT_HEADERS: Final = ("Content-Security-Policy", "Content-Language", "Location")
_LOG: Final = logging.getLogger(__name__)
_NUMBER: Final = re.compile(r"[A-Za-z0-9_-]{22}\Z")
_OF_THE_PAGE: Final = (CSRF_FIELD, ONCE_FIELD)


class SentForms:
    """Does what a form asks for, unless the same form came before."""

    def __init__(self, repeated: Callable[[], RepeatedCreations], clock: Clock) -> None:
        """`repeated` gives what remembers."""
        self._repeated = repeated
        self._clock = clock

    def once(
        self, form: str, subject: str, do: Callable[[Claim | None], AnyResponse]
    ) -> AnyResponse:
        """The answer to the form that is posted; its token was checked.

        `do` gets what its act does beside (`Act.beside`), or `None` for a form without a number,
        and may refuse what is wrong with the form: then nothing is kept, and it can be mended.

        Raises:
            PageRefusal: 409, it was done, and its answer cannot be given again.
        """
        number = request.form.get(ONCE_FIELD, "")
        if not _NUMBER.match(number):
            return do(None)
        repeated = self._repeated()
        creation = Creation(f"form:{subject}", number, _said(form))
        claims = _Claims(repeated, creation)
        answer = self._before(repeated, creation)
        if answer is not None:
            return answer
        try:
            answer = do(claims.claim)
        except StorageUnavailable:
            raise
        except DomainError:
            # Perhaps the other click was faster: then its answer is this one's, too.
            earlier = self._before(repeated, creation)
            if earlier is None:
                raise
            return earlier
        if claims.is_made:
            self._keep(repeated, creation, answer)
            return answer
        # The same where `do` has made a page of the refusal.
        earlier = self._before(repeated, creation)
        return answer if earlier is None else earlier

    def _before(self, repeated: RepeatedCreations, creation: Creation) -> AnyResponse | None:
        """The answer that was given before, waited for a little while it is being made."""
        give_up = self._clock.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                found = repeated.answered(creation)
            except KeyReused:
                raise _changed() from None
            except KeyTaken:
                if self._clock.monotonic() >= give_up:
                    raise _done_already() from None
                self._clock.sleep(LOOK_SECONDS)
                continue
            return None if found is None else self._again(*found)

    def _again(self, status: int, text: str) -> Response:
        kept = json.loads(text)
        if self._clock.now() >= kept["until"]:
            raise _done_already()
        answer = Response(kept["body"], status, mimetype="text/html")
        answer.headers.update(kept["headers"])
        return answer

    def _keep(self, repeated: RepeatedCreations, creation: Creation, answer: AnyResponse) -> None:
        body = answer.get_data(as_text=True)
        headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
        until = self._clock.now() + SHOWN_AGAIN_SECONDS
        text = json.dumps({"until": until, "headers": headers, "body": body[:MOST_CHARACTERS]})
        try:
            repeated.keep(creation, answer.status_code, text)
        except StorageUnavailable as error:
            # What was made is made, and this answer may hold the only copy of its secret.
            _LOG.warning("an answer is not kept for whoever sends the form again: %s", error)


class _Claims:
    """Claims the form's number in the transaction that makes something."""

    def __init__(self, repeated: RepeatedCreations, creation: Creation) -> None:
        self._repeated = repeated
        self._creation = creation
        self._stores: Stores | None = None

    @property
    def is_made(self) -> bool:
        """Whether it came to a transaction, which `do` did not leave by an exception."""
        return self._stores is not None

    def claim(self, stores: Stores) -> None:
        """For `Act.beside`. Raises KeyTaken: the other click was faster."""
        if self._stores is stores:
            # A service may record more than one thing in its transaction.
            return
        self._repeated.claim(self._creation, stores)
        self._stores = stores


def _said(form: str) -> bytes:
    """All that makes it another form: not its token, which is the session's."""
    sent = [each for each in request.form.items(multi=True) if each[0] not in _OF_THE_PAGE]
    return json.dumps([form, request.path, sent]).encode()


def _done_already() -> PageRefusal:
    return PageRefusal(
        409,
        _l("This was done already"),
        _l(
            "The form was sent before, and what it asks for was done once. A secret that the "
            "answer showed is not shown again."
        ),
        _l("The list has what was made. Where a secret is lost, make a new one there."),
    )


def _changed() -> PageRefusal:
    return PageRefusal(
        409,
        _l("This form was used already"),
        _l("It was sent before with other words in it. Nothing more was done."),
        _l("Open the page anew to make another one."),
    )
