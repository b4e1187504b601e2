"""The cookie jar of a browser that takes the rules seriously (RFC 6265bis, for one host)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cookie:
    """A kept cookie."""

    name: str
    value: str
    secure: bool
    http_only: bool
    same_site: str
    path: str


class CookieJar:
    """Keeps what may be kept; hands out what may be sent."""

    def __init__(self, *, secure: bool) -> None:
        """`secure`: the host is reached over https."""
        self._secure = secure
        self.cookies: dict[str, Cookie] = {}

    def take(self, header: str) -> None:
        """Obey one `Set-Cookie`; what a browser would refuse is an error of the server's."""
        pair, *attributes = [part.strip() for part in header.split(";")]
        name, _, value = pair.partition("=")
        given = {}
        for attribute in attributes:
            key, _, text = attribute.partition("=")
            given[key.lower()] = text
        assert "domain" not in given, header
        assert "secure" not in given or self._secure, f"refused over http: {header}"
        if name.startswith("__Host-"):
            assert "secure" in given, header
            assert given.get("path") == "/", header
        if given.get("max-age") == "0" or not value:
            self.cookies.pop(name, None)
            return
        self.cookies[name] = Cookie(
            name,
            value.strip('"'),
            "secure" in given,
            "httponly" in given,
            given.get("samesite", "Lax"),
            given.get("path", "/"),
        )

    def header(self, path: str, *, cross_site: bool, safe_method: bool) -> str:
        """The `Cookie` header of a top-level navigation."""
        return "; ".join(
            f"{cookie.name}={cookie.value}"
            for cookie in self.cookies.values()
            if _path_fits(path, cookie.path)
            and (
                not cross_site
                or cookie.same_site == "None"
                or (cookie.same_site == "Lax" and safe_method)
            )
        )

    def value(self, ending: str) -> str:
        """The value of the cookie whose name ends so; empty without one."""
        found = [each.value for name, each in self.cookies.items() if name.endswith(ending)]
        return found[0] if found else ""


def _path_fits(path: str, wanted: str) -> bool:
    return path == wanted or path.startswith(wanted.rstrip("/") + "/")
