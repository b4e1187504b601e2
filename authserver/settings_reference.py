"""The reference page of all settings, made from their declarations."""

from __future__ import annotations

import dataclasses
import inspect
from typing import TYPE_CHECKING

from authserver.settings_sources import declarations, groups_and_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.settings_sources import Declaration

_HEAD = """\
# Settings

This page is generated: `authserver settings reference` prints it.

Settings come from three sources. Later ones win:

1. the defaults below;
2. a TOML file: the one given by `--config`, otherwise the one that `AUTHSERVER_CONFIG` names,
   otherwise `authserver.toml` in the working directory, if it exists;
3. environment variables: `AUTHSERVER_`, group, `_`, name, all in capitals. Lists are separated
   by commas there.

Unknown names are refused. Relative paths start at the folder of the TOML file; without a file, and
in environment variables, at the working directory. No setting holds a secret: secrets are in files
that the settings name. `authserver settings show` prints every value with its source.
"""


def reference_page() -> str:
    """The page as Markdown, ending with a line end."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield _HEAD
    described = {
        item.name: inspect.getdoc(item.default_factory) or ""
        for item in groups_and_settings()
        if item.default_factory is not dataclasses.MISSING
    }
    group = None
    for each in declarations():
        section = each.name.rpartition(".")[0]
        if section != group:
            group = section
            yield f"## `[{section}]`\n" if section else "## At the top of the file\n"
            if section:
                yield described[section] + "\n"
        yield from _setting(each)


def _setting(each: Declaration) -> Iterator[str]:
    yield f"### `{each.name}`\n"
    yield each.doc + "\n"
    unit = f", in {each.unit}" if each.unit else ""
    yield f"* allowed: {each.kind.allowed}{unit}"
    yield f"* default: {_default(each.default)}"
    yield f"* environment: `{each.variable}`\n"


def _default(raw: object) -> str:
    match raw:
        case "" | []:
            return "empty"
        case str():
            return f'`"{raw}"`'
        case _:
            return f"`{raw}`"
