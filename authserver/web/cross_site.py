"""Posts that another site sends in a person's name are refused before any view sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.resources import ADMINISTRATION_PATH
from authserver.web.languages import lazy_gettext as _l
from authserver.web.page_refusals import PageRefusal

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN_PATHS: Final = frozenset({"/oauth2/authorize", "/oauth2/logout"})
"""Endpoints that clients may let a browser post to (OpenID Connect Core section 3.1.2.1,
RP-Initiated Logout section 2). What they do with a post alone must harm nobody."""
API_PATH: Final = ADMINISTRATION_PATH
"""The administration API. No cookie is looked at below it: what counts is a token that no browser
adds by itself, so that nothing there can be done in anybody's name by another site."""

_OWN_SITES: Final = frozenset({"", "same-origin", "none"})
"""Values of `Sec-Fetch-Site`; `none` is the user's own doing, such as a reload."""


def check_origin(method: str, path: str, headers: Headers, own_origin: str) -> None:
    """Raise PageRefusal for a post that did not come from a page of ours.

    Our pages send no referrer, so browsers say `Origin: null` for our own forms: that alone proves
    nothing either way, and the token in the form decides.
    """
    if method in SAFE_METHODS or path in OPEN_PATHS or is_without_cookies(path):
        return
    site = headers.get("Sec-Fetch-Site", "")
    origin = headers.get("Origin", "null")
    if site not in _OWN_SITES or origin not in {own_origin, "null"}:
        raise foreign_post()


def is_without_cookies(path: str) -> bool:
    """Whether nobody is known by a cookie there."""
    return path == API_PATH or path.startswith(f"{API_PATH}/")


def foreign_post() -> PageRefusal:
    """The refusal of a post that came from somewhere else."""
    return PageRefusal(
        403,
        _l("This did not come from our page"),
        _l("Another website, or another address of this server, sent this form. Nothing was done."),
        _l("If you wanted this, open the page here again and send the form from there."),
    )


def stale_form() -> PageRefusal:
    """The refusal of a form without its token, or with that of another visit."""
    return PageRefusal(
        403,
        _l("This page is out of date"),
        _l(
            "You signed in or out after it was opened, or your browser does not keep our cookies. "
            "Nothing was done."
        ),
        _l(
            "Go back, reload the page and try again. If that does not help, allow cookies for this "
            "address, or begin again at the app you came from."
        ),
    )
