"""`/admin`: what is going on, in numbers that lead to their lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.audit_times import written
from authserver.domain.roles import Area, to_read, to_write
from authserver.web.admin import charts
from authserver.web.admin.dashboard_links import link_of
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Response

    from authserver.domain.dashboard import Dashboard, Figure, LegacyDay, Talker
    from authserver.services.dashboard import DashboardService
    from authserver.services.long_lists import LongLists
    from authserver.web.admin.charts import Bar
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text

KINDS: Final[Mapping[str, tuple[Text, Area]]] = {
    "clients": (_l("Clients with a secret"), Area.CLIENTS),
    "api_tokens": (_l("API tokens"), Area.TOKENS),
    "grants": (_l("Grants to apps"), Area.SUPPORT),
    "sessions": (_l("Sessions"), Area.SUPPORT),
    "gateways": (_l("Gateways with a key"), Area.RESOURCES),
    "connect_keys": (_l("Connect keys"), Area.RESOURCES),
}
PERCENT: Final = 100
STEPS: Final[Sequence[tuple[str, Text, str]]] = (
    (to_write(Area.RESOURCES), _l("Register a site"), "/resources/-/new"),
    (to_write(Area.RESOURCES), _l("Register a gateway"), "/gateways/-/new"),
    (to_write(Area.CLIENTS), _l("Register a client"), "/clients/-/new"),
)
"""What an instance needs before a call passes: the permission, the step, and its page."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number with the way to its list; the way is empty where there is none."""

    value: int
    path: str


@dataclass(frozen=True, slots=True)
class CredentialLine:
    """One kind of credentials; `None` where that cannot be said of it."""

    kind: str
    label: Text
    active: Number
    expiring: Number | None
    stale: Number | None


@dataclass(frozen=True, slots=True)
class CallLine:
    """So many calls of one sort; `reach` is how far its bar goes.

    `names` say what they have in common, each with its path; the path is empty where nothing is.
    """

    names: Sequence[tuple[str, str]]
    calls: Number
    reach: float


@dataclass(frozen=True, slots=True)
class LegacyLine:
    """One day in the table behind the picture."""

    day: float
    legacy: Number
    passed: Number
    percent: float | None


class DashboardPages:
    """Shows the numbers that somebody may see."""

    def __init__(self, dashboard: DashboardService, lists: LongLists) -> None:
        """Take the collaborators; hold no state of its own."""
        self._dashboard = dashboard
        self._lists = lists

    def show(self, who: Administrator) -> Response:
        """GET /admin."""
        seen = self._dashboard.look()
        sees_calls = who.may(to_read(Area.AUDIT))
        return show(
            "admin/dashboard.html",
            title=_("Overview"),
            at=seen.at,
            calls_since=seen.calls_since,
            credentials=_credentials(seen, who),
            sees_calls=sees_calls,
            refusals=_refusals(seen) if sees_calls else (),
            talkers=self._talkers(seen) if sees_calls else (),
            legacy=[_day(each) for each in seen.legacy] if sees_calls else (),
            legacy_bars=_bars(seen.legacy),
            has_calls=any(each.passed.value for each in seen.legacy),
            steps=[(label, path) for needs, label, path in STEPS if who.may(needs)],
            width=charts.WIDTH,
            height=charts.HEIGHT,
            keys=seen.keys if who.may(to_read(Area.KEYS)) else (),
            providers=seen.providers if who.may(to_read(Area.PROVIDERS)) else (),
            mail=(_number(seen.mail.waiting), _number(seen.mail.given_up), seen.mail.oldest_at)
            if who.may(to_read(Area.MAIL))
            else None,
        )

    def _talkers(self, seen: Dashboard) -> Sequence[CallLine]:
        names = self._lists.usernames(each.subject for each in seen.talkers if each.subject)
        most = max((each.calls.value for each in seen.talkers), default=0)
        return [
            CallLine(
                _callers(each, names),
                _number(each.calls),
                charts.length(each.calls.value, most),
            )
            for each in seen.talkers
        ]


def _callers(each: Talker, names: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    """A user, and the app by which it calls; a client that speaks for itself is named once."""
    user = [(names[each.subject], f"/users/{each.subject}")] if each.subject in names else []
    client = [(each.client_id, f"/clients/{each.client_id}")] if each.client_id else []
    return [*user, *client]


def _credentials(seen: Dashboard, who: Administrator) -> Sequence[CredentialLine]:
    return [
        CredentialLine(
            each.kind,
            KINDS[each.kind][0],
            _number(each.active, each.kind),
            None if each.expiring is None else _number(each.expiring, each.kind),
            None if each.stale is None else _number(each.stale, each.kind),
        )
        for each in seen.credentials
        if who.may(to_read(KINDS[each.kind][1]))
    ]


def _refusals(seen: Dashboard) -> Sequence[CallLine]:
    most = max((each.calls.value for each in seen.refusals), default=0)
    return [
        CallLine(
            [(each.reason, link_of(each.calls.behind))],
            _number(each.calls),
            charts.length(each.calls.value, most),
        )
        for each in seen.refusals
    ]


def _day(each: LegacyDay) -> LegacyLine:
    share = each.share
    return LegacyLine(
        each.day,
        _number(each.legacy),
        _number(each.passed),
        None if share is None else round(share * PERCENT, 1),
    )


def _bars(days: Sequence[LegacyDay]) -> Sequence[tuple[Bar, str]]:
    """Each day's, with the way to what it stands for; no way where that is nothing."""
    values = [
        (
            each.share,
            _("%(day)s: %(legacy)s of %(passed)s")
            % {
                "day": written(each.day)[:10],
                "legacy": each.legacy.value,
                "passed": each.passed.value,
            },
        )
        for each in days
    ]
    paths = [link_of(each.legacy.behind) if each.legacy.value else "" for each in days]
    return list(zip(charts.columns(values, 1.0), paths, strict=True))


def _number(figure: Figure, kind: str = "") -> Number:
    return Number(figure.value, link_of(figure.behind, kind))
