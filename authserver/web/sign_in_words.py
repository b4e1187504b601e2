"""How somebody signed in, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.sessions import PASSWORD_ACR
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.sessions import Session
    from authserver.web.languages import Text

METHODS: Final[Mapping[str, Text]] = {
    "otp": _l("one-time code"),
    "sms": _l("code by SMS"),
    "tel": _l("telephone call"),
    "hwk": _l("hardware key"),
    "swk": _l("key in software"),
    "fido": _l("passkey"),
    "pop": _l("own key"),
    "sc": _l("smart card"),
    "pin": _l("PIN"),
    "bio": _l("biometry"),
    "face": _l("face"),
    "fpt": _l("fingerprint"),
    "iris": _l("iris"),
    "vbm": _l("voice"),
    "wia": _l("Windows sign-in"),
    "kba": _l("questions"),
    "mfa": _l("second factor"),
}
"""Of RFC 8176, but for the password and the network, which nobody would call a proof."""


def way_of(session: Session, provider: str = "") -> str:
    """The way: with the password here, or at a provider; `provider` is how people call it."""
    if session.acr == PASSWORD_ACR:
        return _("Password")
    if provider:
        return _("At %(provider)s") % {"provider": provider}
    return _("At an identity provider")


def methods_of(session: Session) -> str:
    """What the provider says it asked for, beside a password; empty where it says nothing."""
    known = [str(METHODS[each]) for each in session.amr if each in METHODS]
    return ", ".join(dict.fromkeys(known))


def sign_in_of(session: Session, provider: str = "") -> str:
    """Both, in one line."""
    way, methods = way_of(session, provider), methods_of(session)
    return f"{way} ({methods})" if methods else way
