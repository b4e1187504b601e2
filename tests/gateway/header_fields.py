"""The headers of a request or an answer, whoever read them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderFields:
    """Names and values in order, as they were spelled."""

    headers: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for each, value in self.headers if each.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        """The value of a header that came at most once."""
        values = self.all(name)
        assert len(values) <= 1, (name, values)
        return values[0] if values else None
