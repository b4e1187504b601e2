"""`/settings`: how this server is configured. Settings are files; nobody changes them from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.roles import Area, to_read
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.members import Shown

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid


class SettingShown(Shown):
    """A setting by its dotted name. No setting holds a secret: those are in files."""

    name: str
    value: Any


class SettingPage(Shown):
    """All settings, in the order of the reference page."""

    items: list[SettingShown]
    next_cursor: None = None


def list_settings(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """All of them."""
    found = asked.services.shown_settings
    return Answered(
        SettingPage(items=[SettingShown(name=name, value=found[name]) for name in found])
    )


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/settings", "listSettings", "List settings", to_read(Area.SETTINGS)),
        list_settings,
        answer=SettingPage,
    ),
)
