"""Accounts of sites that stand for subjects."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from authserver.web.admin_api.models.members import Moment, Said, Shown

MOST_IMPORTED = 1000


class NewAccount(Said):
    """Which account stands for which subject; a client's subject is `client:<id>`."""

    subject: str
    account: str = Field(description="User name in Data Center, account id in Cloud.")


class AccountShown(Shown):
    """An account of a site that stands for a subject."""

    subject: str
    account: str
    changed_at: Moment


class AccountPage(Shown):
    """Some accounts by their subjects, and the cursor of the next ones."""

    items: list[AccountShown]
    next_cursor: str | None


class MappedAccount(Shown):
    """A mapping and, where there was one, the account before."""

    subject: str
    account: str
    before: str | None


class ImportSaid(Said):
    """Many mappings; `dry_run` checks everything and changes nothing."""

    accounts: Annotated[list[NewAccount], Field(min_length=1, max_length=MOST_IMPORTED)]
    dry_run: bool = False


class ImportedAccounts(Shown):
    """How many subjects were (or would be) mapped anew, mapped otherwise, and left."""

    dry_run: bool
    added: int
    changed: int
    unchanged: int
