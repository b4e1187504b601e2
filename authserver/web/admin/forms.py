"""Forms: what was typed, what of it is wrong, and the values that it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.durations import WRITTEN_AS, seconds_written
from authserver.domain.errors import (
    AlreadyExists,
    Conflict,
    DomainError,
    Forbidden,
    InvalidField,
    NotFound,
)
from authserver.web.core_words import core_words, refusal_words
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug.datastructures import MultiDict

    from authserver.web.languages import Text

WHOLE: Final = ""
"""Stands for the form where no field is to blame."""
LONGEST_NUMBER: Final = 9
"""Digits: more than any field allows."""
REFUSALS: Final = (AlreadyExists, Conflict, Forbidden, InvalidField, NotFound)
"""What services refuse that a person can mend in the form."""


class Form:
    """The fields of one form, by the names of its controls.

    Pages show `value`, `values`, `labels`, `errors` (in the order in which they were found); views
    take what they need by the other methods, which note what is wrong and go on, so that all is
    said at once.
    """

    def __init__(
        self,
        sent: MultiDict[str, str] | None = None,
        start: Mapping[str, str | Sequence[str]] | None = None,
    ) -> None:
        """`sent` is what came, `None` for a form that nobody has filled in; then `start` counts."""
        self._sent = sent
        self._start = start or {}
        self.errors: dict[str, str] = {}
        self.labels: dict[str, Text] = {}

    @property
    def is_right(self) -> bool:
        """Whether nothing was found to be wrong."""
        return not self.errors

    def value(self, name: str) -> str:
        """What stands in a field, without surrounding blanks."""
        if self._sent is not None:
            return self._sent.get(name, "").strip()
        found = self._start.get(name, "")
        return found if isinstance(found, str) else " ".join(found)

    def values(self, name: str) -> list[str]:
        """All that is ticked, or chosen, under a name."""
        if self._sent is not None:
            return [value for value in self._sent.getlist(name) if value]
        found = self._start.get(name, ())
        return [found] if isinstance(found, str) and found else list(found)

    def lines(self, name: str) -> list[str]:
        """The lines of a large field that hold something."""
        return [line.strip() for line in self.value(name).splitlines() if line.strip()]

    def is_ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self.value(name))

    def seconds(self, name: str) -> int | None:
        """A duration, `None` where the field is empty, or wrong, which is noted."""
        text = self.value(name).replace(" ", "")
        if not text:
            return None
        seconds = 0 if text == "0" else seconds_written(text)
        if seconds is None:
            self.wrong(name, _("Write %(how)s.") % {"how": core_words(WRITTEN_AS)})
        return seconds

    def number(self, name: str) -> int | None:
        """A whole number, `None` where the field is empty, or wrong, which is noted."""
        text = self.value(name)
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
            self.wrong(name, _("Write a whole number."))
            return None
        return int(text)

    def wrong(self, name: str, text: str) -> None:
        """Note that a field is wrong; the first word about it counts."""
        self.errors.setdefault(name, text)

    def is_called(self, name: str, label: Text) -> str:
        """Note what a field is called on the page, for the list of what is wrong; shows nothing."""
        self.labels[name] = label
        return ""

    def refused(self, refusal: DomainError, names: Mapping[str, str] | None = None) -> None:
        """Note what a service refused.

        `names` are controls by the service's names of fields, and by the kinds of things of which
        there is one already, or none.
        """
        if isinstance(refusal, InvalidField):
            field, _dot, member = refusal.field.partition(".")
            control = (names or {}).get(refusal.field, (names or {}).get(field, field))
            allowed = core_words(refusal.allowed)
            allowed = f"{member}: {allowed}" if member else allowed
            self.wrong(control, _("Allowed: %(what)s") % {"what": allowed})
        elif isinstance(refusal, AlreadyExists):
            control = (names or {}).get(refusal.kind, WHOLE)
            self.wrong(control, _("This name is taken, or was once. Choose another."))
        elif isinstance(refusal, NotFound) and refusal.kind in (names or {}):
            self.wrong((names or {})[refusal.kind], _("There is none of this name."))
        elif isinstance(refusal, Forbidden):
            self.wrong(WHOLE, _("This takes the permission %(name)s.") % {"name": refusal.needs})
        else:
            self.wrong(WHOLE, refusal_words(refusal))
