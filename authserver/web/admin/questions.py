"""Pages that ask whether: what will happen, to what, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.errors import InvalidField
from authserver.domain.texts import check_text
from authserver.web.admin.showing import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from authserver.services.administration import Act
    from authserver.web.admin.cells import Value
    from authserver.web.admin.forms import Form
    from authserver.web.admin.showing import Crumb
    from authserver.web.languages import Text

REASON: Final = "reason"
LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What the page says. `action` and `back` are paths below /admin.

    `items` are what it is done to, each with its path or none; `kept` the hidden fields; `facts`
    are label, value and kind (`cells.Kind`).
    """

    title: Text
    sentence: Text
    button: Text
    action: str
    back: str
    crumbs: Sequence[Crumb] = ()
    items: Sequence[tuple[str, str]] = ()
    kept: Sequence[tuple[str, str]] = ()
    facts: Sequence[tuple[Text, Value, str]] = ()
    is_dangerous: bool = False
    asks_reason: bool = False
    is_done_once: bool = False
    """The answer to a second click is that to the first. The act has to be one transaction."""


def ask(
    question: Question, form: Form, *, template: str = "admin/confirm.html", **values: Any
) -> Response:
    """The page; with 400 when it was answered and something is missing.

    `values` are what the template's own fields need.
    """
    return show(
        template,
        title=question.title,
        crumbs=question.crumbs,
        status=200 if form.is_right else 400,
        form=form,
        sentence=question.sentence,
        items=question.items,
        facts=question.facts,
        kept=question.kept,
        button=question.button,
        action="/admin" + question.action,
        back=question.back,
        is_dangerous=question.is_dangerous,
        asks_reason=question.asks_reason,
        is_done_once=question.is_done_once,
        **values,
    )


def reasoned(act: Act, form: Form) -> Act:
    """The act with the reason that was given; a missing one is noted in the form."""
    try:
        reason = check_text(REASON, form.value(REASON), longest=LONGEST_REASON)
    except InvalidField as refusal:
        form.refused(refusal)
        return act
    return replace(act, reason=reason)
