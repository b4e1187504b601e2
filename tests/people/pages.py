"""What a browser got, taken apart: forms, links, texts by element id."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_VOID = frozenset({"input", "link", "meta", "img", "br", "hr"})


@dataclass
class Form:
    """A form as it stands in the page: `fields` are what it sends when nobody types anything.

    `buttons` are the (name, value) pairs of its buttons by element id; `boxes` the ids of fields.
    `more` are further values of names that it sends several times.
    """

    form_id: str
    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    more: list[tuple[str, str]] = field(default_factory=list)

    def take(self, name: str, value: str) -> None:
        """Note what it sends under a name."""
        if name in self.fields:
            self.more.append((name, self.fields[name]))
        self.fields[name] = value


@dataclass(frozen=True)
class Page:
    """One answer; header names in lower case. `set_cookies` are the raw header values."""

    url: str
    status: int
    headers: Mapping[str, str]
    set_cookies: tuple[str, ...]
    body: bytes

    @property
    def text(self) -> str:
        """The body."""
        return self.body.decode()

    @property
    def path(self) -> str:
        """Where it is, without its query."""
        return urlsplit(self.url).path

    @property
    def location(self) -> str:
        """Where the answer sends the browser; empty when it is no redirect."""
        return self.headers.get("location", "")

    @property
    def answer(self) -> dict[str, str]:
        """The parameters of a redirect to a client; none may come twice."""
        parts = urlsplit(self.location)
        found = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        assert all(len(values) == 1 for values in found.values()), self.location
        return {name: values[0] for name, values in found.items()}

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @cached_property
    def _parsed(self) -> _Parser:
        parser = _Parser()
        if self.headers.get("content-type", "").startswith("text/html"):
            parser.feed(self.text)
            parser.close()
        return parser

    @property
    def forms(self) -> dict[str, Form]:
        """Forms by id."""
        return self._parsed.forms

    @property
    def texts(self) -> dict[str, str]:
        """The text inside of every element that has an id, white space squeezed."""
        return {key: " ".join("".join(parts).split()) for key, parts in self._parsed.texts.items()}

    @property
    def links(self) -> list[str]:
        """Every `href` of an anchor."""
        return self._parsed.links

    @property
    def title(self) -> str:
        """The title."""
        return " ".join("".join(self._parsed.title).split())

    def form_with(self, button: str) -> Form:
        """The form that the button with this id sends."""
        for form in self.forms.values():
            if button in form.buttons:
                return form
        raise AssertionError(f"no button {button} at {self.url}: {self.forms} {self.texts}")


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: dict[str, Form] = {}
        self.texts: dict[str, list[str]] = {}
        self.links: list[str] = []
        self.title: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._form: Form | None = None
        self._typing = ""
        self._choosing = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        identifier = given.get("id", "")
        if identifier:
            assert identifier not in self.texts, f"id {identifier} stands twice"
            self.texts[identifier] = []
        if tag not in _VOID:
            self._open.append((tag, identifier))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "form":
            form_id = identifier or f"form-{len(self.forms)}"
            self._form = Form(form_id, given.get("method", "get").lower(), given.get("action", ""))
            self.forms[form_id] = self._form
        elif self._form is not None:
            self._note(self._form, tag, given, dict(attrs))

    def _note(
        self, form: Form, tag: str, given: dict[str, str], attrs: dict[str, str | None]
    ) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "button" or (tag == "input" and kind == "submit"):
            form.buttons[given.get("id", "")] = (name, given.get("value", ""))
        elif tag == "input" and name:
            form.names.add(name)
            ticked = kind not in {"checkbox", "radio"} or "checked" in attrs
            if ticked:
                form.take(name, given.get("value", "on" if kind == "checkbox" else ""))
        elif tag in {"textarea", "select"}:
            form.names.add(name)
            form.fields[name] = ""
            self._typing, self._choosing = (name, "") if tag == "textarea" else ("", name)
        elif tag == "option" and ("selected" in attrs or not form.fields[self._choosing]):
            form.fields[self._choosing] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "form":
            self._form = None
        if tag == "textarea":
            self._typing = ""

    def handle_data(self, data: str) -> None:
        if self._typing and self._form is not None:
            self._form.fields[self._typing] += data
        for tag, identifier in self._open:
            if identifier:
                self.texts[identifier].append(data)
            if tag == "title":
                self.title.append(data)
