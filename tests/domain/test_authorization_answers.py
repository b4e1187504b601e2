from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.authorization_answers import AnswerTarget, AuthorizationAnswer
from authserver.domain.authorization_profiles import ResponseMode

ISSUER = "https://auth.example.com"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def target(
    redirect_uri: str = "https://app.example.com/cb", state: str | None = "s"
) -> AnswerTarget:
    return AnswerTarget("web-app", redirect_uri, ResponseMode.QUERY, state, ISSUER)


@given(TEXTS)
def test_state_comes_back_exactly_and_in_one_line(state: str) -> None:
    location = target(state=state).with_code("c").location
    assert location.isascii()
    assert location.isprintable()
    sent = parse_qsl(urlsplit(location).query, keep_blank_values=True, strict_parsing=True)
    assert sent == [("code", "c"), ("state", state), ("iss", ISSUER)]


def test_without_state_there_is_none() -> None:
    assert [name for name, _ in target(state=None).with_code("c").parameters] == ["code", "iss"]


def test_an_error_says_what_it_is_and_who_says_it() -> None:
    answer = target().with_error("access_denied", "the user did not allow it")
    assert dict(answer.parameters) == {
        "error": "access_denied",
        "error_description": "the user did not allow it",
        "state": "s",
        "iss": ISSUER,
    }


@pytest.mark.parametrize(
    ("redirect_uri", "expected"),
    [
        ("https://app.example.com/cb", "https://app.example.com/cb?code=c"),
        ("https://app.example.com/cb?", "https://app.example.com/cb?code=c"),
        ("https://app.example.com/cb?a=1", "https://app.example.com/cb?a=1&code=c"),
        ("https://app.example.com/cb?a=1&", "https://app.example.com/cb?a=1&code=c"),
        ("com.example.app:/cb", "com.example.app:/cb?code=c"),
    ],
)
def test_the_query_that_is_registered_stays(redirect_uri: str, expected: str) -> None:
    answer = AuthorizationAnswer(redirect_uri, ResponseMode.QUERY, (("code", "c"),))
    assert answer.location == expected


@given(TEXTS, st.sampled_from(ResponseMode))
def test_an_answer_that_was_kept_is_the_same(state: str, mode: ResponseMode) -> None:
    answer = AuthorizationAnswer("https://app.example.com/cb", mode, (("state", state),))
    assert AuthorizationAnswer.from_text(answer.to_text()) == answer


def test_an_answer_of_another_version_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="version"):
        AuthorizationAnswer.from_text('[2, "https://app.example.com/cb", "query", []]')


def test_neither_code_nor_state_is_in_the_representation() -> None:
    answer = target(state="the-state").with_code("the-code")
    assert "the-code" not in repr(answer)
    assert "the-state" not in repr(target(state="the-state"))
