"""Routes compiled once for all applications of a process, not once for each.

Werkzeug writes two functions for each route of each application and compiles them: a third of the
time of making an application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from werkzeug.routing import Rule

if TYPE_CHECKING:
    from collections.abc import Callable

    Builder = Callable[..., tuple[str, str]]

_as_ever: Final = Rule._compile_builder
_COMPILED: Final[dict[tuple[Any, ...], Builder]] = {}


def share_rules() -> None:
    """Let every route use what was compiled for one that reads the same."""
    Rule._compile_builder = _shared  # type: ignore[assignment]  # names its first argument otherwise


def _shared(rule: Rule, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002 - Werkzeug's
    """What builds addresses of the route: converters are looked up in the route it is bound to.

    Defaults are converted when it is compiled, so those routes are on their own.
    """
    if rule.defaults:
        return _as_ever(rule, append_unknown)
    key = (rule.rule, tuple(rule._trace), append_unknown)
    if key not in _COMPILED:
        _COMPILED[key] = _as_ever(rule, append_unknown)
    return _COMPILED[key]
