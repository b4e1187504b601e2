"""What a view of the authority does with changes: denials deny, caches forget, gaps reload."""

from __future__ import annotations

import pytest

from authserver.domain.authority import ChangeKind, Position
from authserver.domain.errors import StorageUnavailable
from authserver.domain.tokens import CLOCK_SKEW_SECONDS, latest_end
from authserver.services.authority import LEASE_SECONDS, PRUNE_SECONDS, AuthorityView
from tests.memory_database import MemoryDatabase
from tests.memory_stores import MemoryAuthority
from tests.services.office import LATER, TOKEN, Office


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.mark.parametrize(
    ("kind", "value"), [(ChangeKind.TOKEN, "token-1"), (ChangeKind.GRANT, "grant-1")]
)
def test_a_denial_reaches_its_token_and_no_other(
    office: Office, kind: ChangeKind, value: str
) -> None:
    office.view.poll()
    assert not office.view.is_denied(TOKEN)
    office.change(kind, value + "-of-another")
    office.view.poll()
    assert not office.view.is_denied(TOKEN)
    office.change(kind, value)
    office.view.poll()
    assert office.view.is_denied(TOKEN)


@pytest.mark.parametrize(("issued_until", "denied"), [(-1, 0), (0, 1), (1, 1)])
def test_a_denied_subject_loses_the_tokens_issued_until_then(
    office: Office, issued_until: int, denied: int
) -> None:
    office.change(ChangeKind.SUBJECT, TOKEN.subject, issued_until=TOKEN.issued_at + issued_until)
    office.view.poll()
    assert office.view.is_denied(TOKEN) == bool(denied)


def test_of_two_denials_of_a_subject_the_further_reaching_counts(office: Office) -> None:
    office.view.poll()
    office.change(ChangeKind.SUBJECT, TOKEN.subject, issued_until=TOKEN.issued_at + 5)
    office.change(ChangeKind.SUBJECT, TOKEN.subject, issued_until=TOKEN.issued_at - 5)
    office.view.poll()
    assert office.view.is_denied(TOKEN)


def test_a_later_denial_of_a_subject_reaches_further(office: Office) -> None:
    office.change(ChangeKind.SUBJECT, TOKEN.subject, issued_until=TOKEN.issued_at - 5)
    office.view.poll()
    office.change(ChangeKind.SUBJECT, TOKEN.subject, issued_until=TOKEN.issued_at)
    office.view.poll()
    assert office.view.is_denied(TOKEN)


def test_caches_hear_of_changes_in_order_and_once(office: Office) -> None:
    office.view.poll()
    office.change(ChangeKind.CLIENT, "one")
    office.change(ChangeKind.RESOURCE, "two")
    office.view.poll()
    office.view.poll()
    assert office.forgotten == [(ChangeKind.CLIENT, "one"), (ChangeKind.RESOURCE, "two")]
    assert office.view.seq == 2


def test_the_first_poll_believes_nothing_and_loads_every_denial(office: Office) -> None:
    office.change(ChangeKind.TOKEN, "token-1")
    office.view.poll()
    assert office.forgot_all == 1
    assert office.view.is_denied(TOKEN)


def test_a_sequence_that_went_backwards_makes_everything_be_read_anew(office: Office) -> None:
    for _ in range(3):
        office.change(ChangeKind.CLIENT, "one")
    office.view.poll()
    restored = MemoryDatabase().state
    restored.seq = 1
    office.database.state = restored
    office.view.poll()
    assert (office.forgot_all, office.view.seq) == (2, 1)


def test_a_restored_database_forgets_denials_that_it_does_not_have(office: Office) -> None:
    office.change(ChangeKind.CLIENT, "one")
    office.change(ChangeKind.TOKEN, "token-1")
    office.view.poll()
    office.database.state.changes.pop()
    office.database.state.seq = 1
    office.view.poll()
    assert not office.view.is_denied(TOKEN)


def test_a_restored_database_that_has_caught_up_is_not_believed_to_be_the_old_one(
    office: Office,
) -> None:
    office.change(ChangeKind.CLIENT, "one")
    backup = office.database.state
    office.change(ChangeKind.CLIENT, "one")
    office.view.poll()
    office.database.state = backup
    office.change(ChangeKind.TOKEN, "token-1")
    office.view.poll()
    assert (office.forgot_all, office.view.seq) == (2, 2)
    assert office.view.is_denied(TOKEN)


def test_a_restored_database_that_has_gone_further_is_not_believed_to_be_the_old_one(
    office: Office,
) -> None:
    backup = office.database.state
    office.change(ChangeKind.CLIENT, "one")
    office.view.poll()
    office.database.state = backup
    office.change(ChangeKind.TOKEN, "token-1")
    office.change(ChangeKind.CLIENT, "two")
    office.view.poll()
    assert (office.forgot_all, office.view.seq) == (2, 2)
    assert office.view.is_denied(TOKEN)


@pytest.mark.parametrize(("swept", "loads"), [(1, 1), (2, 2), (3, 2)])
def test_changes_that_were_swept_before_they_were_seen_make_everything_be_read_anew(
    office: Office, swept: int, loads: int
) -> None:
    """So does the change that was seen last: nobody can tell any more whether it was the same."""
    for _ in range(2):
        office.change(ChangeKind.CLIENT, "seen")
    office.view.poll()
    for _ in range(4):
        office.change(ChangeKind.CLIENT, "unseen")
    state = office.database.state
    state.kept_from = swept + 1
    state.changes = [each for each in state.changes if each.position.seq != swept]
    office.view.poll()
    assert (office.forgot_all, office.view.seq) == (loads, 6)
    assert office.forgotten == ([(ChangeKind.CLIENT, "unseen")] * 4 if loads == 1 else [])


def test_denials_are_pruned_when_no_token_can_need_them(office: Office) -> None:
    office.change(ChangeKind.TOKEN, "token-1")
    office.view.poll()
    office.clock.set_now(LATER - 1)
    office.clock.set_monotonic(office.clock.monotonic() + PRUNE_SECONDS)
    office.view.poll()
    assert office.view.is_denied(TOKEN)
    office.clock.set_now(LATER)
    office.clock.set_monotonic(office.clock.monotonic() + PRUNE_SECONDS)
    office.view.poll()
    assert not office.view.is_denied(TOKEN)


def test_denials_are_pruned_now_and_then_not_at_every_poll(office: Office) -> None:
    office.change(ChangeKind.TOKEN, "token-1")
    office.view.poll()
    office.clock.set_now(LATER)
    began = office.clock.monotonic()
    for seconds, denied in ((PRUNE_SECONDS - 1, 1), (PRUNE_SECONDS, 0)):
        office.clock.set_monotonic(began + seconds)
        office.view.poll()
        assert office.view.is_denied(TOKEN) == bool(denied)
    office.change(ChangeKind.TOKEN, "token-1")
    office.clock.set_now(LATER - 1)
    office.view.poll()
    office.clock.set_now(LATER)
    office.clock.set_monotonic(began + PRUNE_SECONDS + 1)
    office.view.poll()
    assert office.view.is_denied(TOKEN)


def test_the_horizon_is_the_latest_end_of_what_was_forgotten(office: Office) -> None:
    office.change(ChangeKind.TOKEN, "token-1")
    office.view.poll()
    assert office.view.horizon < office.clock.now()
    office.clock.set_now(LATER + 500)
    office.clock.set_monotonic(office.clock.monotonic() + PRUNE_SECONDS)
    office.view.poll()
    # Not the time of the pruning: a clock that was wrong for a moment would deny for ever.
    assert office.view.horizon == LATER


def test_a_clock_that_was_set_back_is_told_in_the_log(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.change(ChangeKind.TOKEN, "token-1")
    office.view.poll()
    for now, told in ((LATER, 0), (LATER - CLOCK_SKEW_SECONDS, 0), (LATER - 400, 1)):
        office.clock.set_now(now)
        office.clock.set_monotonic(office.clock.monotonic() + PRUNE_SECONDS)
        office.view.poll()
        assert len(caplog.records) == told
    assert "set back by more than 400 seconds" in caplog.text


def test_a_clock_that_was_a_year_ahead_outlaws_tokens_for_an_hour_not_for_a_year(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.change(ChangeKind.TOKEN, "token-1")
    office.view.poll()
    for now in (LATER, LATER - 365 * 86_400, LATER - 365 * 86_400 + 3600):
        office.clock.set_now(now)
        office.clock.set_monotonic(office.clock.monotonic() + PRUNE_SECONDS)
        office.view.poll()
    assert office.view.horizon == latest_end(LATER - 365 * 86_400)
    assert "ahead by more than a day" in caplog.text


class CountedSequence:
    """Answers the one question beside the transactions, and counts it."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.asked = 0
        self.broken = False

    def position(self) -> Position:
        self.asked += 1
        if self.broken:
            raise StorageUnavailable("the sequence cannot be read")
        return MemoryAuthority(self._office.database.state, lambda _verb: None).position()


@pytest.fixture
def sequence(office: Office) -> CountedSequence:
    """The view asks this before it opens a transaction."""
    sequence = CountedSequence(office)
    office.view = AuthorityView(office.database, office.clock, sequence=sequence)
    office.view.on_change(lambda kind, value: office.forgotten.append((kind, value)), lambda: None)
    return sequence


def test_while_nothing_changes_a_poll_opens_no_transaction(
    office: Office, sequence: CountedSequence
) -> None:
    office.view.poll()
    assert (sequence.asked, office.polls) == (0, 1)
    for _ in range(5):
        office.clock.advance(LEASE_SECONDS)
        office.view.ensure_fresh()
    assert (sequence.asked, office.polls) == (5, 1)


def test_a_new_number_is_followed_by_the_changes_themselves(
    office: Office, sequence: CountedSequence
) -> None:
    office.view.poll()
    office.change(ChangeKind.TOKEN, "token-1")
    office.change(ChangeKind.CLIENT, "one")
    office.clock.advance(LEASE_SECONDS)
    office.view.ensure_fresh()
    assert office.view.is_denied(TOKEN)
    assert office.forgotten == [(ChangeKind.CLIENT, "one")]


def test_the_same_number_with_another_stamp_is_looked_into(
    office: Office, sequence: CountedSequence
) -> None:
    backup = office.database.state
    office.change(ChangeKind.CLIENT, "one")
    office.view.poll()
    office.database.state = backup
    office.change(ChangeKind.TOKEN, "token-1")
    office.clock.advance(LEASE_SECONDS)
    office.view.ensure_fresh()
    assert office.view.is_denied(TOKEN)


def test_a_sequence_that_cannot_be_read_renews_no_lease(
    office: Office, sequence: CountedSequence
) -> None:
    office.view.poll()
    sequence.broken = True
    office.clock.advance(LEASE_SECONDS)
    for _ in range(2):
        with pytest.raises(StorageUnavailable):
            office.view.ensure_fresh()
