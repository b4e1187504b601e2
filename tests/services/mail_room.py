"""Everything that has to do with mail on a world in memory, with a sender that obeys."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.api_tokens import ApiTokenStatus
from authserver.domain.groups import Group
from authserver.domain.mail import MailDraft, MailKind, WrittenMail
from authserver.domain.mail_ports import Blame, MailNotSent
from authserver.domain.users import PersonalData, User, UserStatus
from authserver.services.mail_administration import MailAdministration
from authserver.services.mail_deliveries import MailDeliveries
from authserver.services.mail_outbox import MailOutbox
from authserver.services.token_notices import TokenNotices
from authserver.services.token_pick_ups import TokenPickUps
from tests.services.world import ISSUER, World
from tests.storage.api_token_examples import api_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.mail import WaitingMail
    from authserver.domain.mail_ports import OutgoingMail

DAY: Final = 86_400.0
WORDS: Final[Mapping[str, object]] = {
    "token_id": "t1",
    "name": "export",
    "purpose": "nightly run",
    "sites": ["https://jira-main.example.com"],
    "reader": "Ada",
    "for_team": False,
    "ends_at": 4e9,
}


class PlainWriter:
    """Writes the words down as they are."""

    def write(self, kind: MailKind, locale: str, words: Mapping[str, object]) -> WrittenMail:
        if words.get("name") == "unwritable":
            raise MailNotSent(Blame.FOR_EVER, "its words do not fit")
        text = "\n".join(f"{name}={value}" for name, value in sorted(words.items()))
        return WrittenMail(subject=str(kind), text=text, html="", locale=locale)


@dataclass
class ScriptedSender:
    """Keeps what it is given, or fails as it is told: one entry for each mail, then `usual`."""

    sent: list[OutgoingMail] = field(default_factory=list)
    failures: list[MailNotSent | None] = field(default_factory=list)
    usual: MailNotSent | None = None
    asked: int = 0
    meanwhile: Any = None

    def send(self, mail: OutgoingMail) -> None:
        self.asked += 1
        if self.meanwhile is not None:
            self.meanwhile()
        failure = self.failures.pop(0) if self.failures else self.usual
        if failure is not None:
            raise failure
        self.sent.append(mail)


class MailRoom:
    """One installation; `ada` answers for its tokens. There is a site `jira-main`."""

    def __init__(self, *, is_on: bool = True) -> None:
        self.world = World()
        self.clock = self.world.clock
        self.database = self.world.database
        self.world.add_resource()
        self.outbox = self.make_outbox(is_on=is_on)
        self.sender = ScriptedSender()
        self.deliveries = self.make_deliveries()
        self.notices = self.make_notices()
        self.pick_ups = TokenPickUps(
            administration=self.world.administration,
            outbox=self.outbox,
            digester=self.world.digester,
            secret_maker=self.world.secret_maker,
            fresh_secrets=self.world.fresh_secrets,
            issuer=ISSUER,
        )
        self.administration = MailAdministration(
            administration=self.world.administration,
            outbox=self.outbox,
            writer=PlainWriter(),
            sender=self.sender if is_on else None,
            secret_maker=self.world.secret_maker,
            issuer=ISSUER,
        )
        self.ada = self.user("ada")
        self.database.audit.clear()

    def make_outbox(self, *, is_on: bool = True) -> MailOutbox:
        return MailOutbox(
            clock=self.clock,
            secret_maker=self.world.secret_maker,
            sealer=self.world.sealer,
            is_on=is_on,
        )

    def make_deliveries(self) -> MailDeliveries:
        """Another process that sends."""
        return MailDeliveries(
            database=self.database,
            clock=self.clock,
            outbox=self.outbox,
            writer=PlainWriter(),
            sender=self.sender,
        )

    def make_notices(self) -> TokenNotices:
        """Another process that looks for what is to be told."""
        return TokenNotices(database=self.database, clock=self.clock, outbox=self.outbox)

    def user(self, username: str, *, email: str | None = None, **stated: Any) -> User:
        address = f"{username}@example.org" if email is None else email
        user = User(
            subject=f"user:{username}",
            username=username,
            is_administrator=False,
            status=UserStatus.ENABLED,
            password_hash=b"",
            must_change_password=False,
            created_at=self.clock.now(),
            data=PersonalData(name=username.title(), email=address, locale="de"),
        )
        user = replace(user, **stated)
        with self.database.writing() as stores:
            stores.users.add(user)
        return user

    def group(self, name: str, *members: User) -> None:
        with self.database.writing() as stores:
            subjects = frozenset(each.subject for each in members)
            stores.groups.add(Group(name, "", subjects, self.clock.now()))

    def token(self, token_id: str = "t1", *, days: float = 90, **stated: Any) -> ApiToken:
        """A token that ends in `days`, made 400 days ago, of nobody's team, not rotated."""
        now = self.clock.now()
        usual = {
            "team": "",
            "successor_id": "",
            "client_id": "",
            "created_at": now - 400 * DAY,
            "expires_at": now + days * DAY,
            "status_changed_at": now - 400 * DAY,
        }
        token = api_token(token_id, **{**usual, **stated})
        with self.database.writing() as stores:
            stores.api_tokens.add(token)
        return token

    def pending(self, token_id: str = "t1", **stated: Any) -> ApiToken:
        """A token that nobody has picked up."""
        return self.token(token_id, status=ApiTokenStatus.PENDING, secret=None, **stated)

    def put_in(self, key: str = "key", **stated: Any) -> bool:
        draft = MailDraft(key, MailKind.TOKEN_EXPIRES, "ada@example.org", "de", WORDS)
        with self.database.writing() as stores:
            return self.outbox.put_in(stores, replace(draft, **stated))

    def deliver(self) -> int:
        return self.deliveries.deliver(lambda: True)

    @property
    def mails(self) -> Sequence[WaitingMail]:
        """All there are, in the order they were put in."""
        return sorted(self.database.state.mails.values(), key=lambda each: each.created_at)

    def readers(self, kind: MailKind | None = None) -> list[str]:
        """Who has mail."""
        return sorted(each.to for each in self.mails if kind in (None, each.kind))

    def words(self, mail: WaitingMail) -> Mapping[str, object]:
        """What stands in a mail."""
        return self.outbox.opened(mail)[1]

    def actions(self) -> list[str]:
        """What was put on record."""
        return [event.action for event in self.database.audit]
