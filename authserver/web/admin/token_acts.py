"""Stopping API tokens and letting them go on: one, or those that are ticked, always asked first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.ticked import Ticked, TickedActs, TickedVerb, there
from authserver.web.admin.token_lists import READ, TOKENS, WRITE, called, token_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.languages import plural

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

    def _do(self, verb: Verb, token_id: str, act: Act) -> None:
        if verb.name == "enable":
            self.power.enable(token_id, act)
        elif verb.name == "disable":
            self.power.disable(token_id, act, reason=act.reason)
        else:
            self.power.revoke(token_id, act, reason=act.reason)

    def _found(self, keys: Sequence[str]) -> Sequence[Ticked]:
        return [
            Ticked(each.token_id, called(each), token_path(each.token_id))
            for each in there(self.tokens.get, keys)
        ]

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        needs = frozenset({READ, WRITE})
        verbs = [
            TickedVerb(
                verb.name,
                verb.question_of_many,
                verb.sentence,
                verb.label,
                partial(self._do, verb),
                is_dangerous=verb.is_dangerous,
            )
            for verb in VERBS.values()
        ]
        yield from TickedActs(
            self.visits, TOKENS, "tokens_bulk", needs, _l("API tokens"), self._found, verbs
        ).pages()
        for verb in VERBS.values():
            path, name = f"{TOKENS}/<token_id>/{verb.name}", f"token_{verb.name}"
            yield ConsolePage(path, name, needs, self.asking(verb), self.doing(verb))


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
