"""The route table of the machine lane: path, then method, then endpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from authserver.domain.errors import DomainError
from authserver.machine.frames import HEADER_LIMIT
from authserver.machine.refusals import FrameRefusal
from authserver.machine.requests import Request
from authserver.machine.responses import Response

Endpoint = Callable[[Request], Response]
Refuse = Callable[[DomainError | FrameRefusal | None, str], Response]
"""The answer to a refusal (`None`: an error that nobody foresaw), given the request's id."""

BODY_LIMIT: Final = 65_536
"""Longest body in bytes (requirement HT-02)."""

HEADERS_READ: Final = ("Authorization", "Content-Type", "If-None-Match")
"""Headers that endpoints get unless their route names others."""

LANE_PATHS: Final = frozenset(
    {
        "/oauth2/token",
        "/oauth2/introspect",
        "/oauth2/revoke",
        "/oauth2/par",
        "/oauth2/device_authorization",
        "/oauth2/jwks",
        "/oauth2/register",
        "/oauth2/userinfo",
        "/leaks",
        "/livez",
        "/readyz",
        "/metrics",
    }
)
LANE_PREFIXES: Final = ("/.well-known/", "/gateway/", "/access/v1/", "/oauth2/backchannel-logout/")


def lane_owns(path: str) -> bool:
    """Whether the machine lane answers for `path`, be it with a 404; the rest are pages."""
    return path in LANE_PATHS or path.startswith(LANE_PREFIXES)


@dataclass(frozen=True, slots=True)
class Route:
    """One path with its endpoint for each method.

    A path that ends in `/` stands for every path with one more segment, and not for itself.
    `GET` serves `HEAD` too. `headers` are the request headers the endpoints read; `body_limit`
    is in bytes, and so is `header_limit`, for all headers together. `refuse` is for endpoints
    whose callers understand a few statuses only.
    """

    path: str
    methods: Mapping[str, Endpoint]
    headers: tuple[str, ...] = HEADERS_READ
    body_limit: int = BODY_LIMIT
    header_limit: int = HEADER_LIMIT
    refuse: Refuse | None = None


@dataclass(frozen=True, slots=True)
class ReadyRoute:
    """A route as the shell uses it: everything that can be computed once, computed.

    `header_keys` pairs keys of the WSGI environment with lower-case header names; `allow` is the
    value of the `Allow` header.
    """

    path: str
    methods: Mapping[str, Endpoint]
    allow: str
    header_keys: tuple[tuple[str, str], ...]
    body_limit: int
    header_limit: int
    refuse: Refuse | None


def route_table(routes: Iterable[Route]) -> Mapping[str, ReadyRoute]:
    """The table by path.

    Raises:
        ValueError: a path twice, a path that the lane does not own, or a method in lower case.
    """
    table: dict[str, ReadyRoute] = {}
    for route in routes:
        if route.path in table:
            raise ValueError(f"two routes for {route.path}")
        if not lane_owns(route.path):
            raise ValueError(f"{route.path} does not belong to the machine lane")
        methods = dict(route.methods)
        if any(method != method.upper() for method in methods):
            raise ValueError(f"{route.path}: methods are written in capitals")
        if "GET" in methods:
            methods.setdefault("HEAD", methods["GET"])
        table[route.path] = ReadyRoute(
            route.path,
            methods,
            ", ".join(sorted(methods)),
            tuple((environ_key(name), name.lower()) for name in route.headers),
            route.body_limit,
            route.header_limit,
            route.refuse,
        )
    return table


def route_for(table: Mapping[str, ReadyRoute], path: str) -> ReadyRoute | None:
    """The route that serves `path`; `None`: there is none."""
    route = table.get(path)
    if route is None:
        start = path[: path.rfind("/") + 1]
        return table.get(start) if start != path else None
    return None if path.endswith("/") else route


def environ_key(header: str) -> str:
    """The key of a request header in the WSGI environment (PEP 3333)."""
    key = header.upper().replace("-", "_")
    return key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
