"""Authorization requests that cannot go on: what a person is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.services.authorization_requests import NotOpenReason
from authserver.web.languages import lazy_gettext as _l
from authserver.web.page_refusals import PageRefusal

if TYPE_CHECKING:
    from authserver.services.authorization_requests import NotOpen
    from authserver.web.languages import Text

_BEGIN_AGAIN: Final = _l("Go back to the app you came from and begin again there.")

_WORDS: Final[dict[NotOpenReason, tuple[Text, Text]]] = {
    NotOpenReason.UNKNOWN: (
        _l("This request is over"),
        _l("It was answered some time ago, or there never was one. Nothing was done."),
    ),
    NotOpenReason.OTHER_BROWSER: (
        _l("This request began in another browser"),
        _l(
            "Somebody sent you an address that only works where it came from. If it asked you to "
            "sign in, be careful: it may have been meant to use your account. Nothing was done."
        ),
    ),
    NotOpenReason.EXPIRED: (
        _l("This request is too old"),
        _l("It waited for you for a quarter of an hour, or the app may not ask any more."),
    ),
    NotOpenReason.FINISHED: (
        _l("This request was answered already"),
        _l("The app has got its answer, and an answer is good only once."),
    ),
}


def stopped(error: NotOpen) -> PageRefusal:
    """The page for a request that cannot go on."""
    title, sentence = _WORDS[error.reason]
    return PageRefusal(400, title, sentence, _BEGIN_AGAIN)


def without_cookies() -> PageRefusal:
    """The page for a browser that does not send back the cookie it has just got."""
    return PageRefusal(
        400,
        _l("Your browser does not keep our cookies"),
        _l("Without them this server cannot tell your request from somebody else's."),
        _l("Allow cookies for this address, then go back to the app and begin again there."),
    )
