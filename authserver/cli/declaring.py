"""What the commands about configuration in files share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from authserver.cli.context import Context
    from authserver.services.administration import Act
    from authserver.services.declaration_export import DeclarationExport
    from authserver.services.declarations import Declarations


class DeclaringParts(Protocol):
    """What these commands ask of the container."""

    @property
    def declarations(self) -> Declarations:
        """Applies files."""
        ...

    @property
    def declaration_export(self) -> DeclarationExport:
        """Writes files."""
        ...

    @property
    def operator(self) -> Act:
        """The act of whoever runs the command."""
        ...


def declaring(context: Context) -> DeclaringParts:
    """The services of this installation."""
    return cast("DeclaringParts", context.container())
