"""Telling owners and teams what becomes of their API tokens."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from authserver.domain.mail import MailDraft, MailKind, key_of_token
from authserver.services.incident_notices import Incident, incident_of, letter_about, news_of
from authserver.services.token_readers import readers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Clock, Database, Stores
    from authserver.services.mail_outbox import MailOutbox
    from authserver.services.token_readers import Reader

log = logging.getLogger(__name__)

DAY: Final = 86_400.0
NOTICE_DAYS: Final = (1, 7, 14, 30)
"""How many days before its end a token's readers are told."""
STOPPED_SECONDS: Final = 2 * DAY
"""How long after it was stopped a token is still news: longer than housekeeping may be away."""
BATCH: Final = 200
MOST_REMEMBERED: Final = 100_000


@dataclass(frozen=True, slots=True)
class NoticeCounts:
    """What one round did: mails put into the outbox, and readers without a usable address."""

    put_in: int = 0
    skipped: int = 0

    def __add__(self, other: NoticeCounts) -> NoticeCounts:
        return NoticeCounts(self.put_in + other.put_in, self.skipped + other.skipped)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell of a token; equal `key`s are told once to each reader."""

    token: ApiToken
    kind: MailKind
    key: str
    words: Mapping[str, object]
    until: float | None = None


class TokenNotices:
    """Looks for tokens whose readers have to be told something."""

    def __init__(self, *, database: Database, clock: Clock, outbox: MailOutbox) -> None:
        """Take the collaborators."""
        self._database = database
        self._clock = clock
        self._outbox = outbox
        self._told: set[str] = set()
        """Keys that this process needs not look at again."""

    def tell_of_ends(self, go_on: Callable[[], bool]) -> NoticeCounts:
        """Tell of tokens that end within 30, 14, 7 or 1 days: each of these once.

        Not of rotated ones, and of no day that was over before the token was made. `go_on` is asked
        before each batch: the place to take and keep a lease, or to stop.

        Raises:
            StorageUnavailable: the database cannot answer now; nothing is told twice.
        """
        now = self._clock.now()
        chosen = ApiTokenFilter(
            status=ApiTokenStatus.ENABLED,
            live_at=now,
            expires_before=now + max(NOTICE_DAYS) * DAY,
        )
        return self._tell_all([chosen], lambda token: end_notice(token, now), go_on)

    def tell_of_stops(self, go_on: Callable[[], bool]) -> NoticeCounts:
        """Tell of tokens that were disabled or revoked in the last two days, each once.

        What one bulk act stopped is one mail for each reader.

        Not of rotated ones, whose successors go on, nor of such that nobody ever picked up.
        `go_on` is as in `tell_of_ends`.

        Raises:
            StorageUnavailable: the database cannot answer now; nothing is told twice.
        """
        since = self._clock.now() - STOPPED_SECONDS
        chosen = [
            ApiTokenFilter(status=status, changed_since=since)
            for status in (ApiTokenStatus.DISABLED, ApiTokenStatus.REVOKED)
        ]
        incidents: dict[Incident, None] = {}

        def notice_of(token: ApiToken) -> Notice | None:
            incident = incident_of(token)
            if incident is None:
                return stop_notice(token)
            incidents[incident] = None
            return None

        counts = self._tell_all(chosen, notice_of, go_on)
        for incident in incidents:
            if incident.key not in self._told and go_on():
                counts += self._tell_of_incident(incident)
        return counts

    def _tell_of_incident(self, incident: Incident) -> NoticeCounts:
        """A bulk act is one transaction: whoever sees one of its tokens sees them all."""
        with self._database.reading() as stores:
            news = news_of(stores, incident)
            sites = {each.name: each.url for each in stores.resources.list()}
        drafts = []
        for reader, tokens in news.letters:
            alone = stop_notice(tokens[0]) if len(tokens) == 1 else None
            drafts.append(
                letter_about(incident, reader, tokens)
                if alone is None
                else _draft(alone, reader, sites)
            )
        with self._database.writing() as stores:
            put_in = self._put_in(stores, drafts)
        self._told.add(incident.key)
        return NoticeCounts(put_in, news.skipped)

    def tell_of_disuse_in(
        self, stores: Stores, token: ApiToken, *, stops_at: float
    ) -> NoticeCounts:
        """Tell that a token was not used in a long time and is disabled at `stops_at`, once.

        In the caller's transaction. The same last use is told of once.
        """
        drafts, skipped = _drafts(stores, [disuse_notice(token, stops_at)])
        return NoticeCounts(self._put_in(stores, drafts), skipped)

    def _tell_all(
        self,
        chosen: Sequence[ApiTokenFilter],
        notice_of: Callable[[ApiToken], Notice | None],
        go_on: Callable[[], bool],
    ) -> NoticeCounts:
        counts = NoticeCounts()
        if not self._outbox.is_on:
            return counts
        for page in self._pages(chosen, go_on):
            notices = [notice for notice in map(notice_of, page) if notice is not None]
            new = [each for each in notices if each.key not in self._told]
            if not new:
                continue
            # Apart: a look at readers for writing would lock them in the order of their tokens.
            with self._database.reading() as stores:
                drafts, skipped = _drafts(stores, new)
            with self._database.writing() as stores:
                counts += NoticeCounts(self._put_in(stores, drafts), skipped)
            if len(self._told) > MOST_REMEMBERED:
                self._told.clear()
            self._told.update(each.key for each in new)
        if counts.skipped:
            log.warning(
                "%d owners or teams of API tokens cannot be told: they have no usable address",
                counts.skipped,
            )
        return counts

    def _pages(
        self, chosen: Sequence[ApiTokenFilter], go_on: Callable[[], bool]
    ) -> Iterator[Sequence[ApiToken]]:
        for each in chosen:
            after = ""
            while go_on():
                with self._database.reading() as stores:
                    page = stores.api_tokens.page(each, after=after, limit=BATCH)
                yield page
                if len(page) < BATCH:
                    break
                after = page[-1].token_id

    def _put_in(self, stores: Stores, drafts: Sequence[MailDraft]) -> int:
        return sum(self._outbox.put_in(stores, each) for each in drafts)


def _drafts(stores: Stores, notices: Sequence[Notice]) -> tuple[Sequence[MailDraft], int]:
    """The mails for all readers, and how many readers have no usable address."""
    drafts, skipped = [], 0
    sites = {each.name: each.url for each in stores.resources.list()}
    for notice in notices:
        readers = readers_of(stores, notice.token)
        skipped += readers.skipped
        drafts += [_draft(notice, reader, sites) for reader in readers.found]
    return drafts, skipped


def _draft(notice: Notice, reader: Reader, sites: Mapping[str, str]) -> MailDraft:
    return MailDraft(
        key=f"{notice.key}:{reader.address}",
        kind=notice.kind,
        to=reader.address,
        locale=reader.locale,
        words={
            **words_of(notice.token, sites),
            **notice.words,
            "reader": reader.name,
            "for_team": reader.for_team,
        },
        until=notice.until,
    )


def words_of(token: ApiToken, sites: Mapping[str, str]) -> dict[str, object]:
    """What every mail about a token says of it; `sites` are URLs of sites by name."""
    return {
        "token_id": token.token_id,
        "name": token.name,
        "purpose": token.purpose,
        "sites": [sites.get(name, name) for name in sorted(token.resources)],
    }


def end_notice(token: ApiToken, now: float) -> Notice | None:
    """What there is to tell of a token's end now, if anything."""
    if token.successor_id:
        return None
    days = next((days for days in NOTICE_DAYS if token.expires_at - now <= days * DAY), None)
    if days is None or token.expires_at - days * DAY <= token.created_at:
        return None
    return Notice(
        token,
        MailKind.TOKEN_EXPIRES,
        # The end, too: whoever moves it has something new to tell.
        key_of_token(MailKind.TOKEN_EXPIRES, token.token_id, f"{int(token.expires_at)}", f"{days}"),
        {"ends_at": token.expires_at},
        until=token.expires_at,
    )


def stop_notice(token: ApiToken) -> Notice | None:
    """What there is to tell of a token that was stopped, if anything."""
    if token.successor_id or token.secret is None:
        return None
    return Notice(
        token,
        MailKind.TOKEN_STOPPED,
        key_of_token(MailKind.TOKEN_STOPPED, token.token_id, f"{int(token.status_changed_at)}"),
        {
            "stopped_at": token.status_changed_at,
            "is_for_ever": token.status is ApiTokenStatus.REVOKED,
            "reason": token.reason,
        },
    )


def disuse_notice(token: ApiToken, stops_at: float) -> Notice:
    """What there is to tell of a token that nobody uses."""
    last_used_at = token.last_use.at if token.last_use else None
    since = int(last_used_at or token.created_at)
    return Notice(
        token,
        MailKind.TOKEN_STALE,
        key_of_token(MailKind.TOKEN_STALE, token.token_id, f"{since}"),
        {"last_used_at": last_used_at, "stops_at": stops_at},
        until=stops_at,
    )
