"""What the core refuses, said in the language of the page."""

from __future__ import annotations

import ast
from itertools import product
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from authserver.domain.durations import WRITTEN_AS
from authserver.domain.errors import AlreadyExists, Conflict, InvalidField, NotFound
from authserver.web.admin.forms import WHOLE, Form
from authserver.web.core_texts import ADDRESSES, FIELDS, REFUSALS
from authserver.web.core_words import PLACE, core_words, refusal_words
from authserver.web.languages import gettext
from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.domain.errors import DomainError

CORE = ("domain", "services", "gateway")
TEXTS = (*FIELDS, *ADDRESSES, *REFUSALS)
VALUE = "\0"


@pytest.fixture
def app() -> Flask:
    return Flask(__name__, static_folder=None)


def written(node: ast.expr) -> set[str]:
    """What an expression can say, with `VALUE` for every part that is no text in the source."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.JoinedStr):
        return {"".join("".join(written(part)) for part in node.values)}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return {a + b for a, b in product(written(node.left), written(node.right))}
    if isinstance(node, ast.IfExp):
        return written(node.body) | written(node.orelse)
    return {VALUE}


def said_by_the_core() -> Iterator[str]:
    for folder in CORE:
        for path in (ROOT / "authserver" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.expr):
                    yield from written(node)


def german(app: Flask, text: str) -> str:
    with app.test_request_context(headers={"Accept-Language": "de"}):
        return core_words(text)


def test_every_text_that_pages_translate_is_one_that_the_core_says() -> None:
    said = set(said_by_the_core())
    assert [text for text in TEXTS if PLACE.sub(VALUE, text) not in said] == []


def test_no_text_is_listed_twice() -> None:
    assert sorted(set(TEXTS)) == sorted(TEXTS)


def test_every_text_is_translated_as_itself(app: Flask) -> None:
    for text in TEXTS:
        values = dict.fromkeys(PLACE.findall(text), "7") | {"longest": "90d", "shortest": "60s"}
        values["whose"] = " (everywhere: a reason)"
        with app.test_request_context(headers={"Accept-Language": "de"}):
            assert core_words(text % values) == gettext(text) % values


@pytest.mark.parametrize("text", [WRITTEN_AS, "one of a, b", "1 to 9 characters", "unheard of"])
def test_in_english_the_core_speaks_for_itself(app: Flask, text: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert core_words(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WRITTEN_AS, "eine Zahl mit ihrer Einheit, etwa 45s, 10m, 12h, 30d, 4w oder 1h30m"),
        ("1 to 100 characters", "1 bis 100 Zeichen"),
        ("60 to 3600", "60 bis 3600"),
        ("1m to 90d", "1m bis 90d"),
        ("1m to 7d (everywhere: as we agreed)", "1m bis 7d (everywhere: as we agreed)"),
        ("one of jira, %(wiki)s", "eines von jira, %(wiki)s"),
        (
            "at least one of jira, or leave wiki out",
            "mindestens einer von jira; sonst lassen Sie wiki weg",
        ),
    ],
)
def test_values_stay_as_they_are(app: Flask, text: str, said: str) -> None:
    assert german(app, text) == said


@pytest.mark.parametrize(
    "text", ["", "unheard of", "from here to there", "at most a few", "1 to 9 characters or none"]
)
def test_a_text_that_pages_do_not_know_stays(app: Flask, text: str) -> None:
    assert german(app, text) == text


def test_a_duration_is_explained_in_the_language_of_the_page(app: Flask) -> None:
    form = Form(start={"life": "soon"})
    with app.test_request_context(headers={"Accept-Language": "de"}):
        form.seconds("life")
    assert form.errors == {"life": f"Schreiben Sie: {german(app, WRITTEN_AS)}."}


@pytest.mark.parametrize(
    ("refusal", "errors"),
    [
        (InvalidField("name", "at most 9 characters"), {"name": "Erlaubt: höchstens 9 Zeichen"}),
        (InvalidField("rates.burst", "1 to 9"), {"rates": "Erlaubt: burst: 1 bis 9"}),
        (
            Conflict("mail is off: set mail.host first"),
            {WHOLE: "Mail ist aus: Setzen Sie zuerst mail.host"},
        ),
        (NotFound("user", "bo"), {WHOLE: "Es gibt nichts mit dem Namen 'bo' (user)"}),
    ],
)
def test_a_form_says_what_is_allowed_in_the_language_of_the_page(
    app: Flask, refusal: DomainError, errors: dict[str, str]
) -> None:
    form = Form()
    with app.test_request_context(headers={"Accept-Language": "de"}):
        form.refused(refusal)
    assert form.errors == errors


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (InvalidField("overlap", "0 seconds to 366 days"), "overlap: 0 Sekunden bis 366 Tage"),
        (AlreadyExists("group", "ops"), "Es gibt schon etwas mit dem Namen 'ops' (group)"),
    ],
)
def test_a_refusal_keeps_its_names(app: Flask, refusal: DomainError, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "de"}):
        assert refusal_words(refusal) == said
