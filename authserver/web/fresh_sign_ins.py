"""Acts that take a sign-in of a short time ago, at whatever way the user signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from authserver.domain.sessions import FRESH_SECONDS
from authserver.web.login import AGAIN

if TYPE_CHECKING:
    from authserver.services.sessions import SignedIn
    from authserver.web.visits import Visits


def is_fresh(visits: Visits, signed_in: SignedIn) -> bool:
    """Whether the user proved to be the user within the last minutes."""
    age = visits.current().call.at - signed_in.session.auth_time
    return age <= FRESH_SECONDS and not signed_in.must_prove


def again(target: str) -> str:
    """Where to sign in again, and then go on to `target`: one of `return_targets`."""
    return f"/login?{urlencode({'next': target, AGAIN: 'yes'})}"


def fresh_or_login(visits: Visits, target: str) -> SignedIn:
    """Who is signed in, and was a short time ago; anybody else is sent to do that first.

    Raises:
        HTTPException: the way to the sign-in page, and from there to `target`.
    """
    signed_in = visits.signed_in_or_login(target)
    if is_fresh(visits, signed_in):
        return signed_in
    raise visits.sent_to(again(target))
