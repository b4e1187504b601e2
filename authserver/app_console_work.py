"""The pages of the console for the work of every day: records, tokens, people, policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services.pasted_tokens import PastedTokens
from authserver.web.admin.audit_lists import AuditLists
from authserver.web.admin.call_lists import CallLists
from authserver.web.admin.decision_pages import DecisionPages
from authserver.web.admin.grant_lists import GrantLists
from authserver.web.admin.group_pages import GroupPages
from authserver.web.admin.incident_pages import IncidentPages
from authserver.web.admin.mail_lists import MailLists
from authserver.web.admin.policy_pages import PolicyPages
from authserver.web.admin.policy_previews import PolicyPreviews
from authserver.web.admin.scope_choice import ScopeChoice
from authserver.web.admin.session_lists import SessionLists
from authserver.web.admin.stale_tokens import StaleTokens
from authserver.web.admin.token_acts import TokenActs
from authserver.web.admin.token_creation import TokenCreation
from authserver.web.admin.token_lists import TokenLists
from authserver.web.admin.token_pages import TokenPages
from authserver.web.admin.user_acts import UserActs
from authserver.web.admin.user_editing import UserEditing
from authserver.web.admin.user_lists import UserLists
from authserver.web.admin.user_pages import UserPages
from authserver.web.admin.who_pages import WhoPages
from authserver.web.cursors import Cursors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.services.long_lists import LongLists
    from authserver.web.admin.console_pages import ConsolePage
    from authserver.web.visits import Visits
    from authserver.wiring import Container


def work_pages(visits: Visits, container: Container) -> Iterator[ConsolePage]:
    """Their rows of the table of pages."""
    lists = container.long_lists
    yield from _records(visits, container)
    yield from _tokens(visits, container, lists)
    yield from _people(visits, container, lists)
    yield from IncidentPages(container.api_token_bulk, lists, container.clock).pages()
    yield from PolicyPages(
        visits,
        container.policies,
        PolicyPreviews(container.policies, container.policy_replays, container.audit),
    ).pages()


def _records(visits: Visits, container: Container) -> Iterator[ConsolePage]:
    yield from DecisionPages(visits, container.audit, container.policy_explanations).pages()
    yield from WhoPages(
        container.who_may_call, container.resources.list, Cursors(container.digester)
    ).pages()
    yield from AuditLists(container.audit, Cursors(container.digester)).pages()
    yield from CallLists(container.counted_calls, Cursors(container.digester)).pages()


def _tokens(visits: Visits, container: Container, lists: LongLists) -> Iterator[ConsolePage]:
    yield from TokenLists(lists, container.clock, Cursors(container.digester)).pages()
    yield from StaleTokens(container.api_token_disuse, lists, Cursors(container.digester)).pages()
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


def _people(visits: Visits, container: Container, lists: LongLists) -> Iterator[ConsolePage]:
    cursors, clock = Cursors(container.digester), container.clock
    yield from UserLists(lists, cursors).pages()
    yield from UserEditing(visits, container.users, lists).pages()
    yield from UserActs(
        visits=visits,
        users=container.users,
        stops=container.user_stops,
        credentials=container.user_credentials,
        sessions=container.sessions,
        identities=container.identities,
    ).pages()
    yield from UserPages(
        users=container.users,
        identities=container.identities,
        sessions=container.sessions,
        lists=lists,
        audit=container.audit,
        clock=clock,
    ).pages()
    yield from GroupPages(visits, container.groups, lists, cursors).pages()
    yield from SessionLists(visits, lists, container.sessions, clock, cursors).pages()
    yield from GrantLists(visits, lists, container.grants, clock, cursors).pages()
    yield from MailLists(visits, lists, container.mail_administration, cursors).pages()
