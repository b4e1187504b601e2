"""Which policies name a group: one that is named must not vanish, or rules would reach nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.policy_documents import DEFAULT_DOCUMENT
from authserver.services.policy_reading import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from authserver.domain.ports import Stores

GROUP_KEYS: Final = frozenset(
    {"groups", "read_only_groups", "creator_groups", "for_others_groups", "holders"}
)


def mentions_of_group(stores: Stores, group: str) -> Sequence[str]:
    """Where current versions name the group: `default: access.groups`.

    That stays so for whoever has locked the group: a policy that names it is applied with its lock.
    So no document is locked.
    """
    found = []
    for name in dict.fromkeys((DEFAULT_DOCUMENT, *stores.policies.names())):
        version = stores.policies.seen(name)
        if version is not None:
            found += [f"{name}: {path}" for path in _paths(parsed(version.text), "", group)]
    return found


def any_is_mentioned(stores: Stores, groups: Iterable[str]) -> bool:
    """Whether a policy names one of these groups: it may deny those something who join."""
    return any(mentions_of_group(stores, each) for each in groups)


def _paths(value: object, path: str, group: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            here = f"{path}.{key}" if path else key
            if key in GROUP_KEYS and isinstance(part, list):
                if group in part:
                    yield here
            else:
                yield from _paths(part, here, group)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _paths(part, f"{path}[{index}]", group)
