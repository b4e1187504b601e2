"""Stopping API tokens and letting them go on: one, or those that are ticked, always asked first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.errors import InvalidField, NotFound
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, WHOLE, Form
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.token_lists import READ, TOKENS, WRITE, called, token_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.languages import ngettext, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.api_tokens import ApiToken
    from authserver.services.administration import Act
    from authserver.services.api_token_administration import ApiTokens
    from authserver.services.api_token_power import ApiTokenPower
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

MOST_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can be done; `done` is what the page of the token says afterwards."""

    name: str
    label: Text
    question: Text
    question_of_many: tuple[str, str]
    sentence: Text
    done: str
    is_dangerous: bool


VERBS: Final[Mapping[str, Verb]] = {
    each.name: each
    for each in (
        Verb(
            "disable",
            _l("Disable"),
            _l("Disable this token?"),
            plural("Disable %(num)s token?", "Disable %(num)s tokens?"),
            _l("It counts nowhere until it is enabled again. It takes effect at once."),
            "disabled",
            is_dangerous=True,
        ),
        Verb(
            "enable",
            _l("Enable"),
            _l("Enable this token?"),
            plural("Enable %(num)s token?", "Enable %(num)s tokens?"),
            _l("It works again, as it was."),
            "enabled",
            is_dangerous=False,
        ),
        Verb(
            "revoke",
            _l("Revoke"),
            _l("Revoke this token for ever?"),
            plural("Revoke %(num)s token for ever?", "Revoke %(num)s tokens for ever?"),
            _l("It never works again, and nor do those that it took the place of."),
            "revoked",
            is_dangerous=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class TokenActs:
    """Asks whether, and does it."""

    visits: Visits
    tokens: ApiTokens
    power: ApiTokenPower

    def asking(self, verb: Verb) -> Callable[..., Response]:
        """GET /admin/tokens/<token_id>/<verb>."""

        def view(who: Administrator, token_id: str) -> Response:
            del who
            return ask(_question(verb, self.tokens.get(token_id)), Form())

        return view

    def doing(self, verb: Verb) -> Callable[..., Response]:
        """POST the same."""

        def view(who: Administrator, token_id: str) -> Response:
            form = Form(request.form)
            token = self.tokens.get(token_id)
            act = reasoned(who.act, form)
            if form.is_right:
                try:
                    self._do(verb, token_id, act)
                except REFUSALS as refusal:
                    form.refused(refusal)
            if not form.is_right:
                return ask(_question(verb, token), form)
            return self.visits.redirect_to(f"/admin{token_path(token_id)}?done={verb.done}")

        return view

    def ask_bulk(self, who: Administrator) -> Response:
        """GET /admin/tokens/-/bulk: what was ticked in the list."""
        del who
        return self._asked_bulk(Form())

    def bulk(self, who: Administrator) -> Response:
        """POST the same: those that are gone meanwhile are left out."""
        form = Form(request.form)
        act = reasoned(who.act, form)
        if not form.is_right:
            return self._asked_bulk(form)
        refused = []
        for token in self._ticked():
            try:
                self._do(_verb(), token.token_id, act)
            except REFUSALS as refusal:
                refused.append(f"{called(token)}: {refusal}")
        if refused:
            form.wrong(WHOLE, "; ".join(refused))
            return self._asked_bulk(form)
        return self.visits.redirect_to(f"/admin{TOKENS}?done={_verb().name}")

    def _do(self, verb: Verb, token_id: str, act: Act) -> None:
        if verb.name == "enable":
            self.power.enable(token_id, act)
        elif verb.name == "disable":
            self.power.disable(token_id, act, reason=act.reason)
        else:
            self.power.revoke(token_id, act, reason=act.reason)

    def _asked_bulk(self, form: Form) -> Response:
        verb, ticked = _verb(), self._ticked()
        if not ticked:
            return self.visits.redirect_to(f"/admin{TOKENS}?done=nothing")
        return ask(
            Question(
                ngettext(*verb.question_of_many, len(ticked)) % {"num": len(ticked)},
                verb.sentence,
                verb.label,
                f"{TOKENS}/-/bulk",
                TOKENS,
                [(_("API tokens"), TOKENS)],
                [(called(each), token_path(each.token_id)) for each in ticked],
                [("action", verb.name), *(("id", each.token_id) for each in ticked)],
                is_dangerous=verb.is_dangerous,
                asks_reason=True,
            ),
            form,
        )

    def _ticked(self) -> Sequence[ApiToken]:
        found = []
        for token_id in dict.fromkeys(request.values.getlist("id")[:MOST_AT_ONCE]):
            try:
                found.append(self.tokens.get(token_id))
            except NotFound:
                continue
        return found

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        needs = frozenset({READ, WRITE})
        yield ConsolePage(f"{TOKENS}/-/bulk", "tokens_bulk", needs, self.ask_bulk, self.bulk)
        for verb in VERBS.values():
            path, name = f"{TOKENS}/<token_id>/{verb.name}", f"token_{verb.name}"
            yield ConsolePage(path, name, needs, self.asking(verb), self.doing(verb))


def _verb() -> Verb:
    """What is to be done with those that are ticked. Raises InvalidField for anything else."""
    found = VERBS.get(request.values.get("action", ""))
    if found is None:
        raise InvalidField("action", "one of " + ", ".join(VERBS))
    return found


def _question(verb: Verb, token: ApiToken) -> Question:
    return Question(
        verb.question,
        verb.sentence,
        verb.label,
        f"{token_path(token.token_id)}/{verb.name}",
        token_path(token.token_id),
        [(_("API tokens"), TOKENS), (called(token), token_path(token.token_id))],
        is_dangerous=verb.is_dangerous,
        asks_reason=True,
    )
