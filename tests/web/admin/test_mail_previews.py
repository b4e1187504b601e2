"""Administrators see every mail as its readers get it; it runs and loads nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.mail import MailKind

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld

PREVIEW: Final = "/admin/mails/preview"


def test_every_mail_can_be_looked_at_as_text_and_as_html(world: PeopleWorld) -> None:
    browser = world.browser()
    browser.get(f"/login?next={PREVIEW}")
    page = world.sign_in(browser, world.user("olive", is_administrator=True))
    assert all(f"mail-{kind}" in page.text for kind in MailKind)
    for kind in MailKind:
        page = browser.get(f"{PREVIEW}/{kind}?language=de")
        assert page.status == 200
        assert "mail-text" in page.texts
        page = browser.get(f"{PREVIEW}/{kind}/html?language=de")
        assert '<html lang="de">' in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert "script" not in policy
    assert browser.get(f"{PREVIEW}/no-such-mail").status == 404
