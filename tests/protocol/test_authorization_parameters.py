from __future__ import annotations

from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.authorization_queries import LIMITS
from authserver.domain.errors import InvalidField
from authserver.protocol.authorization_parameters import (
    PARAMETERS_MOST,
    of_form,
    read_parameters,
)

ONCE_ONLY = sorted(LIMITS.keys() - {"resource"})
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=30)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["nonce", "login_hint", "claims"]), TEXTS))
def test_what_an_encoder_writes_is_read_back(sent: dict[str, str]) -> None:
    query = read_parameters(urlencode(sent))
    assert query.values == {name: value for name, value in sent.items() if value}
    assert query.faults == {}


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_state_comes_back_whatever_it_is(state: str) -> None:
    for encode in (quote, quote_plus):
        assert (read_parameters("state=" + encode(state)).get("state") or "") == state


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_a_crash(text: str) -> None:
    read_parameters(text)


@pytest.mark.parametrize("name", ONCE_ONLY)
def test_a_parameter_that_comes_twice_is_a_fault_of_its_own(name: str) -> None:
    query = read_parameters(f"{name}=a&state2=x&{name}=b")
    assert query.get(name) is None
    assert "repeated" in query.faults[name]
    assert name in query.names()


@pytest.mark.parametrize(
    "twice", ["state=x&state=", "state=&state=x", "state&state", "st%61te=x&state=x"]
)
def test_twice_is_twice_however_it_is_spelt(twice: str) -> None:
    assert set(read_parameters(twice).faults) == {"state"}


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_an_empty_parameter_counts_as_absent(name: str) -> None:
    for spelt in (name, name + "=", f"&&{name}=&"):
        assert read_parameters(spelt).names() == frozenset()


@pytest.mark.parametrize("name", ONCE_ONLY)
def test_the_longest_value_is_read_and_one_more_is_a_fault(name: str) -> None:
    longest = "a" * LIMITS[name]
    assert read_parameters(f"{name}={longest}").get(name) == longest
    assert name in read_parameters(f"{name}={longest}a").faults


@pytest.mark.parametrize(
    "broken", ["%", "%2", "%zz", "%ff", "%c0%af", "%ed%a0%80", "\u00e4", "\x80"]
)
@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state", "scope"])
def test_a_broken_encoding_is_a_fault_and_hides_nothing_else(name: str, broken: str) -> None:
    query = read_parameters(f"nonce=n&{name}={broken}&prompt=none")
    assert set(query.faults) == {name}
    assert (query.get("nonce"), query.get("prompt")) == ("n", "none")


@pytest.mark.parametrize("control", ["%00", "%09", "%0d%0a", "%7f", "%c2%85", "%e2%80%a8"])
def test_control_characters_are_faults_everywhere_but_in_state(control: str) -> None:
    assert "nonce" in read_parameters(f"nonce=a{control}b").faults
    assert ("state" in read_parameters(f"state=a{control}b").faults) is (control == "%00")


def test_unknown_parameters_are_ignored_whatever_they_are() -> None:
    query = read_parameters("foo=1&foo=2&bar=%zz&%zz=1&=&=x&state=s&State=t&state%00=u")
    assert query.values == {"state": "s"}
    assert query.faults == {}


def test_resource_may_repeat() -> None:
    query = read_parameters("resource=a&resource=&resource=b")
    assert query.resources == ("a", "b")
    assert query.names() == {"resource"}
    assert "resource" in read_parameters("resource=a&resource=%zz").faults


def test_too_many_parameters_are_refused_at_once() -> None:
    read_parameters("&".join(f"p{number}=1" for number in range(PARAMETERS_MOST)))
    with pytest.raises(InvalidField):
        read_parameters("&".join(f"p{number}=1" for number in range(PARAMETERS_MOST + 1)))


def test_values_are_not_in_the_representation() -> None:
    assert "secret-hint" not in repr(read_parameters("login_hint=secret-hint"))


def test_a_form_that_passed_the_gate_reads_alike() -> None:
    query = of_form({"state": "s", "grant_type": "x", "resource": "a"}, ("a",))
    assert (query.values, query.faults, query.resources) == ({"state": "s"}, {}, ("a",))
