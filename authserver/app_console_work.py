"""The pages of the console for the work of every day: records, tokens, people, policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services.long_lists import LongLists
from authserver.services.pasted_tokens import PastedTokens
from authserver.web.admin.audit_lists import AuditLists
from authserver.web.admin.decision_pages import DecisionPages
from authserver.web.admin.scope_choice import ScopeChoice
from authserver.web.admin.token_acts import TokenActs
from authserver.web.admin.token_creation import TokenCreation
from authserver.web.admin.token_lists import TokenLists
from authserver.web.admin.token_pages import TokenPages
from authserver.web.cursors import Cursors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.web.admin.console_pages import ConsolePage
    from authserver.web.visits import Visits
    from authserver.wiring import Container


def work_pages(visits: Visits, container: Container) -> Iterator[ConsolePage]:
    """Their rows of the table of pages."""
    lists = LongLists(container.database)
    yield from _records(visits, container)
    yield from _tokens(visits, container, lists)


def _records(visits: Visits, container: Container) -> Iterator[ConsolePage]:
    yield from DecisionPages(visits, container.audit, container.policy_explanations).pages()
    yield from AuditLists(container.audit, Cursors(container.digester)).pages()


def _tokens(visits: Visits, container: Container, lists: LongLists) -> Iterator[ConsolePage]:
    yield from TokenLists(lists, container.clock, Cursors(container.digester)).pages()
    yield from TokenActs(visits, container.api_tokens, container.api_token_power).pages()
    yield from TokenCreation(
        visits=visits,
        tokens=container.api_tokens,
        sites=container.resources.list,
        scopes=ScopeChoice(container.catalogue.scopes),
        mail_is_on=container.mail_outbox.is_on,
    ).pages()
    yield from TokenPages(
        visits=visits,
        tokens=container.api_tokens,
        pasted=PastedTokens(
            database=container.database,
            digester=container.digester,
            secret_maker=container.secret_maker,
        ),
        lists=lists,
        explanations=container.policy_explanations,
        audit=container.audit,
        clock=container.clock,
    ).pages()
