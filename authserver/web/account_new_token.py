"""`/account/tokens/new`: a new API token in four steps.

What was answered stands in the address until the last step: going back, reloading and bookmarks
work, and nothing is kept here for whoever leaves half way. Nothing in it is secret.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from flask import Blueprint, request

from authserver.domain.errors import Conflict, Forbidden, InvalidField
from authserver.domain.texts import check_text
from authserver.services.api_token_drafts import ApiTokenDraft, TokenRefused
from authserver.services.api_token_terms import (
    LONGEST_NAME,
    LONGEST_PURPOSE,
    LONGEST_TEAM,
    LONGEST_TICKET,
    SHORTEST_SECONDS,
)
from authserver.web.account import act_of
from authserver.web.account_tokens import TOKENS
from authserver.web.admin.forms import WHOLE, Form
from authserver.web.core_words import refusal_words
from authserver.web.fresh_sign_ins import again, fresh_or_login, is_fresh
from authserver.web.languages import gettext as _
from authserver.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Response
    from werkzeug.datastructures import MultiDict
    from werkzeug.wrappers import Response as AnyResponse

    from authserver.services.own_api_tokens import MakingOfTokens, OwnApiTokens, TermsOfToken
    from authserver.services.sessions import SignedIn
    from authserver.web.account_tokens import TokenPages
    from authserver.web.admin.scope_choice import ScopeChoice
    from authserver.web.sent_forms import Claim, SentForms
    from authserver.web.visits import Visits

FORM: Final = "new-token"
NEW: Final = f"{TOKENS}/new"
PROVED: Final = f"{TOKENS}/proved"
DAY: Final = 86_400
LIVES: Final = (DAY, 7 * DAY, 30 * DAY, 90 * DAY, 180 * DAY, 365 * DAY)
"""Seconds to choose from, as far as policies allow."""
EVERYTHING, READING, LISTED = "all", "read", "listed"
"""What of the scopes' operations a token may do."""
STEPS: Final = (
    ("purpose", NEW, ("name", "purpose")),
    ("sites", f"{NEW}/sites", ("resources",)),
    (
        "scopes",
        f"{NEW}/scopes",
        ("scopes", "find_scope", "access", "operations", "projects", "networks"),
    ),
    ("end", f"{NEW}/end", ("lives", "ticket", "team")),
)
"""Name, path and fields of each."""
FIELDS: Final = tuple(field for _name, _path, fields in STEPS for field in fields)
PURPOSE, SITES, SCOPES, END = range(len(STEPS))


class Answers(NamedTuple):
    """What one request says: who, where tokens may be for, and the form."""

    signed_in: SignedIn
    making: MakingOfTokens
    form: Form
    sent: MultiDict[str, str]

    @property
    def subject(self) -> str:
        """Whose token it will be."""
        return self.signed_in.user.subject

    def kept(self, step: int) -> Sequence[tuple[str, str]]:
        """What the other steps' fields hold, for hidden fields."""
        own = STEPS[step][2]
        others = [field for field in FIELDS if field not in own and field != "find_scope"]
        return [(field, value) for field in others for value in self.sent.getlist(field) if value]


class NewTokenPages:
    """Asks what for, where, what and until when; then makes the token."""

    def __init__(
        self,
        *,
        visits: Visits,
        tokens: OwnApiTokens,
        scopes: ScopeChoice,
        pages: TokenPages,
        sent_forms: SentForms,
    ) -> None:
        """Take the collaborators; `pages` shows the secret."""
        self._visits = visits
        self._tokens = tokens
        self._scopes = scopes
        self._pages = pages
        self._sent_forms = sent_forms

    def step(self, number: int) -> Response:
        """GET one step, or the first before it that something is missing in."""
        if number == PURPOSE:
            # Before anything is typed, rather than after.
            signed_in = fresh_or_login(self._visits, NEW)
        else:
            signed_in = self._visits.signed_in_or_login(NEW)
        making = self._tokens.making(signed_in.user.subject)
        if not making.is_possible:
            return _not_possible(signed_in, making, 200 if number == PURPOSE else 403)
        answers = Answers(signed_in, making, Form(request.args), request.args)
        for earlier in range(number):
            self._check(answers, earlier)
            if not answers.form.is_right:
                return self._page(answers, earlier, 400)
        return self._page(answers, number)

    def create(self) -> AnyResponse:
        """POST the last step: the token, and its secret; a second click makes no other."""
        self._visits.current().check_csrf(FORM)
        signed_in = self._visits.signed_in_or_login(NEW)
        return self._sent_forms.once(
            FORM, signed_in.user.subject, lambda claim: self._create(signed_in, claim)
        )

    def _create(self, signed_in: SignedIn, claim: Claim | None) -> Response:
        making = self._tokens.making(signed_in.user.subject)
        if not making.is_possible:
            return _not_possible(signed_in, making, 403)
        answers = Answers(signed_in, making, Form(request.form), request.form)
        for number in (PURPOSE, SITES, SCOPES):
            self._check(answers, number)
            if not answers.form.is_right:
                return self._page(answers, number, 400)
        if not is_fresh(self._visits, signed_in):
            # What was typed stays on the page, which asks for a sign-in beside it.
            return self._page(answers, END, 403, prove=again(PROVED))
        try:
            draft = replace(_draft(answers), expires_in=_seconds(answers.form.value("lives")))
            act = replace(act_of(self._visits.current(), answers.subject), beside=claim)
            made = self._tokens.create(answers.subject, draft, act)
        except InvalidField as refusal:
            answers.form.refused(refusal, {"expires_in": "lives"})
            return self._page(answers, _step_of(answers.form), 400)
        except (TokenRefused, Conflict, Forbidden) as refusal:
            answers.form.wrong(WHOLE, refusal_words(refusal))
            return self._page(answers, END, 409 if isinstance(refusal, Conflict) else 403)
        return self._pages.made(signed_in, made)

    def proved(self) -> Response:
        """GET /account/tokens/proved: where a sign-in leads that a waiting form asked for."""
        signed_in = self._visits.signed_in_or_login(TOKENS)
        return render("account_proved.html", here="tokens", person=signed_in.user)

    def _check(self, answers: Answers, number: int) -> None:
        """Note what is wrong with one step."""
        form = answers.form
        try:
            if number == PURPOSE:
                check_text("purpose", form.value("purpose"), longest=LONGEST_PURPOSE)
                check_text("name", form.value("name"), longest=LONGEST_NAME, required=False)
            elif number == SITES:
                names = {site.name for site in answers.making.open_sites}
                if not form.values("resources"):
                    form.wrong("resources", _("Choose one at least."))
                elif not set(form.values("resources")) <= names:
                    form.wrong("resources", _("Choose from those that are shown here."))
            elif not form.values("scopes"):
                form.wrong("scopes", _("Choose one at least: without any it may do nothing."))
            else:
                self._tokens.check_reach(answers.subject, _draft(answers))
        except InvalidField as refusal:
            form.refused(refusal)

    def _page(
        self, answers: Answers, number: int, status: int = 200, *, prove: str = ""
    ) -> Response:
        name, path, _fields = STEPS[number]
        return render(
            f"account_token_{name}.html",
            status=status,
            here="tokens",
            person=answers.signed_in.user,
            making=answers.making,
            form=answers.form,
            kept=answers.kept(number),
            number=number,
            steps=len(STEPS),
            action=STEPS[min(number + 1, END)][1],
            path=path,
            back=STEPS[number - 1][1] if number else TOKENS,
            prove=prove,
            **self._more(answers, number),
        )

    def _more(self, answers: Answers, number: int) -> dict[str, Any]:
        chosen = set(answers.form.values("resources"))
        sites = [each for each in answers.making.open_sites if each.name in chosen]
        if number == SCOPES:
            ticked, search = answers.form.values("scopes"), answers.form.value("find_scope")
            return {
                "groups": self._scopes.groups(sites, ticked, search),
                "access": answers.form.value("access") or EVERYTHING,
            }
        if number != END:
            return {
                "longest_name": LONGEST_NAME,
                "longest_purpose": LONGEST_PURPOSE,
            }
        terms = self._tokens.terms(sorted(chosen))
        return {
            "terms": terms,
            "lives": _lives(terms),
            "life": answers.form.value("lives") or str(int(terms.usual)),
            "sites": sites,
            "scopes": answers.form.values("scopes"),
            "longest_team": LONGEST_TEAM,
            "longest_ticket": LONGEST_TICKET,
        }


def _draft(answers: Answers) -> ApiTokenDraft:
    """What was typed, but for how long it lives."""
    form = answers.form
    access = form.value("access")
    operations: list[str] | None = None
    if access == READING:
        operations = [READING]
    elif access == LISTED:
        operations = form.lines("operations")
    return ApiTokenDraft(
        user=answers.subject,
        purpose=form.value("purpose"),
        scopes=form.values("scopes"),
        resources=form.values("resources"),
        name=form.value("name"),
        team=form.value("team"),
        ticket=form.value("ticket"),
        operations=operations,
        projects=_words(form.value("projects")),
        networks=_words(form.value("networks")),
    )


def _words(text: str) -> list[str] | None:
    return text.replace(",", " ").split() or None


def _seconds(text: str) -> float | None:
    """Raises InvalidField."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):  # noqa: PLR2004 - 30 years
        raise InvalidField("lives", "one of the choices")
    return float(text)


def _lives(terms: TermsOfToken) -> Sequence[int]:
    """Seconds to choose from: round ones, and the longest that is allowed."""
    longest = int(terms.longest.value)
    found = {each for each in LIVES if SHORTEST_SECONDS <= each <= longest}
    return sorted(found | {longest, int(terms.usual)})


def _step_of(form: Form) -> int:
    """The step that has the field which is wrong."""
    wrong = next(iter(form.errors), "")
    return next((number for number, step in enumerate(STEPS) if wrong in step[2]), END)


def _not_possible(signed_in: SignedIn, making: MakingOfTokens, status: int) -> Response:
    return render(
        "account_token_no.html",
        status=status,
        here="tokens",
        person=signed_in.user,
        making=making,
    )


def new_token_blueprint(pages: NewTokenPages) -> Blueprint:
    """Serves /account/tokens/new."""
    blueprint = Blueprint("account_new_token", __name__)

    def shown(number: int) -> Callable[[], Response]:
        return lambda: pages.step(number)

    for number, (name, path, _fields) in enumerate(STEPS):
        blueprint.add_url_rule(path, name, shown(number), methods=["GET"])
    blueprint.add_url_rule(STEPS[END][1], "create", pages.create, methods=["POST"])
    blueprint.add_url_rule(PROVED, "proved", pages.proved, methods=["GET"])
    return blueprint
