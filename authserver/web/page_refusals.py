"""Refusals that a person should understand, and knows what to do about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from authserver.web.languages import Text


class PageRefusal(HTTPException):
    """Ends the request with a page: what is wrong, and what to do now.

    The texts are for everybody's eyes: nothing of what the browser sent belongs in them.
    """

    def __init__(self, status: int, title: Text, sentence: Text, advice: Text = "") -> None:
        """Remember the status (4xx) and the texts."""
        super().__init__()
        self.code = status
        self.title = title
        self.sentence = sentence
        self.advice = advice
