"""What those who administer see first: a bounded number of questions, each with an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.dashboard import (
    Dashboard,
    DocumentHealth,
    Figure,
    KeyAge,
    MailQueue,
    ProviderHealth,
)
from authserver.domain.mail import MailStatus
from authserver.domain.provider_documents import DocumentKind
from authserver.domain.searches import MailSearch, MailSort
from authserver.services.dashboard_calls import calls_since, legacy_days, refusals, talkers
from authserver.services.dashboard_credentials import credentials

if TYPE_CHECKING:
    from authserver.domain.keys import SigningKey
    from authserver.domain.ports import Clock, Database, Stores
    from authserver.domain.providers import Provider

TALKERS: Final = 10
"""How many of those who call most are named."""


class DashboardService:
    """Looks at everything in one transaction, so that its numbers fit together."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Look at this database."""
        self._database = database
        self._clock = clock

    def look(self) -> Dashboard:
        """The numbers of this moment.

        Raises:
            StorageUnavailable: the database cannot answer.
        """
        now = self._clock.now()
        with self._database.reading() as stores:
            return Dashboard(
                at=now,
                calls_since=calls_since(now),
                credentials=credentials(stores, now),
                refusals=refusals(stores, now),
                talkers=talkers(stores, now, TALKERS),
                legacy=legacy_days(stores, now),
                keys=tuple(
                    _key(each, now) for each in stores.keys.list() if each.state.is_published
                ),
                providers=tuple(_provider(stores, each, now) for each in stores.providers.list()),
                mail=_mail(stores),
            )


def _key(key: SigningKey, now: float) -> KeyAge:
    reached = (key.retired_at, key.activated_at, key.created_at)
    since = next(each for each in reached if each is not None)
    return KeyAge(key.kid, key.algorithm, key.state, since, now - key.created_at)


def _provider(stores: Stores, provider: Provider, now: float) -> ProviderHealth:
    documents = (stores.providers.document(provider.name, kind) for kind in DocumentKind)
    return ProviderHealth(
        provider.name,
        provider.status,
        tuple(
            DocumentHealth(
                each.kind,
                each.fetched_at if each.body else None,
                now - each.fetched_at if each.body else None,
                each.asked_at,
                each.problem,
            )
            for each in documents
            if each is not None
        ),
    )


def _mail(stores: Stores) -> MailQueue:
    waiting, given_up = MailSearch(MailStatus.WAITING), MailSearch(MailStatus.GIVEN_UP)
    oldest = stores.mails.page(waiting, sort=MailSort.CREATED, descending=False, limit=1).items
    return MailQueue(
        Figure(stores.mails.count(waiting), waiting),
        Figure(stores.mails.count(given_up), given_up),
        oldest[0].created_at if oldest else None,
    )
