"""Where settings come from: defaults, then `authserver.toml`, then the environment."""

from __future__ import annotations

import dataclasses
import difflib
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.errors import DomainError
from authserver.settings import Settings
from authserver.settings_consistency import contradictions
from authserver.settings_fields import NOT_SET

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authserver.settings_kinds import Kind

CONFIG_VARIABLE: Final = "AUTHSERVER_CONFIG"
CONFIG_NAME: Final = "authserver.toml"
DEFAULT_ORIGIN: Final = "default"
_PREFIX: Final = "AUTHSERVER_"


class SettingsInvalid(DomainError):
    """The configuration is refused; `problems` holds one line for everything that is wrong."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Remember every problem: whoever reads them wants to mend all at once."""
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Declaration:
    """One setting as it was declared. `name` is dotted, as in the file: `server.port`."""

    name: str
    kind: Kind
    default: object
    doc: str
    unit: str

    @property
    def variable(self) -> str:
        """The environment variable."""
        return _PREFIX + self.name.upper().replace(".", "_")


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings and, by dotted name, where each value came from."""

    settings: Settings
    origins: Mapping[str, str]
    file: Path | None


def load_settings(config: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings alone; see `read_settings`."""
    return read_settings(config, environ).settings


def read_settings(
    config: Path | None = None, environ: Mapping[str, str] | None = None
) -> LoadedSettings:
    """Read and check every source.

    Args:
        config: the file; without it `AUTHSERVER_CONFIG`, and without that `./authserver.toml`
            if it exists.
        environ: the environment; without it the process's own.

    Raises:
        SettingsInvalid: anything is unknown, not allowed or contradictory.
    """
    return _Reading(os.environ if environ is None else environ).read(config)


def declarations() -> Iterator[Declaration]:
    """Every setting, in the order of the reference."""
    for item in groups_and_settings():
        if "kind" in item.metadata:
            yield _declaration(item, "")
        else:
            for inner in dataclasses.fields(_group_class(item)):
                yield _declaration(inner, item.name + ".")


def groups_and_settings() -> Iterator[dataclasses.Field[Any]]:
    """What stands at the top of the file: groups, and settings without one."""
    for item in dataclasses.fields(Settings):
        if NOT_SET not in item.metadata:
            yield item


def _declaration(item: dataclasses.Field[Any], prefix: str) -> Declaration:
    data = item.metadata
    return Declaration(prefix + item.name, data["kind"], data["default"], data["doc"], data["unit"])


def _group_class(item: dataclasses.Field[Any]) -> Any:
    return item.default_factory


@dataclass(slots=True)
class _Reading:
    """One run through the sources, collecting what is wrong."""

    environ: Mapping[str, str]
    problems: list[str] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)
    values: dict[str, object] = field(default_factory=dict)

    def read(self, config: Path | None) -> LoadedSettings:
        path = self._config_path(config)
        known = {each.name: each for each in declarations()}
        base = path.parent if path else Path.cwd()
        for each in known.values():
            self._take(each, each.default, DEFAULT_ORIGIN, base)
        for name, raw in self._file_values(path, known).items():
            self._take(known[name], raw, str(path), base)
        for name, raw in self._environment_values(known).items():
            self._take(known[name], raw, known[name].variable, Path.cwd())
        settings = self._assemble()
        if not self.problems:
            self.problems.extend(contradictions(settings))
        if self.problems:
            raise SettingsInvalid(tuple(self.problems))
        return LoadedSettings(settings, self.origins, path)

    def _config_path(self, config: Path | None) -> Path | None:
        named = config or (Path(text) if (text := self.environ.get(CONFIG_VARIABLE)) else None)
        if named is not None:
            return named.absolute()
        usual = Path.cwd() / CONFIG_NAME
        return usual if usual.exists() else None

    def _file_values(
        self, path: Path | None, known: Mapping[str, Declaration]
    ) -> dict[str, object]:
        if path is None:
            return {}
        try:
            document = tomllib.loads(path.read_bytes().decode())
        except OSError as error:
            self.problems.append(f"{path}: cannot be read: {(error.strerror or '').lower()}")
            return {}
        except ValueError as error:
            self.problems.append(f"{path}: is not TOML in UTF-8: {error}")
            return {}
        values: dict[str, object] = {}
        groups = {name.partition(".")[0] for name in known if "." in name}
        for key, raw in document.items():
            if key in groups and isinstance(raw, dict):
                values |= {f"{key}.{inner}": value for inner, value in raw.items()}
            elif key in groups:
                self.problems.append(f"{key} ({path}): must be a table: [{key}]")
            else:
                values[key] = raw
        for name in [name for name in values if name not in known]:
            del values[name]
            self._unknown(name, str(path), known)
        return values

    def _environment_values(self, known: Mapping[str, Declaration]) -> dict[str, str]:
        names = {each.variable: name for name, each in known.items()}
        values: dict[str, str] = {}
        for variable in sorted(self.environ):
            if not variable.startswith(_PREFIX) or variable == CONFIG_VARIABLE:
                continue
            if variable in names:
                values[names[variable]] = self.environ[variable]
            else:
                self._unknown(variable, "environment", names)
        return values

    def _unknown(self, name: str, source: str, known: Mapping[str, object]) -> None:
        # What all variables have in common says nothing about which one was meant.
        bare = {each.removeprefix(_PREFIX): each for each in known}
        near = difflib.get_close_matches(name.removeprefix(_PREFIX), bare, n=1)
        hint = f"; did you mean {bare[near[0]]}?" if near else ""
        shown = name if name.isprintable() else ascii(name)
        self.problems.append(f"{shown} ({source}): no such setting{hint}")

    def _take(self, each: Declaration, raw: object, origin: str, base: Path) -> None:
        try:
            value = each.kind.parse(raw)
        except ValueError:
            self.problems.append(f"{each.name} ({origin}): must be {each.kind.allowed}")
            return
        if isinstance(value, Path):
            value = Path(os.path.normpath(base / value))
        elif each.name == "database.url" and isinstance(value, str):
            value = _absolute_sqlite(value, base)
        self.values[each.name] = value
        self.origins[each.name] = origin

    def _assemble(self) -> Settings:
        whole: dict[str, Any] = {}
        for item in groups_and_settings():
            if "kind" in item.metadata:
                whole[item.name] = self.values[item.name]
            else:
                group = _group_class(item)
                whole[item.name] = group(
                    **{
                        inner.name: self.values[f"{item.name}.{inner.name}"]
                        for inner in dataclasses.fields(group)
                    }
                )
        return Settings(**whole, origins=self.origins)


def _absolute_sqlite(url: str, base: Path) -> str:
    prefix = "sqlite:///"
    if not url.startswith(prefix):
        return url
    return prefix + os.path.normpath(base / url.removeprefix(prefix))
