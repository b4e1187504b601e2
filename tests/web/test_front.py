"""The front page and the error pages."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from flask import Flask, Response, abort, redirect
from werkzeug.exceptions import BadRequest

from authserver.domain.errors import (
    AlreadyExists,
    Conflict,
    InvalidField,
    NotFound,
    ProtocolRefusal,
    StorageUnavailable,
    Throttled,
)
from authserver.web.design import design_blueprint
from authserver.web.errors import register_errors
from authserver.web.front import front_blueprint

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse
    from werkzeug.wrappers import Response as AnyResponse

CANARY = "hunter2Canary"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ERRORS = {
    "field": (InvalidField("name", "at most 5 characters"), 400),
    "missing": (NotFound("client", CANARY), 404),
    "taken": (AlreadyExists("client", CANARY), 409),
    "conflict": (Conflict(CANARY), 409),
    "throttled": (Throttled(7, CANARY), 429),
    "storage": (StorageUnavailable(CANARY), 503),
    "refused": (ProtocolRefusal("invalid_scope", "no such scope", detail=CANARY), 400),
    "mistake": (RuntimeError(CANARY), 500),
}


@pytest.fixture
def mistakes() -> list[str]:
    return []


@pytest.fixture
def client(mistakes: list[str]) -> FlaskClient:
    application = Flask(__name__, static_folder=None)
    application.register_blueprint(design_blueprint())
    application.register_blueprint(front_blueprint("https://auth.example/<x>"))
    register_errors(application, lambda: mistakes.append("x"))

    @application.get("/raise/<name>")
    def fail(name: str) -> str:
        raise ERRORS[name][0]

    @application.get("/abort/<int:status>")
    def stop(status: int) -> str:
        abort(status, description=CANARY)

    @application.get("/away")
    def away() -> AnyResponse:
        return redirect("/", 303)

    @application.get("/own")
    def own() -> str:
        raise BadRequest(response=Response("in the view's own words", 422))

    @application.get("/folder/")
    def folder() -> str:
        return ""

    return application.test_client()


def ask(client: FlaskClient, path: str, *, browser: bool) -> TestResponse:
    return client.get(
        path,
        headers=BROWSER if browser else {},
        environ_overrides={"authserver.request_id": "r-1"},
    )


def test_the_front_page_says_what_this_is_and_links_the_metadata(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    assert "The front door to Jira and Confluence" in page
    for path in (
        "/.well-known/oauth-authorization-server/&lt;x&gt;",
        "/&lt;x&gt;/.well-known/openid-configuration",
        "/&lt;x&gt;/oauth2/jwks",
    ):
        assert f'href="{path}"' in page


def test_the_front_page_escapes_what_it_shows(client: FlaskClient) -> None:
    assert "https://auth.example/&lt;x&gt;" in client.get("/").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/", "/nothing"])
def test_pages_load_nothing_foreign_and_run_nothing_inline(client: FlaskClient, path: str) -> None:
    page = client.get(path, headers=BROWSER).get_data(as_text=True)
    for address in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert address.startswith(("/", "#"))
    assert not re.search(r"<script|<style|style=|\son[a-z]+=|javascript:", page)
    assert '<html lang="en">' in page
    assert page.count("<h1") == 1


def test_what_pages_load_is_there(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    for address in set(re.findall(r'"(/assets/[^"]*)"', page)):
        with client.get(address) as answer:
            assert answer.status_code == 200


def test_the_icon_is_sound_and_the_style_sheet_knows_the_dark(client: FlaskClient) -> None:
    with client.get("/assets/icon.svg") as icon:
        assert icon.mimetype == "image/svg+xml"
        assert ET.fromstring(icon.data).tag.endswith("svg")
    with client.get("/assets/colours.css") as sheet:
        style = sheet.get_data(as_text=True)
    assert "prefers-color-scheme: dark" in style
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.rule("HT-06")
@pytest.mark.parametrize("browser", [True, False])
@pytest.mark.parametrize("name", ERRORS)
def test_an_error_says_what_is_for_outside_and_no_more(
    client: FlaskClient, name: str, *, browser: bool
) -> None:
    answer = ask(client, f"/raise/{name}", browser=browser)
    text = answer.get_data(as_text=True)
    assert answer.status_code == ERRORS[name][1]
    assert answer.mimetype == ("text/html" if browser else "application/problem+json")
    assert CANARY not in text
    assert "Traceback" not in text
    assert "r-1" in text


def test_a_refused_field_is_named(client: FlaskClient) -> None:
    for browser in (True, False):
        answer = ask(client, "/raise/field", browser=browser)
        assert "name: at most 5 characters" in answer.get_data(as_text=True)


def test_a_problem_document_has_its_members(client: FlaskClient) -> None:
    assert ask(client, "/nothing", browser=False).get_json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no such page.",
        "request_id": "r-1",
    }


@pytest.mark.parametrize("name", ["throttled", "storage"])
def test_whoever_may_come_back_is_told_when(client: FlaskClient, name: str) -> None:
    assert int(ask(client, f"/raise/{name}", browser=True).headers["Retry-After"]) > 0


def test_a_mistake_is_logged_and_counted(
    client: FlaskClient, mistakes: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        ask(client, "/raise/mistake", browser=True)
    assert mistakes == ["x"]
    assert [record.exc_info is not None for record in caplog.records] == [True]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 409, 413, 415, 418, 429, 503])
def test_a_view_that_gives_up_gets_the_plain_sentence(client: FlaskClient, status: int) -> None:
    answer = ask(client, f"/abort/{status}", browser=True)
    assert answer.status_code == status
    assert CANARY not in answer.get_data(as_text=True)


def test_a_wrong_method_names_the_allowed_ones(client: FlaskClient) -> None:
    answer = client.post("/", headers=BROWSER)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_an_error_that_a_view_worded_itself_stays(client: FlaskClient) -> None:
    answer = client.get("/own", headers=BROWSER)
    assert (answer.status_code, answer.data) == (422, b"in the view's own words")


def test_redirects_are_no_errors(client: FlaskClient) -> None:
    assert client.get("/away").status_code == 303
    assert client.get("/folder").status_code == 308
