"""Something that is done with those that are ticked in a list, or with one: always asked first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from flask import request

from authserver.domain.errors import InvalidField, NotFound
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, WHOLE, Form
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.core_words import refusal_words
from authserver.web.languages import lazy_gettext as _l
from authserver.web.languages import ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.services.administration import Act
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

T = TypeVar("T")

MOST_AT_ONCE: Final = 200
NOTHING: Final = "nothing"
NOTHING_TICKED: Final[Mapping[str, Text]] = {
    NOTHING: _l("Nothing was ticked, and nothing was changed."),
}
"""Belongs into what the list may say happened."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """One that is ticked: its id, what it is called, and its page below /admin, empty for none."""

    key: str
    called: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class TickedVerb:
    """What can be done with them: `name` stands for it in addresses, before it and after.

    `questions` are for one and for several; `do` gets an id.
    """

    name: str
    questions: tuple[str, str]
    sentence: Text
    button: Text
    do: Callable[[str, Act], object]
    is_dangerous: bool = True


@dataclass(frozen=True, slots=True)
class TickedActs:
    """Asks whether, and does it. `path` is the list's, below /admin; `name` the page's.

    `found` gives those of the ids that are there. Where there are several verbs, the address and
    the form say by `action` which is meant.
    """

    visits: Visits
    path: str
    name: str
    needs: frozenset[str]
    title: Text
    found: Callable[[Sequence[str]], Sequence[Ticked]]
    verbs: Sequence[TickedVerb]

    def ask(self, who: Administrator) -> Response:
        """GET: which, and why."""
        del who
        return self._asked(self._verb(), Form())

    def act(self, who: Administrator) -> Response:
        """POST the same: those that are gone meanwhile are left out."""
        verb, form = self._verb(), Form(request.form)
        act = reasoned(who.act, form)
        refused = []
        for each in self._ticked() if form.is_right else ():
            try:
                verb.do(each.key, act)
            except REFUSALS as refusal:
                refused.append(f"{each.called}: {refusal_words(refusal)}")
        if refused:
            form.wrong(WHOLE, "; ".join(refused))
        if not form.is_right:
            return self._asked(verb, form)
        return self._to_list(verb.name)

    def _asked(self, verb: TickedVerb, form: Form) -> Response:
        ticked = self._ticked()
        if not ticked:
            return self._to_list(NOTHING)
        kept = [("action", verb.name)] if len(self.verbs) > 1 else []
        return ask(
            Question(
                ngettext(*verb.questions, len(ticked)) % {"num": len(ticked)},
                verb.sentence,
                verb.button,
                f"{self.path}/-/bulk",
                self.path,
                [(self.title, self.path)],
                [(each.called, each.path) for each in ticked],
                [*kept, *(("id", each.key) for each in ticked)],
                is_dangerous=verb.is_dangerous,
                asks_reason=True,
            ),
            form,
        )

    def _verb(self) -> TickedVerb:
        """The one that is meant. Raises InvalidField for none of them."""
        if len(self.verbs) == 1:
            return self.verbs[0]
        action = request.values.get("action", "")
        for each in self.verbs:
            if each.name == action:
                return each
        raise InvalidField("action", "one of " + ", ".join(each.name for each in self.verbs))

    def _ticked(self) -> Sequence[Ticked]:
        keys = list(dict.fromkeys(request.values.getlist("id")[:MOST_AT_ONCE]))
        return self.found(keys)

    def _to_list(self, done: str) -> Response:
        return self.visits.redirect_to(f"/admin{self.path}?done={done}")

    def pages(self) -> Iterable[ConsolePage]:
        """The row of the table of pages."""
        yield ConsolePage(f"{self.path}/-/bulk", self.name, self.needs, self.ask, self.act)


def there(get: Callable[[str], T], keys: Iterable[str]) -> Sequence[T]:
    """What `get` gives for the ids, left out those for which it raises NotFound."""
    found = []
    for key in keys:
        with suppress(NotFound):
            found.append(get(key))
    return found
