"""Which endpoint a request is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.web.admin_api import problem_kinds as kinds
from authserver.web.admin_api.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.web.admin_api.endpoints import Endpoint

VARIABLE = "{"


class Routing:
    """Finds endpoints by method and path; a literal segment wins over a variable one."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        """Take the table.

        Raises:
            ValueError: two endpoints have one method and path, or one operation id.
        """
        self._paths: dict[tuple[str, ...], dict[str, Endpoint]] = {}
        seen: set[str] = set()
        for endpoint in endpoints:
            methods = self._paths.setdefault(tuple(endpoint.path.split("/")[1:]), {})
            if endpoint.method in methods or endpoint.operation in seen:
                raise ValueError(f"{endpoint.operation}: twice in the table")
            seen.add(endpoint.operation)
            methods[endpoint.method] = endpoint
        self._templates = sorted(
            self._paths, key=lambda parts: [part.startswith(VARIABLE) for part in parts]
        )

    def find(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, str]]:
        """The endpoint and the path's variables by name. HEAD is served as GET.

        Raises:
            Problem: 404, or 405 with what is allowed.
        """
        segments = tuple(path.split("/")[1:])
        for template in self._templates:
            variables = _match(template, segments)
            if variables is None:
                continue
            methods = self._paths[template]
            endpoint = methods.get("GET" if method == "HEAD" else method)
            if endpoint is None:
                allow = ", ".join(sorted({*methods, *(["HEAD"] if "GET" in methods else [])}))
                raise Problem(
                    kinds.METHOD_NOT_ALLOWED,
                    f"allowed methods: {allow}",
                    headers=(("Allow", allow),),
                )
            return endpoint, variables
        raise Problem(kinds.NOT_FOUND, "there is no such endpoint")


def _match(template: Sequence[str], segments: Sequence[str]) -> Mapping[str, str] | None:
    if len(template) != len(segments):
        return None
    variables = {}
    for part, segment in zip(template, segments, strict=True):
        if part.startswith(VARIABLE):
            # What no database can hold is the id of nothing.
            if not segment or "\0" in segment:
                return None
            variables[part[1:-1]] = segment
        elif part != segment:
            return None
    return variables
