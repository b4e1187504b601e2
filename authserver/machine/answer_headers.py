"""Headers that every answer carries, whoever wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
"""Content Security Policy of what is not a page: a browser may do nothing with it."""
PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Policy of pages that set none of their own: our style sheet and images, no script."""

_HSTS_SECONDS: Final = 31_536_000


class AnswerHeaders:
    """Adds the security headers; what an answer sets itself stays."""

    def __init__(self, issuer: str) -> None:
        """Promise HTTPS for a year when the issuer is served over it (RFC 6797)."""
        always = [
            # A server that writes its name and version by itself leaves this one alone.
            ("Server", "authserver"),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
        if issuer.startswith("https://"):
            always.append(("Strict-Transport-Security", f"max-age={_HSTS_SECONDS}"))
        self._always = always
        self._data = [*always, ("Content-Security-Policy", DATA_POLICY)]
        self._data_no_store = [*self._data, ("Cache-Control", "no-store")]

    def for_data(self, own: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """The headers of a machine-lane answer; `own` must not repeat what is added here.

        `Cache-Control: no-store` is added unless `own` says otherwise.
        """
        for name, _ in own:
            if name == "Cache-Control":
                return [*self._data, *own]
        return [*self._data_no_store, *own]

    def for_page(self, own: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The headers of an answer of the pages, whose own values win."""
        set_already = {name.lower(): value for name, value in own}
        is_page = set_already.get("content-type", "").startswith("text/html")
        wanted = [
            *self._always,
            ("Content-Security-Policy", PAGE_POLICY if is_page else DATA_POLICY),
            ("Cache-Control", "no-store"),
        ]
        return own + [(name, value) for name, value in wanted if name.lower() not in set_already]
