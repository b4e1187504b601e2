"""A browser without a screen: cookies, redirects, forms, and the policies a real one obeys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urljoin, urlsplit

from tests.machine.environments import environment
from tests.people.cookies import CookieJar
from tests.people.pages import Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from wsgiref.types import WSGIApplication

    from tests.people.pages import Form

    Fields = Mapping[str, str] | Sequence[tuple[str, str]]

FORM_TYPE: Final = "application/x-www-form-urlencoded"
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS: Final = 12
NAVIGATION: Final = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en",
}


class Browser:
    """One person's browser at one application.

    It follows redirects to the application itself and stops at others, whose `Page` is the redirect
    (`page.location`, `page.answer`). A redirect after a form must be one that the page's
    `form-action` allows, as in Chromium. `page` is what it shows now.
    """

    def __init__(
        self,
        application: WSGIApplication,
        origin: str,
        *,
        peer: str = "198.51.100.7",
        user_agent: str = "Mozilla/5.0 (X11; Linux x86_64) test",
    ) -> None:
        self._application = application
        self.origin = origin
        self.peer = peer
        self.user_agent = user_agent
        self.jar = CookieJar(secure=origin.startswith("https://"))
        self.page = Page("about:blank", 200, {}, (), b"")

    def get(
        self,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        follow: bool = True,
        cross_site: bool = False,
    ) -> Page:
        """Go to a path or a URL of the application; `cross_site`: by a link elsewhere."""
        return self._go("GET", target, b"", headers or {}, follow=follow, cross_site=cross_site)

    def post(
        self,
        target: str,
        fields: Fields,
        *,
        headers: Mapping[str, str] | None = None,
        follow: bool = True,
        cross_site: bool = False,
    ) -> Page:
        """Post a form that stands nowhere; `cross_site`: from another site's page."""
        body = urlencode(fields).encode()
        return self._go("POST", target, body, headers or {}, follow=follow, cross_site=cross_site)

    def submit(
        self,
        form_id: str,
        fields: Mapping[str, str | None] | None = None,
        *,
        button: str = "",
        follow: bool = True,
    ) -> Page:
        """Send a form of the page; `None` takes a field out (a box is unticked), even a hidden one.

        `button` is the id of the button that was pressed, without one it is the first.
        """
        assert form_id in self.page.forms, (form_id, sorted(self.page.forms), self.page.texts)
        return self._send(self.page.forms[form_id], fields or {}, button, follow=follow)

    def click(self, button: str, *, follow: bool = True, **fields: str | None) -> Page:
        """Press the button with this id, after filling in the other fields of its form."""
        return self._send(self.page.form_with(button), fields, button, follow=follow)

    def _send(
        self, form: Form, fields: Mapping[str, str | None], button: str, *, follow: bool
    ) -> Page:
        unknown = set(fields) - form.names
        assert not unknown, f"the form has no {unknown}, only {form.names}"
        sent = {**form.fields, **fields}
        pressed = form.buttons[button] if button else next(iter(form.buttons.values()), ("", ""))
        if pressed[0]:
            sent[pressed[0]] = pressed[1]
        pairs = [(name, value) for name, value in sent.items() if value is not None]
        pairs += [each for each in form.more if each[0] not in fields]
        allowed = form_action(self.page)
        target = urljoin(self.page.url, form.action)
        assert _is_allowed(target, allowed, self.origin), f"{target} is not in {allowed}"
        body = urlencode(pairs).encode()
        if form.method == "get":
            target, body = f"{target}?{body.decode()}", b""
        page = self._go(form.method.upper(), target, body, {}, follow=follow, cross_site=False)
        if page.location:
            wanted = urljoin(page.url, page.location)
            assert _is_allowed(wanted, allowed, self.origin), f"{wanted} is not in {allowed}"
        return page

    def _go(
        self,
        method: str,
        target: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        follow: bool,
        cross_site: bool,
    ) -> Page:
        url = urljoin(self.origin + "/", target)
        for _ in range(MOST_REDIRECTS):
            page = self.ask(method, url, body, headers, cross_site=cross_site)
            if not follow or page.status not in REDIRECTS:
                break
            onward = urljoin(url, page.location)
            if not _same_origin(onward, self.origin):
                break
            # RFC 9110 section 15.4: 303 becomes GET; the others are not ours to use after a POST.
            assert method == "GET" or page.status == 303, page.status
            method, url, body = "GET", onward, b""
        else:
            raise AssertionError(f"too many redirects, the last to {url}")
        self.page = page
        return page

    def ask(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        cross_site: bool = False,
    ) -> Page:
        """One request with the jar's cookies, one answer; nothing is followed or shown."""
        parts = urlsplit(url)
        assert _same_origin(url, self.origin), url
        path = parts.path or "/"
        sent = {**NAVIGATION, "User-Agent": self.user_agent, "Sec-Fetch-Mode": "navigate"}
        sent["Sec-Fetch-Site"] = "cross-site" if cross_site else "same-origin"
        if method != "GET":
            # Pages that send no referrer send no origin either (Fetch standard).
            sent |= {"Origin": "https://elsewhere.example" if cross_site else "null"}
            sent["Content-Type"] = FORM_TYPE
        cookies = self.jar.header(path, cross_site=cross_site, safe_method=method == "GET")
        if cookies:
            sent["Cookie"] = cookies
        environ = environment(
            method,
            path,
            body,
            host=parts.netloc,
            peer=self.peer,
            query=parts.query,
            headers={**sent, **(headers or {})},
        )
        page = _called(self._application, environ, url)
        for cookie in page.set_cookies:
            self.jar.take(cookie)
        return page


def form_action(page: Page) -> list[str]:
    """Where the page's policy lets forms go."""
    policy = page.headers.get("content-security-policy", "")
    found = re.search(r"form-action ([^;]*)", policy)
    assert found is not None, f"{page.url} says nothing of form-action: {policy}"
    return found[1].split()


def _is_allowed(url: str, allowed: Sequence[str], origin: str) -> bool:
    parts = urlsplit(url)
    for source in allowed:
        if source == "'self'" and _same_origin(url, origin):
            return True
        if source.endswith(":") and parts.scheme == source[:-1]:
            return True
        if "//" in source and _same_origin(url, source):
            return True
    return False


def _same_origin(url: str, origin: str) -> bool:
    one, other = urlsplit(url), urlsplit(origin)
    return (one.scheme, one.netloc.lower()) == (other.scheme, other.netloc.lower())


def _called(application: WSGIApplication, environ: Mapping[str, object], url: str) -> Page:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: object = None, /
    ) -> object:
        started.append((status, headers))
        return lambda _: None

    chunks = application(dict(environ), start_response)  # type: ignore[arg-type]  # as PEP 3333 has it
    body = b"".join(chunks)
    close = getattr(chunks, "close", None)
    if close is not None:
        close()
    ((status, pairs),) = started
    cookies = tuple(value for name, value in pairs if name.lower() == "set-cookie")
    headers = {name.lower(): value for name, value in pairs if name.lower() != "set-cookie"}
    return Page(url, int(status[:3]), headers, cookies, body)
