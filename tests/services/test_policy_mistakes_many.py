"""Of a policy that is wrong all over, reading ends: nobody reads a thousand mistakes."""

from __future__ import annotations

import pytest

from authserver.domain.policy_problems import PolicyInvalid
from authserver.services.policy_expectation_tables import read_expectations
from authserver.services.policy_places import ENDS, MOST_PROBLEMS
from authserver.services.policy_reading import read_policy


@pytest.mark.parametrize("read", [read_policy, read_expectations])
@pytest.mark.parametrize("more", [1, 5000])
def test_reading_ends_after_so_many_mistakes_and_says_that_it_did(read: object, more: int) -> None:
    assert callable(read)
    text = "".join(f"no-key-{number} = 1\n" for number in range(MOST_PROBLEMS + more))
    with pytest.raises(PolicyInvalid) as refusal:
        read(text)
    *told, last = refusal.value.problems
    assert [each.path for each in told] == [f"no-key-{number}" for number in range(MOST_PROBLEMS)]
    assert (last.path, last.allowed) == (f"no-key-{MOST_PROBLEMS}", ENDS)


def test_as_many_mistakes_are_all_told() -> None:
    text = "".join(f"no-key-{number} = 1\n" for number in range(MOST_PROBLEMS))
    with pytest.raises(PolicyInvalid) as refusal:
        read_policy(text)
    assert len(refusal.value.problems) == MOST_PROBLEMS
    assert ENDS not in {each.allowed for each in refusal.value.problems}
