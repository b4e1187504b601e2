"""The console of the application: every page there is, with its collaborators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services.console_access import ConsoleAccess
from authserver.web.admin.blueprint import console_blueprint
from authserver.web.admin.client_lists import ClientLists
from authserver.web.admin.start import start_pages
from authserver.web.cursors import Cursors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Blueprint

    from authserver.web.admin.console_pages import ConsolePage
    from authserver.web.visits import Visits
    from authserver.wiring import Container


def console(visits: Visits, container: Container) -> Blueprint:
    """The console of one application."""
    return console_blueprint(visits, ConsoleAccess(container.database), console_pages(container))


def console_pages(container: Container) -> Sequence[ConsolePage]:
    """The table: what is not in it is not served."""
    cursors = Cursors(container.digester)
    return (*start_pages(), *ClientLists(container.clients, cursors).pages())
