"""Commands that neither REST nor the console has, and why: a test knows every command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SHELL_ONLY: Final[Mapping[str, str]] = {
    "init": "There is nobody yet who could call.",
    "serve": "It is the server.",
    "doctor": "It looks at files, rights and programs of the machine, also when nothing runs.",
    "db upgrade": "The tables change while no server uses them.",
    "db check": "It looks whether they have to.",
    "key add-file": "Makes a file on a node, which is then copied to the others by hand.",
    "settings reference": "Prints a page of this documentation.",
    "resource scan-anonymous": "Calls a site for minutes, one call after the other: no call to a "
    "server takes so long.",
}
