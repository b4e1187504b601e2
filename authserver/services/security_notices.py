"""Telling people by mail what happened to their accounts, while it can still be mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.mail import MailDraft, MailKind, is_address
from authserver.services.token_notices import words_of
from authserver.services.token_readers import reader_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.ports import Stores
    from authserver.domain.sessions import Session
    from authserver.domain.users import User
    from authserver.services.known_browsers import KnownBrowsers
    from authserver.services.mail_outbox import MailOutbox

HOUR: Final = 3600.0
"""Of each kind everybody gets one in an hour at most; of alerts one about each user."""
INFORMATION: Final = (MailKind.TOKEN_MADE, MailKind.DEVICE_ALLOWED, MailKind.NEW_SIGN_IN)
"""Those that everybody may do without."""
NOTICES: Final = (*INFORMATION, MailKind.REFRESH_REUSED)
OF_ACCOUNTS: Final = (*NOTICES, MailKind.NOTICES_OFF)
"""With the one that nobody can switch off, not the settings either."""
TOKENS: Final = "/account/tokens"
CHOICES: Final = "/account/notices"
AUTHORIZATIONS: Final = "/account/authorizations"
SESSIONS: Final = "/account/sessions"


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """Which notices are sent at all, and who hears of alerts beside the user (addresses)."""

    issuer: str
    kinds: frozenset[MailKind] = frozenset(NOTICES)
    alert_addresses: Sequence[str] = ()
    alert_language: str = ""


class SecurityNotices:
    """Puts notices into the outbox, in the transaction of what they tell; no mail, no notice.

    None of them stops what it tells: somebody without an address is told nothing.
    """

    def __init__(
        self,
        outbox: MailOutbox | None = None,
        browsers: KnownBrowsers | None = None,
        rules: NoticeRules | None = None,
    ) -> None:
        """Take the collaborators; without an outbox nobody is told anything."""
        self._outbox = outbox
        self._browsers = browsers
        self._rules = rules or NoticeRules("", frozenset())

    @property
    def kinds(self) -> frozenset[MailKind]:
        """Which are sent now, to whoever did not switch them off."""
        is_on = self._outbox is not None and self._outbox.is_on
        return self._rules.kinds if is_on else frozenset()

    def token_made_in(self, stores: Stores, token: ApiToken, call: Call, *, by_owner: bool) -> None:
        """A token got a secret, or somebody got a link to hand to its owner."""
        owner = self._listener(stores, MailKind.TOKEN_MADE, token.owner)
        if owner is None:
            return
        sites = {each.name: each.url for each in stores.resources.list()}
        words = {
            **words_of(token, sites),
            "ends_at": token.expires_at,
            "by_owner": by_owner,
            "link": self._rules.issuer + TOKENS,
        }
        self._put_in(stores, MailKind.TOKEN_MADE, owner, call, words)

    def device_allowed_in(self, stores: Stores, user: User, client: Client, call: Call) -> None:
        """A device got what it asked for."""
        words = {"app": client.name, "link": self._rules.issuer + AUTHORIZATIONS}
        listener = self._listener(stores, MailKind.DEVICE_ALLOWED, user.subject)
        if listener is not None:
            self._put_in(stores, MailKind.DEVICE_ALLOWED, listener, call, words)

    def signed_in_in(
        self,
        stores: Stores,
        user: User,
        call: Call,
        agent: str,
        *,
        previous: Session | None,
        known_browsers: str,
    ) -> None:
        """Somebody signs in as the user: news, unless the browser is known to be the user's.

        `previous` is the browser's session until now, `known_browsers` the cookie of that name.
        """
        if self._browsers is None or (previous is not None and previous.subject == user.subject):
            return
        if self._browsers.name(known_browsers, user.subject):
            return
        words = {"agent": agent, "link": self._rules.issuer + SESSIONS}
        listener = self._listener(stores, MailKind.NEW_SIGN_IN, user.subject)
        if listener is not None:
            self._put_in(stores, MailKind.NEW_SIGN_IN, listener, call, words)

    def refresh_reused_in(self, stores: Stores, user: User, client: Client, call: Call) -> None:
        """A refresh token came a second time, and its grant ended: it was copied, perhaps.

        The user is told, and the addresses of the settings. `user` was read before: whoever holds
        a grant may not wait for its user.
        """
        kind = MailKind.REFRESH_REUSED
        if kind not in self.kinds:
            return
        words = {
            "app": client.name,
            "username": user.username,
            "link": self._rules.issuer + AUTHORIZATIONS,
        }
        if user.is_enabled:
            self._put_in(stores, kind, user, call, {**words, "is_alert": False})
        for address in self._rules.alert_addresses:
            draft = MailDraft(
                key=f"{kind}:alert:{address}:{user.subject}:{int(call.at // HOUR)}",
                kind=kind,
                to=address,
                locale=self._rules.alert_language,
                words={**words, **_of(call), "reader": "", "is_alert": True},
            )
            self._add(stores, draft)

    def switched_off_in(
        self, stores: Stores, user: User, kinds: Collection[MailKind], call: Call
    ) -> None:
        """The user does without these from now on: the last thing heard of whoever said it instead.

        Nothing is told of kinds that are not sent anyway.
        """
        if self.kinds.isdisjoint(kinds) or not user.is_enabled:
            return
        words = {"link": self._rules.issuer + CHOICES}
        self._put_in(stores, MailKind.NOTICES_OFF, user, call, words)

    def _listener(self, stores: Stores, kind: MailKind, subject: str) -> User | None:
        """The user, if there is somebody to be told about this."""
        if kind not in self.kinds:
            return None
        user = stores.users.get(subject)
        if user is None or not user.is_enabled or kind in user.muted_notices:
            return None
        return user if is_address(user.data.email) else None

    def _put_in(
        self,
        stores: Stores,
        kind: MailKind,
        user: User,
        call: Call,
        words: Mapping[str, object],
    ) -> None:
        reader = reader_of(user)
        draft = MailDraft(
            key=f"{kind}:{user.subject}:{int(call.at // HOUR)}",
            kind=kind,
            to=reader.address,
            locale=reader.locale,
            words={**words, **_of(call), "reader": reader.name},
        )
        self._add(stores, draft)

    def _add(self, stores: Stores, draft: MailDraft) -> None:
        if self._outbox is not None:
            self._outbox.put_in(stores, draft)


def _of(call: Call) -> dict[str, object]:
    return {"happened_at": call.at, "peer": call.peer}


SILENT: Final = SecurityNotices()
"""Tells nobody anything."""
