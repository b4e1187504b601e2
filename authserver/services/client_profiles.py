"""What a client states of its dealings with users, checked field by field."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final, TypeVar

from authserver.domain.authorization_profiles import (
    ApplicationType,
    AssertionAudience,
    AuthorizationProfile,
    ConsentRule,
    ResponseMode,
)
from authserver.domain.errors import InvalidField
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.redirect_uris import check_redirect_uri
from authserver.domain.texts import check_text
from authserver.domain.web_links import check_link

if TYPE_CHECKING:
    from collections.abc import Sequence
    from enum import StrEnum

    _Word = TypeVar("_Word", bound=StrEnum)

MOST_URIS: Final = 50
LONGEST_TEXT: Final = 100
LONGEST_AGE: Final = 366 * 86_400
SHORTEST_REFRESH: Final = 60
LONGEST_REFRESH: Final = 366 * 86_400
JSON_ALGORITHM: Final = "none"
"""What stands for userinfo as plain JSON, where an algorithm is stated."""
_LINKS: Final = ("client_uri", "logo_uri", "policy_uri", "tos_uri")
_CALLED: Final = ("jwks_uri", "backchannel_logout_uri")
_TEXTS: Final = ("publisher", "software_id", "software_version")
_FLAGS: Final = (
    "require_pkce",
    "require_pushed_requests",
    "backchannel_logout_session_required",
    "session_refresh",
)


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """What is stated of an `AuthorizationProfile`, by its own names; `None` is not stated.

    Words (algorithms, modes) are texts here. `userinfo_algorithm` is `none` for plain JSON.
    `default_max_age` and the refresh times are in seconds, -1 takes them back.
    """

    application_type: str | None = None
    redirect_uris: Sequence[str] | None = None
    post_logout_redirect_uris: Sequence[str] | None = None
    response_modes: Sequence[str] | None = None
    require_pkce: bool | None = None
    require_pushed_requests: bool | None = None
    consent: str | None = None
    publisher: str | None = None
    client_uri: str | None = None
    logo_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    id_token_algorithm: str | None = None
    userinfo_algorithm: str | None = None
    jwks_uri: str | None = None
    assertion_audience: str | None = None
    default_max_age: int | None = None
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool | None = None
    session_refresh: bool | None = None
    refresh_idle_seconds: int | None = None
    refresh_absolute_seconds: int | None = None
    software_id: str | None = None
    software_version: str | None = None
    registered_by: str | None = None
    other_metadata: str | None = None


NOTHING_STATED: Final = ProfileChanges()


def changed_profile(profile: AuthorizationProfile, changes: ProfileChanges) -> AuthorizationProfile:
    """The profile after the changes, each of them right by itself.

    Raises:
        InvalidField: names the field and what is allowed.
    """
    stated = {
        each.name: value
        for each in fields(changes)
        if (value := getattr(changes, each.name)) is not None
    }
    kind = _word("application_type", changes.application_type, ApplicationType)
    kind = profile.application_type if kind is None else kind
    checked: dict[str, object] = dict(stated)
    checked["application_type"] = kind
    # Registered URIs too: what a native application may have, a web application may not.
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        checked[name] = _uris(name, stated.get(name, getattr(profile, name)), kind)
    for name in _LINKS:
        if name in stated:
            checked[name] = check_link(name, _text(name, stated[name]))
    for name in _CALLED:
        if name in stated:
            checked[name] = check_link(name, _text(name, stated[name]), with_fragment=False)
    for name in _TEXTS:
        if name in stated:
            text = _text(name, stated[name])
            checked[name] = check_text(name, text, longest=LONGEST_TEXT, required=False)
    for name in _FLAGS:
        if name in stated and not isinstance(stated[name], bool):
            raise InvalidField(name, "true or false")
    _check_words(stated, checked)
    _check_times(stated, checked)
    return replace(profile, **checked)  # type: ignore[arg-type]  # each value was checked above


def _check_words(stated: dict[str, object], checked: dict[str, object]) -> None:
    for name, words in (
        ("consent", ConsentRule),
        ("id_token_algorithm", SigningAlgorithm),
        ("assertion_audience", AssertionAudience),
    ):
        if name in stated:
            checked[name] = _word(name, stated[name], words)
    if "userinfo_algorithm" in stated:
        value = stated["userinfo_algorithm"]
        checked["userinfo_algorithm"] = (
            None
            if value == JSON_ALGORITHM
            else _word("userinfo_algorithm", value, SigningAlgorithm, or_else=JSON_ALGORITHM)
        )
    if "response_modes" in stated:
        modes = _texts("response_modes", stated["response_modes"])
        checked["response_modes"] = frozenset(
            _word("response_modes", mode, ResponseMode) for mode in modes
        )
        if not modes:
            raise InvalidField("response_modes", "at least one of " + ", ".join(ResponseMode))


def _check_times(stated: dict[str, object], checked: dict[str, object]) -> None:
    for name, shortest, longest in (
        ("default_max_age", 0, LONGEST_AGE),
        ("refresh_idle_seconds", SHORTEST_REFRESH, LONGEST_REFRESH),
        ("refresh_absolute_seconds", SHORTEST_REFRESH, LONGEST_REFRESH),
    ):
        if name not in stated:
            continue
        value = stated[name]
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidField(name, "a whole number of seconds")
        if value == -1:
            checked[name] = None
        elif not shortest <= value <= longest:
            raise InvalidField(name, f"{shortest} to {longest} seconds")


def _uris(name: str, value: object, kind: ApplicationType) -> tuple[str, ...]:
    uris = _texts(name, value)
    if len(uris) > MOST_URIS:
        raise InvalidField(name, f"at most {MOST_URIS}")
    for uri in uris:
        check_redirect_uri(name, uri, kind)
    return tuple(dict.fromkeys(uris))


def _texts(name: str, value: object) -> Sequence[str]:
    """A list of texts; a text is a list of characters to Python, and of nothing to us."""
    if not isinstance(value, list | tuple | set | frozenset):
        raise InvalidField(name, "a list")
    return [_text(name, each) for each in value]


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidField(name, "text")
    return value


def _word(name: str, value: object, words: type[_Word], *, or_else: str = "") -> _Word | None:
    if value is None:
        return None
    allowed = [*words, *([or_else] if or_else else [])]
    if not isinstance(value, str) or value not in [str(word) for word in words]:
        raise InvalidField(name, "one of " + ", ".join(allowed))
    return words(value)
