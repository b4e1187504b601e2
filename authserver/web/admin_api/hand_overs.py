"""`/resources/{resource}/hand-over` and `/accounts`: as whom calls arrive at a site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.domain.hand_over import HandOverKind
from authserver.domain.pages import Page, Place
from authserver.services.account_rows import ImportRow
from authserver.services.hand_overs import state_of
from authserver.web.admin_api.endpoints import LONG_BODY, Answered, Endpoint
from authserver.web.admin_api.models.accounts import (
    AccountPage,
    AccountShown,
    ImportedAccounts,
    ImportSaid,
    MappedAccount,
    NewAccount,
)
from authserver.web.admin_api.models.members import ListQuery, moment
from authserver.web.admin_api.models.resources import HandOverSaid, HandOverShown, hand_over_shown
from authserver.web.admin_api.pages import page_of
from authserver.web.admin_api.resources import READ, WRITE

if TYPE_CHECKING:
    from authserver.domain.hand_over import SubjectAccount
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

HAND_OVER: Final = "/resources/{resource}/hand-over"
ACCOUNTS: Final = "/resources/{resource}/accounts"
_OF_CREDENTIALS: Final = ("credential_type", "secret", "account", "user")


def show_hand_over(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """How calls arrive."""
    found = asked.services.hand_overs.get(asked.path["resource"])
    return Answered(hand_over_shown(state_of(found)))


def set_hand_over(asked: Asked[HandOverSaid, NoQuery]) -> Answered:
    """Say how calls arrive."""
    name, said = asked.path["resource"], asked.said
    if HandOverKind(said.kind) is HandOverKind.SERVICE_CREDENTIAL:
        if said.header:
            raise InvalidField("header", f"for {HandOverKind.IDENTITY_HEADER} only")
        stored = asked.services.hand_overs.set_credential(
            name,
            asked.act,
            credential_type=said.credential_type,
            secret=said.secret,
            account=said.account,
            user=said.user,
        )
    else:
        for field in _OF_CREDENTIALS:
            if field in said.model_fields_set:
                raise InvalidField(field, f"for {HandOverKind.SERVICE_CREDENTIAL} only")
        stored = asked.services.hand_overs.set_plain(
            name, asked.act, kind=said.kind, header=said.header
        )
    return Answered(hand_over_shown(state_of(stored)))


def remove_hand_over(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Let no call with a token pass to the site."""
    asked.services.hand_overs.unset(asked.path["resource"], asked.act)
    return Answered()


def list_accounts(asked: Asked[NothingSaid, ListQuery]) -> Answered:
    """One page of the subjects that have an account at the site."""

    def fetch(after: Place | None, limit: int) -> Page[SubjectAccount]:
        subject = "" if after is None else str(after.values[0])
        found = asked.services.subject_accounts.page(
            asked.path["resource"], after=subject, limit=limit + 1
        )
        if len(found) <= limit:
            return Page(found, None)
        return Page(found[:limit], Place((found[limit - 1].subject,)))

    items, following = page_of(asked, fetch)
    shown = [_shown(each) for each in items]
    return Answered(AccountPage(items=shown, next_cursor=following))


def map_account(asked: Asked[NewAccount, NoQuery]) -> Answered:
    """Let an account stand for a subject."""
    said = asked.said
    before = asked.services.subject_accounts.map(
        asked.path["resource"], said.subject, said.account, asked.act
    )
    return Answered(
        MappedAccount(
            subject=said.subject,
            account=said.account,
            before=None if before is None else before.account,
        )
    )


def unmap_account(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Let no account stand for a subject."""
    asked.services.subject_accounts.unmap(asked.path["resource"], asked.path["subject"], asked.act)
    return Answered()


def import_accounts(asked: Asked[ImportSaid, NoQuery]) -> Answered:
    """Map many, all or none."""
    name, said = asked.path["resource"], asked.said
    rows = [
        ImportRow(number, each.subject, each.account)
        for number, each in enumerate(said.accounts, 1)
    ]
    accounts = asked.services.subject_accounts
    if said.dry_run:
        counts = accounts.preview(name, rows).counts
    else:
        counts = accounts.import_rows(name, rows, asked.act)
    return Answered(
        ImportedAccounts(
            dry_run=said.dry_run,
            added=counts.added,
            changed=counts.changed,
            unchanged=counts.unchanged,
        )
    )


def _shown(account: SubjectAccount) -> AccountShown:
    return AccountShown.model_validate(
        {
            "subject": account.subject,
            "account": account.account,
            "changed_at": moment(account.changed_at),
        }
    )


ENDPOINTS: Final = (
    Endpoint(
        *("GET", HAND_OVER, "showHandOver", "Show how calls arrive at a site", READ),
        show_hand_over,
        answer=HandOverShown,
        shows=hand_over_shown,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("PUT", HAND_OVER, "setHandOver", "Say how calls arrive at a site", WRITE),
        set_hand_over,
        about="A credential is stored sealed and can be shown by nobody later; one that was there "
        "before is deleted.",
        said=HandOverSaid,
        answer=HandOverShown,
        shows=hand_over_shown,
        needs_match=True,
        refusals=frozenset({409}),
        pointers={"type": "credential_type"},
    ),
    Endpoint(
        *("DELETE", HAND_OVER, "removeHandOver", "Let no call with a token pass to a site", WRITE),
        remove_hand_over,
        status=204,
        shows=hand_over_shown,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("GET", ACCOUNTS, "listAccounts", "List who has an account at a site", READ),
        list_accounts,
        query=ListQuery,
        answer=AccountPage,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("POST", ACCOUNTS, "mapAccount", "Let an account stand for a subject", WRITE),
        map_account,
        about="In place of the one before, which the answer names.",
        said=NewAccount,
        answer=MappedAccount,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("DELETE", f"{ACCOUNTS}/{{subject}}", "unmapAccount", "Take a subject's account", WRITE),
        unmap_account,
        status=204,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("POST", f"{ACCOUNTS}/import", "importAccounts", "Map many subjects", WRITE),
        import_accounts,
        about="All of them, or none. Subjects that are not named keep their accounts.",
        said=ImportSaid,
        answer=ImportedAccounts,
        refusals=frozenset({409}),
        longest_body=LONG_BODY,
        pointers={"lines": "accounts"},
    ),
)
