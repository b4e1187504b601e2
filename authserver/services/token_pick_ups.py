"""Picking up an API token that somebody made for a user: the secret exists from then on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from authserver.domain.api_tokens import API_TOKEN_PREFIX, API_TOKEN_PURPOSE, ApiTokenStatus
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import Conflict, DomainError, InvalidField
from authserver.domain.mail import MailDraft, MailKind, is_address, key_of_token
from authserver.domain.token_pick_ups import (
    PICK_UP_PREFIX,
    PICK_UP_PURPOSE,
    PICK_UP_SECONDS,
    TokenPickUp,
)
from authserver.domain.tokens import latest_end
from authserver.services.secret_digests import digests_of
from authserver.services.security_notices import SILENT, SecurityNotices
from authserver.services.token_mail_ends import cancel_links
from authserver.services.token_notices import words_of
from authserver.services.token_readers import reader_of
from authserver.services.user_lookup import existing

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import SecretDigester, SecretMaker, Stores
    from authserver.domain.users import User
    from authserver.services.administration import Act, Administration
    from authserver.services.fresh_secrets import FreshSecrets
    from authserver.services.mail_outbox import MailOutbox

PATH = "/account/pick-up"
BY_HAND = "or give --print-link and pass the link on yourself: it opens for this user alone"


class NoSuchPickUp(DomainError):
    """There is no such ticket, or it is somebody else's: which of both is nobody's business."""

    def __init__(self) -> None:
        super().__init__("no such ticket")


class PickUpOver(DomainError):
    """The ticket was the caller's: used, expired, or its token is not there to be picked up."""

    def __init__(self, *, was_used: bool) -> None:
        """Remember whether somebody used it."""
        super().__init__("the ticket was used" if was_used else "the ticket has expired")
        self.was_used = was_used


class PickUpResting(DomainError):
    """The ticket is good, but its user's credentials are switched off now."""

    def __init__(self) -> None:
        super().__init__("the user's credentials are switched off")


@dataclass(frozen=True, slots=True)
class PickedUp:
    """A token at the one moment its secret exists in clear."""

    token: ApiToken
    value: str = field(repr=False)


class TokenPickUps:
    """Makes tickets for owners of pending tokens, and takes them back for the secret."""

    def __init__(
        self,
        *,
        administration: Administration,
        outbox: MailOutbox,
        digester: SecretDigester,
        secret_maker: SecretMaker,
        fresh_secrets: FreshSecrets,
        issuer: str,
        notices: SecurityNotices = SILENT,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._outbox = outbox
        self._digester = digester
        self._secret_maker = secret_maker
        self._fresh_secrets = fresh_secrets
        self._issuer = issuer
        self._notices = notices

    def offer_in(self, stores: Stores, token: ApiToken, act: Act) -> None:
        """Send the owner of a pending token a link; earlier links of the token end.

        The link is good for 24 hours, and for nobody but the owner.

        Raises:
            Conflict: mail is off, the token is not pending, or its owner may have none now.
            InvalidField: the owner has no address that mail can be sent to.
        """
        owner = self._owner(stores, token)
        if not self._outbox.is_on:
            raise Conflict(f"mail is off: set mail.host, {BY_HAND}")
        if not is_address(owner.data.email):
            raise InvalidField("owner", f"somebody with an e-mail address, {BY_HAND}")
        ticket, link = self._ticket(stores, token, act, way="mail")
        reader = reader_of(owner)
        sites = {each.name: each.url for each in stores.resources.list()}
        self._outbox.put_in(
            stores,
            MailDraft(
                key=key_of_token(
                    MailKind.TOKEN_READY, token.token_id, self._secret_maker.identifier()
                ),
                kind=MailKind.TOKEN_READY,
                to=reader.address,
                locale=reader.locale,
                words={
                    **words_of(token, sites),
                    "reader": reader.name,
                    "for_team": False,
                    "link": link,
                    "link_ends_at": ticket.expires_at,
                    "ends_at": token.expires_at,
                },
                until=ticket.expires_at,
            ),
        )

    def link_in(self, stores: Stores, token: ApiToken, act: Act) -> str:
        """The same link for whoever passes it on by hand: it opens for the owner alone.

        Raises:
            Conflict: the token is not pending, or its owner may have none now.
        """
        self._owner(stores, token)
        return self._ticket(stores, token, act, way="by hand")[1]

    def look(self, ticket: str, subject: str) -> ApiToken:
        """The token that waits for this user behind a ticket.

        Raises:
            NoSuchPickUp: there is no such ticket for this user.
            PickUpOver: it cannot be used any more.
            PickUpResting: not while the user's credentials are switched off.
        """
        with self._administration.database.reading() as stores:
            return self._open(stores, ticket, subject)[1]

    def pick_up(self, ticket: str, subject: str, act: Act) -> PickedUp:
        """Make the secret of the token, once.

        Whoever calls has seen to it that the user has just proved to be the user.

        Raises:
            NoSuchPickUp: there is no such ticket for this user.
            PickUpOver: it cannot be used any more, perhaps since a moment ago.
            PickUpResting: not while the user's credentials are switched off.
        """
        now = self._administration.clock.now()
        token_id = self.look(ticket, subject).token_id
        change = Change(ChangeKind.API_TOKEN, token_id, latest_end(now))
        with self._administration.changing([change], takes_power=False) as stores:
            # Before its ticket, as whoever offers it again does.
            stores.api_tokens.get(token_id)
            found, token = self._open(stores, ticket, subject)
            if not stores.pick_ups.spend(found, now):
                raise PickUpOver(was_used=True)
            fresh = self._fresh_secrets.make(API_TOKEN_PREFIX, API_TOKEN_PURPOSE, None)
            enabled = replace(
                token, status=ApiTokenStatus.ENABLED, secret=fresh.stored, status_changed_at=now
            )
            stores.api_tokens.save(enabled)
            cancel_links(stores, token_id)
            self._administration.record(
                stores,
                act,
                "token.picked_up",
                token_id,
                {"lineage_id": token.lineage_id, "owner": token.owner, "purpose": token.purpose},
                client_id=token.client_id,
            )
            self._notices.token_made_in(stores, enabled, act.call(now), by_owner=True)
        return PickedUp(enabled, fresh.value)

    def _owner(self, stores: Stores, token: ApiToken) -> User:
        if token.status is not ApiTokenStatus.PENDING:
            raise Conflict(f"token {token.token_id} is {token.status}: nobody has to pick it up")
        owner = existing(stores, token.owner)
        if not owner.is_enabled:
            raise Conflict(f"user {owner.username} is {owner.status}: enable the user first")
        if owner.credentials_disabled_at is not None:
            raise Conflict(
                f"the credentials of user {owner.username} are switched off: "
                "authserver user enable-credentials"
            )
        return owner

    def _ticket(
        self, stores: Stores, token: ApiToken, act: Act, *, way: str
    ) -> tuple[TokenPickUp, str]:
        """A new ticket, and the link with it."""
        now = self._administration.clock.now()
        value = self._secret_maker.secret(PICK_UP_PREFIX)
        pepper = self._digester.current_pepper
        ticket = TokenPickUp(
            digest=self._digester.digest(PICK_UP_PURPOSE, value, pepper),
            pepper_id=pepper,
            token_id=token.token_id,
            subject=token.owner,
            created_at=now,
            expires_at=min(now + PICK_UP_SECONDS, token.expires_at),
        )
        stores.pick_ups.end(token.token_id, now)
        cancel_links(stores, token.token_id)
        stores.pick_ups.add(ticket)
        self._administration.record(
            stores,
            act,
            "token.offered",
            token.token_id,
            {
                "lineage_id": token.lineage_id,
                "owner": token.owner,
                "way": way,
                "ends_at": ticket.expires_at,
            },
            client_id=token.client_id,
        )
        return ticket, f"{self._issuer}{PATH}/{value}"

    def _open(self, stores: Stores, ticket: str, subject: str) -> tuple[TokenPickUp, ApiToken]:
        if not self._secret_maker.looks_like(PICK_UP_PREFIX, ticket):
            raise NoSuchPickUp
        found = stores.pick_ups.find(digests_of(self._digester, PICK_UP_PURPOSE, ticket))
        if found is None or found.subject != subject:
            raise NoSuchPickUp
        now = self._administration.clock.now()
        if not found.is_open(now):
            raise PickUpOver(was_used=found.used_at is not None)
        token = stores.api_tokens.get(found.token_id)
        is_there = (
            token is not None
            and token.status is ApiTokenStatus.PENDING
            and token.owner == subject
            and now < token.expires_at
        )
        if token is None or not is_there:
            raise PickUpOver(was_used=False)
        owner = stores.users.get(subject)
        if owner is None or owner.credentials_disabled_at is not None:
            raise PickUpResting
        return found, token
