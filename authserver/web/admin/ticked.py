"""Something that is done with those that are ticked in a list, or with one: always asked first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, WHOLE, Form
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.languages import ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from werkzeug.wrappers import Response

    from authserver.services.administration import Act
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

MOST_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class TickedAct:
    """What is done; `found` gives the ids that are there with what they are called.

    `path` is the list's, below /admin; `name` the page's; `questions` for one and for several.
    """

    visits: Visits
    path: str
    name: str
    needs: frozenset[str]
    title: Text
    questions: tuple[str, str]
    sentence: Text
    button: Text
    found: Callable[[Sequence[str]], Sequence[tuple[str, str]]]
    do: Callable[[str, Act], object]

    def ask(self, who: Administrator) -> Response:
        """GET: which, and why."""
        del who
        return self._asked(Form())

    def act(self, who: Administrator) -> Response:
        """POST the same: those that are gone meanwhile are left out."""
        form = Form(request.form)
        act = reasoned(who.act, form)
        refused = []
        for key, label in self._ticked() if form.is_right else ():
            try:
                self.do(key, act)
            except REFUSALS as refusal:
                refused.append(f"{label}: {refusal}")
        if refused:
            form.wrong(WHOLE, "; ".join(refused))
        if not form.is_right:
            return self._asked(form)
        return self.visits.redirect_to(f"/admin{self.path}?done={self.name}")

    def _asked(self, form: Form) -> Response:
        ticked = self._ticked()
        if not ticked:
            return self.visits.redirect_to(f"/admin{self.path}?done=nothing")
        return ask(
            Question(
                ngettext(*self.questions, len(ticked)) % {"num": len(ticked)},
                self.sentence,
                self.button,
                f"{self.path}/-/bulk",
                self.path,
                [(self.title, self.path)],
                [(label, "") for _key, label in ticked],
                [("id", key) for key, _label in ticked],
                is_dangerous=True,
                asks_reason=True,
            ),
            form,
        )

    def _ticked(self) -> Sequence[tuple[str, str]]:
        keys = list(dict.fromkeys(request.values.getlist("id")[:MOST_AT_ONCE]))
        return self.found(keys)

    def pages(self) -> Iterable[ConsolePage]:
        """The row of the table of pages."""
        yield ConsolePage(f"{self.path}/-/bulk", self.name, self.needs, self.ask, self.act)
