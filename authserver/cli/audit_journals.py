"""What commands about the record of acts share: this node's journals first, tables or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from authserver.services.audit import AuditService

AS_STORED = click.option(
    "--as-stored", is_flag=True, help="Look only: do not move this node's journals first."
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def catch_up(audit: AuditService, *, as_stored: bool) -> None:
    """Move this node's journals, unless what is stored was asked for."""
    if not as_stored:
        audit.catch_up()
