"""E-mail domains: in one spelling, so that each belongs to one provider at most."""

from __future__ import annotations

import re
from typing import Final

from authserver.domain.errors import InvalidField

LONGEST_DOMAIN: Final = 253
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")


def domain_in_one_spelling(value: str) -> str | None:
    """The domain in lower case and IDNA; `None` for what is no domain of at least two labels."""
    try:
        text = value.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    if len(text) > LONGEST_DOMAIN or _DOMAIN.fullmatch(text) is None:
        return None
    return text


def one_spelling(value: str) -> str:
    """What somebody wrote as a domain in one spelling; as it is, where it is none."""
    return domain_in_one_spelling(value.strip()) or value


def domain_of(address: str) -> str | None:
    """The domain of what somebody typed as an e-mail address, in one spelling; `None`: none."""
    local, at, domain = address.strip().rpartition("@")
    return domain_in_one_spelling(domain) if local and at else None


def check_domain(field: str, value: str) -> str:
    """The domain in one spelling. Raises InvalidField."""
    found = domain_in_one_spelling(value.strip())
    if found is None:
        raise InvalidField(field, "an e-mail domain like example.com, without @ and without *")
    return found
