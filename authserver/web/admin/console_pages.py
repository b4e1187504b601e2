"""The table of the console's pages: a page that is not in it is not served."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from authserver.domain.roles import PERMISSIONS, WRITING

if TYPE_CHECKING:
    from authserver.domain.roles import Role
    from authserver.domain.sessions import Session
    from authserver.domain.users import User
    from authserver.services.administration import Act
    from authserver.web.languages import Text

View = Callable[..., Any]
"""Takes the `Administrator` and, by name, what the path says; gives an answer of Flask."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who asks for a page of the console, with what they may do now.

    `act` is what they do by this request; services check it against `powers` once more.
    """

    user: User
    session: Session
    roles: frozenset[Role]
    powers: frozenset[str]
    act: Act

    def may(self, permission: str) -> bool:
        """Whether they have a permission (`domain.roles`)."""
        return permission in self.powers


class Section(IntEnum):
    """Groups of the navigation, in their order."""

    START = 0
    ACCESS = 1
    PEOPLE = 2
    RULES = 3
    RECORDS = 4
    SERVER = 5


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page's place in the navigation; everything below its path belongs to it."""

    section: Section
    label: Text


@dataclass(frozen=True, slots=True)
class ConsolePage:
    """One page: `path` is Flask's rule below `/admin`, `needs` are permissions, all of them.

    `show` answers GET, `submit` POST: its form is named `name`, which the guard has checked before
    `submit` is called, as well as that whoever sends it proved a short time ago to be who they are.
    Only a page that is `for_any_role` may need no permission.
    """

    path: str
    name: str
    needs: frozenset[str]
    show: View | None = None
    submit: View | None = None
    menu: MenuEntry | None = None
    for_any_role: bool = False

    def __post_init__(self) -> None:
        """Refuse a page that does not say who may see it.

        Raises:
            ValueError: it needs nothing, or something that nobody has, or it takes forms though
                it needs no permission to write.
        """
        if not self.needs and not self.for_any_role:
            raise ValueError(f"{self.path} states no permission")
        if not self.needs <= PERMISSIONS:
            raise ValueError(f"{self.path} needs a permission that there is not")
        if self.submit is not None and not self.needs & WRITING:
            raise ValueError(f"{self.path} changes something and needs no permission to write")

    @property
    def methods(self) -> tuple[str, ...]:
        """What it answers."""
        views = {"GET": self.show, "POST": self.submit}
        return tuple(method for method, view in views.items() if view is not None)
