"""The language in which administrators say which API tokens they mean.

`client=zapier or network in 203.0.113.0/24 or created<2025-01-01`: comparisons joined by `and` and
`or` (`and` binds closer) and parentheses. Values with blanks or marks stand in quotation marks.
"""

from __future__ import annotations

import difflib
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final

from authserver.domain.api_token_conditions import (
    TIMES,
    AllOf,
    AnyOf,
    Comparison,
    Relation,
    TokenField,
)
from authserver.domain.api_tokens import ApiTokenStatus
from authserver.services.api_token_times import time_meant
from authserver.services.api_token_words import Word, refusal, words_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.domain.api_token_conditions import Condition

MOST_COMPARISONS: Final = 100
DEEPEST: Final = 20
_ALIASES: Final[Mapping[str, TokenField]] = {
    "ip": TokenField.NETWORK,
    "site": TokenField.RESOURCE,
    "user": TokenField.SUBJECT,
}
_FIELDS: Final[Mapping[str, TokenField]] = {
    **{each.value: each for each in TokenField},
    **_ALIASES,
}
_ORDERS: Final = (Relation.BEFORE, Relation.NOT_AFTER, Relation.AFTER, Relation.NOT_BEFORE)
NAMES: Final = ", ".join(each for each in _FIELDS if each not in _ALIASES)


def read_condition(text: str, now: float, resolve: Callable[[Comparison], Comparison]) -> Condition:
    """What a text asks of tokens.

    Times may be ages or durations from `now` (epoch seconds). `resolve` turns names that people
    write (of users) into what is stored.

    Raises:
        InvalidField: names the place, and what would be right there.
    """
    return _Reader(text, now, resolve).read()


class _Reader:
    def __init__(self, text: str, now: float, resolve: Callable[[Comparison], Comparison]) -> None:
        self._words = words_in(text)
        self._now = now
        self._resolve = resolve
        self._place = 0
        self._count = 0

    def read(self) -> Condition:
        condition = self._any_of(0)
        if self._peek() is not None:
            raise refusal(self._peek(), "`and`, `or`, or nothing more")
        return condition

    def _any_of(self, depth: int) -> Condition:
        parts = [self._all_of(depth)]
        while self._takes("or"):
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all_of(self, depth: int) -> Condition:
        parts = [self._term(depth)]
        while self._takes("and"):
            parts.append(self._term(depth))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _term(self, depth: int) -> Condition:
        begin = self._peek()
        if not self._takes("("):
            return self._comparison()
        if depth >= DEEPEST:
            raise refusal(begin, f"at most {DEEPEST} parentheses within each other")
        inner = self._any_of(depth + 1)
        if not self._takes(")"):
            raise refusal(self._peek(), "`and`, `or`, or the closing parenthesis")
        return inner

    def _comparison(self) -> Condition:
        word = self._peek()
        field = self._field()
        self._count += 1
        if self._count > MOST_COMPARISONS:
            raise refusal(word, f"at most {MOST_COMPARISONS} comparisons")
        relation = self._relation(field)
        value = self._value()
        return self._resolve(self._compared(field, relation, value))

    def _field(self) -> TokenField:
        word = self._next()
        if word is None or word.is_value or word.text.lower() not in _FIELDS:
            asked = "" if word is None else word.text.lower()
            close = difflib.get_close_matches(asked, _FIELDS, n=1)
            advice = f"; did you mean {close[0]}?" if close else ""
            raise refusal(word, f"a field ({NAMES}) or an opening parenthesis{advice}")
        return _FIELDS[word.text.lower()]

    def _relation(self, field: TokenField) -> Relation:
        allowed = _relations(field)
        word = self._next()
        found = None if word is None or word.is_value else word.text.lower()
        if found not in allowed:
            raise refusal(word, f"after {field} one of {' '.join(allowed)}")
        return Relation(found)

    def _value(self) -> Word:
        word = self._next()
        if word is None or (not word.is_value and word.text in {"(", ")", "=", "~", "<", ">"}):
            raise refusal(word, "a value")
        return word

    def _compared(self, field: TokenField, relation: Relation, value: Word) -> Comparison:
        if field in TIMES:
            if value.text == Relation.NEVER and relation is Relation.IS:
                return Comparison(field, Relation.NEVER, "")
            return Comparison(field, *time_meant(field, relation, value, self._now))
        if field is TokenField.NETWORK:
            return Comparison(field, Relation.IN, _network(value))
        if field is TokenField.STATUS and value.text not in list(ApiTokenStatus):
            raise refusal(value, f"one of {', '.join(ApiTokenStatus)}")
        return Comparison(field, relation, value.text)

    def _peek(self) -> Word | None:
        return self._words[self._place] if self._place < len(self._words) else None

    def _next(self) -> Word | None:
        word = self._peek()
        self._place += word is not None
        return word

    def _takes(self, text: str) -> bool:
        word = self._peek()
        if word is None or word.is_value or word.text.lower() != text:
            return False
        self._place += 1
        return True


def _relations(field: TokenField) -> tuple[str, ...]:
    if field is TokenField.LAST_USED:
        return (*_ORDERS, Relation.IS)
    if field in TIMES:
        return _ORDERS
    if field is TokenField.NETWORK:
        return (Relation.IN, Relation.IS)
    if field is TokenField.PURPOSE:
        return (Relation.IS, Relation.CONTAINS)
    return (Relation.IS,)


def _network(value: Word) -> str:
    try:
        return str(ip_network(value.text, strict=False))
    except ValueError:
        expected = "an IPv4 or IPv6 address, or a network like 203.0.113.0/24"
        raise refusal(value, expected) from None
