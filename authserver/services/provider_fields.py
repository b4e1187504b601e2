"""The forms that single values of a provider have. Nothing is mended: what is odd is refused."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from authserver.domain.errors import InvalidField
from authserver.domain.host_names import HOST_NAME
from authserver.domain.provider_issuers import GUID
from authserver.domain.providers import PROVIDER_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_URL: Final = 400
LONGEST_VALUE: Final = 255
LONGEST_SECRET: Final = 4096
MOST_ENTRIES: Final = 200
"""In any list of a provider."""
PERSONAL_ACCOUNTS: Final = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant that all personal Microsoft accounts share: whoever wants is in it."""
TENANT_ALLOWED: Final = (
    "the GUID of a tenant, as Entra's admin center shows it; never common, organizations, "
    "consumers or the tenant of personal accounts, in which everybody is"
)
_URL: Final = re.compile(
    rf"https?://{HOST_NAME}(?::[0-9]{{1,5}})?(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]*)*"
)
_HOST: Final = re.compile(rf"{HOST_NAME}(?::[0-9]{{1,5}})?")
_VISIBLE: Final = re.compile(r"[!-~]+")
_POOL: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]{1,2}_[A-Za-z0-9]{1,55}")

Word = TypeVar("Word", bound=StrEnum)


def check_name(value: str) -> str:
    """The name of a provider. Raises InvalidField."""
    if PROVIDER_NAME.match(value) is None:
        raise InvalidField(
            "name", "1 to 40 lower-case letters, digits and dashes, no dash at either end"
        )
    return value


def check_word(field: str, value: str, words: type[Word], *, but: Iterable[Word] = ()) -> Word:
    """One of the words of an enumeration. Raises InvalidField."""
    allowed = [each for each in words if each not in set(but)]
    if value not in [str(each) for each in allowed]:
        raise InvalidField(field, "one of " + ", ".join(allowed))
    return words(value)


def check_visible(field: str, value: str) -> str:
    """A text without blanks that others compare with. Raises InvalidField."""
    if len(value) > LONGEST_VALUE or _VISIBLE.fullmatch(value) is None:
        raise InvalidField(
            field, f"1 to {LONGEST_VALUE} visible ASCII characters, no blanks among them"
        )
    return value


def check_number(field: str, value: int, lowest: int, highest: int) -> int:
    """A whole number in its range. Raises InvalidField."""
    if not lowest <= value <= highest:
        raise InvalidField(field, f"{lowest} to {highest}")
    return value


def check_many(field: str, values: Iterable[str]) -> tuple[str, ...]:
    """The values, each once, in their order. Raises InvalidField for too many."""
    once = tuple(dict.fromkeys(values))
    if len(once) > MOST_ENTRIES:
        raise InvalidField(field, f"at most {MOST_ENTRIES} entries")
    return once


def check_tenant(field: str, value: str) -> str:
    """The GUID of a tenant, in lower case. Raises InvalidField."""
    text = value.lower()
    if GUID.fullmatch(text) is None or text == PERSONAL_ACCOUNTS:
        raise InvalidField(field, TENANT_ALLOWED)
    return text


def check_pool(value: str) -> str:
    """The id of a Cognito user pool. Raises InvalidField."""
    if _POOL.fullmatch(value) is None:
        raise InvalidField("pool", "the id of a user pool like eu-west-1_aB3dE6gH9")
    return value


def check_host(field: str, value: str) -> str:
    """A host name, with its port where that is not 443. Raises InvalidField."""
    if len(value) > LONGEST_VALUE or _HOST.fullmatch(value) is None:
        raise InvalidField(field, "a host name like login.example.com, without https://")
    return value.lower()


def check_url(field: str, value: str, opened: frozenset[str]) -> str:
    """A provider's URL: https, or plain http at an origin that the settings open.

    Raises:
        InvalidField: it is anything else (user names, queries, fragments, odd characters).
    """
    allowed = (
        "an https URL of host, optional port and path, like https://login.example.com, of at most "
        f"{LONGEST_URL} characters"
    )
    if len(value) > LONGEST_URL or _URL.fullmatch(value) is None:
        raise InvalidField(field, allowed)
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise InvalidField(field, allowed) from None
    if port == 0 or not {".", ".."}.isdisjoint(parts.path.split("/")):
        raise InvalidField(field, allowed)
    if parts.scheme == "http" and f"http://{parts.netloc}" not in opened:
        raise InvalidField(
            field,
            "https; plain http only at an origin that outbound.private_origins names, for trying "
            "things out on one machine",
        )
    return value


def check_secret(field: str, value: str) -> str:
    """A secret that the provider gave. Raises InvalidField, whose text never repeats it."""
    if not 0 < len(value) <= LONGEST_SECRET or not value.isprintable() or value != value.strip():
        raise InvalidField(
            field,
            f"1 to {LONGEST_SECRET} printable characters on one line, without blanks at the ends",
        )
    return value
