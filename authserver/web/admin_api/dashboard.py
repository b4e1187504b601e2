"""`/dashboard`: the numbers that those who administer see first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.roles import Area, to_read
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.dashboard import DashboardShown, dashboard_shown

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid


def show_dashboard(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """The numbers of this moment."""
    return Answered(dashboard_shown(asked.services.dashboard.look()))


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/dashboard", "showDashboard", "Show the numbers of this moment"),
        *(to_read(Area.AUDIT), show_dashboard),
        about="Credentials by kind, refusals, top callers, legacy calls, keys, providers, mail.",
        answer=DashboardShown,
    ),
)
