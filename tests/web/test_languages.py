"""The languages of the pages: every text in each of them, and the right one for each visitor."""

from __future__ import annotations

import re

import pytest
from flask import Flask, render_template_string

from authserver.web import languages
from authserver.web.catalogues import LANGUAGES, SOURCE
from authserver.web.design import design_blueprint
from authserver.web.languages import language
from tests.web.texts import extracted, read

TRANSLATED = [each for each in LANGUAGES if each != SOURCE]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%")


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(design_blueprint())
    return app


def texts(message_id: str | tuple[str, ...] | list[str] | None) -> list[str]:
    assert message_id is not None
    return [message_id] if isinstance(message_id, str) else list(message_id)


@pytest.mark.parametrize("spoken", TRANSLATED)
def test_every_text_is_translated(spoken: str) -> None:
    catalog = read(spoken)
    missing = []
    for message in extracted():
        if not message.id:
            continue
        mine = catalog.get(message.id)
        if mine is None or mine.fuzzy or not all(texts(mine.string)):
            missing.append(message.id)
    assert missing == [], "collect the texts with: make texts"


@pytest.mark.parametrize("spoken", TRANSLATED)
def test_no_translation_has_lost_its_text(spoken: str) -> None:
    known = extracted()
    assert [each.id for each in read(spoken) if each.id and known.get(each.id) is None] == []


@pytest.mark.parametrize("spoken", TRANSLATED)
def test_a_translation_has_the_places_of_its_text(spoken: str) -> None:
    wrong = [
        text
        for message in read(spoken)
        if message.id
        for text, translated in zip(texts(message.id), texts(message.string), strict=True)
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(translated))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("fr,de;q=0.5", "de"),
        ("fr", "en"),
        ("*", "en"),
        ("DE", "de"),
        ("x;q=nothing, \x00", "en"),
        ("../../de", "en"),
    ],
)
def test_the_browser_says_which_language(app: Flask, accepted: str, spoken: str) -> None:
    with app.test_request_context(headers={"Accept-Language": accepted}):
        assert language() == spoken


def test_the_client_may_ask_for_another(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        languages.prefer(("fr-CA", "de-CH"))
        assert language() == "de"
    with app.test_request_context(headers={"Accept-Language": "de"}):
        languages.prefer(("tlh",))
        assert language() == "de"


def test_a_page_says_which_language_it_is_in(app: Flask) -> None:
    for spoken in LANGUAGES:
        with app.test_request_context(headers={"Accept-Language": spoken}):
            page = render_template_string('{% extends "base.html" %}')
        assert f'<html lang="{spoken}">' in page


def test_points_in_time_are_told_in_the_language_and_with_the_zone(app: Flask) -> None:
    seen = {}
    for spoken in LANGUAGES:
        with app.test_request_context(headers={"Accept-Language": spoken}):
            seen[spoken] = render_template_string("{{ at | moment }}", at=1_800_000_000.0)
    exact = '<time datetime="2027-01-15T08:00:00Z">'
    assert seen == {
        "en": exact + "Jan 15, 2027, 08:00 UTC</time>",
        "de": exact + "15.01.2027, 08:00 UTC</time>",
    }


def test_what_never_was_has_a_word(app: Flask) -> None:
    with app.test_request_context():
        assert render_template_string("{{ none | moment }}") == "never"


def test_values_in_texts_are_escaped(app: Flask) -> None:
    with app.test_request_context():
        page = render_template_string("{{ _('Hello %(name)s', name='<b>') }}")
    assert page == "Hello &lt;b&gt;"
