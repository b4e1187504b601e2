"""What kinds of caller there are, and how a client of each is registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.clients import ClientAuthMethod, GrantType
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.web.languages import Text


@dataclass(frozen=True, slots=True)
class CallerKind:
    """One kind: `methods` are how it may authenticate, the first unless another is chosen.

    `scopes` are those of users that it usually asks for; `uri_hint` says what its redirect URIs
    look like, empty where it has none.
    """

    name: str
    label: Text
    hint: Text
    grants: Sequence[GrantType]
    methods: Sequence[ClientAuthMethod]
    scopes: Sequence[str] = ()
    uri_hint: Text = ""
    is_native: bool = False

    @property
    def has_users(self) -> bool:
        """Whether users take part."""
        return any(grant.asks_user for grant in self.grants)


_CONFIDENTIAL: Final = (
    ClientAuthMethod.SECRET_BASIC,
    ClientAuthMethod.SECRET_POST,
    ClientAuthMethod.PRIVATE_KEY_JWT,
)
_USUAL: Final = ("openid", "profile", "offline_access")
_BY_CODE: Final = (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN)

KINDS: Final = (
    CallerKind(
        "service",
        _l("A script, a CI job, an agent"),
        _l("It runs on a machine of yours, without a user, and speaks for itself."),
        (GrantType.CLIENT_CREDENTIALS,),
        _CONFIDENTIAL,
    ),
    CallerKind(
        "web",
        _l("A web application with a server"),
        _l("Users sign in here, and the application acts for them. Its server keeps a secret."),
        _BY_CODE,
        _CONFIDENTIAL,
        _USUAL,
        _l("Such as https://app.example.com/callback, one on each line."),
    ),
    CallerKind(
        "tool",
        _l("A tool without code"),
        _l("Zapier, Make, Power Automate, n8n: users connect their account in the tool."),
        _BY_CODE,
        (ClientAuthMethod.SECRET_POST, ClientAuthMethod.SECRET_BASIC),
        _USUAL,
        _l("The tool shows it where the connection is set up. One on each line."),
    ),
    CallerKind(
        "browser",
        _l("An application in the browser alone"),
        _l("A single-page application: it cannot keep a secret."),
        (GrantType.AUTHORIZATION_CODE,),
        (ClientAuthMethod.NONE,),
        ("openid", "profile"),
        _l("Such as https://app.example.com/callback, one on each line."),
    ),
    CallerKind(
        "native",
        _l("An application on a desktop or a telephone"),
        _l("It opens the browser for the sign-in, and cannot keep a secret."),
        _BY_CODE,
        (ClientAuthMethod.NONE,),
        _USUAL,
        _l("Such as http://127.0.0.1/callback (any port), one on each line."),
        is_native=True,
    ),
    CallerKind(
        "device",
        _l("A command line or a device without a browser"),
        _l("It shows a code, which its user types into a browser somewhere else."),
        (GrantType.DEVICE_CODE, GrantType.REFRESH_TOKEN),
        (ClientAuthMethod.NONE,),
        _USUAL,
    ),
)

METHOD_LABELS: Final = {
    ClientAuthMethod.SECRET_BASIC: _l("A secret in the Authorization header (usual)"),
    ClientAuthMethod.SECRET_POST: _l("A secret in the form"),
    ClientAuthMethod.PRIVATE_KEY_JWT: _l("A key of its own (strongest: no secret is shared)"),
    ClientAuthMethod.NONE: _l("Not at all: it cannot keep a secret"),
}


def kind_named(name: str) -> CallerKind | None:
    """The kind of this name."""
    return next((kind for kind in KINDS if kind.name == name), None)
