"""Nobody silences what would tell of them: switching notices off is told, and alerts stay apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.calls import Call
from authserver.domain.mail import MailKind
from authserver.services.security_notices import NOTICES, NoticeRules, SecurityNotices
from tests.mail_servers import LocalMailServer
from tests.rfc.mail_world import MailWorld, overrides
from tests.storage.examples import NOW, client, user

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.mail import MailDraft
    from authserver.services.mail_outbox import MailOutbox
    from tests.people.world import PeopleWorld

OFF: Final = "Notices about your account were switched off"


def test_switching_notices_off_is_told_and_switching_them_on_is_not(
    make_world: Callable[..., PeopleWorld],
) -> None:
    with LocalMailServer() as server:
        mail = MailWorld(make_world(**overrides(server, "token-made, new-sign-in")), server)
        browser = mail.people.signed_in()
        mail.deliver()
        for tick in (None, "yes"):
            browser.get("/account/notices")
            browser.submit("notices", {MailKind.NEW_SIGN_IN: tick})
        (received,) = mail.deliver()
        assert (received.recipient, received.message["Subject"]) == ("ada@example.test", OFF)
        assert "198.51.100.7" in received.text
        assert "https://auth.example.test/account/notices" in received.html


@dataclass
class Box:
    """An outbox that keeps the keys of what is put in."""

    is_on: bool = True
    keys: set[str] = field(default_factory=set)

    def put_in(self, _stores: object, draft: MailDraft) -> None:
        self.keys.add(draft.key)


def test_an_alert_about_one_user_hides_none_about_another() -> None:
    box: Any = Box()
    outbox: MailOutbox = box
    rules = NoticeRules("https://auth.example", frozenset(NOTICES), ("security@example.org",))
    notices = SecurityNotices(outbox, rules=rules)
    stores: Any = None
    for subject in ("user:ada", "user:bob", "user:ada"):
        notices.refresh_reused_in(
            stores, user(subject[5:], subject=subject), client("app"), Call(NOW, "request-1", "")
        )
    assert len([each for each in box.keys if "security@" in each]) == 2
