"""`/admin/initial-access-tokens`: who may register clients by themselves (RFC 7591)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.web.admin.cells import Kind
from authserver.web.admin.client_lists import GRANT_LABELS, READ, WRITE
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Column, Filter, Listing, ListPage, ListQuery, RowAct
from authserver.web.admin.short_lists import page_of
from authserver.web.admin.showing import what_happened
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkzeug.wrappers import Response

    from authserver.domain.ports import Clock
    from authserver.domain.registrations import InitialAccessToken
    from authserver.services.initial_access_tokens import InitialAccessTokens
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

PATH: Final = "/initial-access-tokens"
USED_UP: Final = "used up"
STATES: Final[Mapping[str, Text]] = {
    "live": _l("live"),
    USED_UP: _l("used up"),
    "expired": _l("expired"),
    "revoked": _l("revoked"),
}
DONE: Final[Mapping[str, Text]] = {
    "revoked": _l("The token registers no client any more. Those that it registered stay."),
}


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token with what it is now."""

    token: InitialAccessToken
    state: str


def state_of(token: InitialAccessToken, now: float) -> str:
    """One of `STATES`."""
    if token.revoked_at is not None:
        return "revoked"
    if not token.is_live(now):
        return "expired"
    return USED_UP if token.used >= token.quota else "live"


def _revoking(row: TokenRow) -> str:
    is_over = row.state in {"revoked", "expired"}
    return "" if is_over else f"{PATH}/{row.token.token_id}/revoke"


LISTING: Final[Listing[TokenRow]] = Listing(
    name="initial-access-tokens",
    path=PATH,
    columns=(
        Column("label", _l("For whom"), lambda row: row.token.label, is_sortable=True),
        Column("state", _l("State"), lambda row: row.state, Kind.STATE, is_sortable=True),
        Column(
            "used",
            _l("Clients"),
            lambda row: (
                _("%(used)s of %(quota)s") % {"used": row.token.used, "quota": row.token.quota}
            ),
            Kind.NUMBER,
        ),
        Column(
            "grants",
            _l("They get tokens"),
            lambda row: ", ".join(
                str(label)
                for grant, label in GRANT_LABELS.items()
                if grant in row.token.template.grant_types
            ),
            only_in_file=True,
        ),
        Column("scopes", _l("Scopes"), lambda row: sorted(row.token.template.scopes), Kind.NAMES),
        Column(
            "resources", _l("Sites"), lambda row: sorted(row.token.template.resources), Kind.NAMES
        ),
        Column(
            "expires_at",
            _l("Expires"),
            lambda row: row.token.expires_at,
            Kind.MOMENT,
            is_sortable=True,
        ),
        Column(
            "created_at",
            _l("Made"),
            lambda row: row.token.created_at,
            Kind.MOMENT,
            is_sortable=True,
            only_in_file=True,
        ),
        Column("token_id", _l("Id"), lambda row: row.token.token_id, Kind.CODE, only_in_file=True),
    ),
    key=lambda row: row.token.token_id,
    filters=(Filter("state", _l("State"), list(STATES.items())),),
    acts=(RowAct("revoke", _l("Revoke"), _revoking, WRITE, is_dangerous=True),),
    search_hint=_l("for whom, scope or site"),
)


@dataclass(frozen=True, slots=True)
class RegistrationTokenLists:
    """Shows them; `is_open` says whether clients can register at all."""

    tokens: InitialAccessTokens
    clock: Clock
    cursors: Cursors
    is_open: bool

    def list(self, who: Administrator) -> Response:
        """GET /admin/initial-access-tokens."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Initial access tokens"),
            template="admin/registration_tokens.html",
            lead=_(
                "Whoever has one registers clients by themselves, within its limits (RFC 7591). "
                "What was registered stands among the clients."
            ),
            empty=_("There is no token: clients are registered here alone."),
            new=(_("Make a token"), f"{PATH}/-/new", WRITE),
            is_open=self.is_open,
            done=what_happened(DONE),
        )

    def _page(self, query: ListQuery) -> ListPage[TokenRow]:
        now = self.clock.now()
        return page_of(
            [TokenRow(each, state_of(each, now)) for each in self.tokens.list()],
            LISTING,
            query,
            searched=lambda row: (
                row.token.label,
                *row.token.template.scopes,
                *row.token.template.resources,
            ),
            filters={"state": lambda row, value: row.state == value},
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The row of the table of pages."""
        menu = MenuEntry(Section.ACCESS, _l("Self-registration"))
        yield ConsolePage(PATH, "registration_tokens", frozenset({READ}), self.list, menu=menu)
