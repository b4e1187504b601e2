"""Members of every long list, and what people look for in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from authserver.domain.clients import ClientAuthMethod, ClientStatus
from authserver.domain.grants import GrantEnd, GrantOrigin
from authserver.domain.groups import Group
from authserver.domain.mail import MailKind, MailStatus
from authserver.domain.providers import ProviderStatus
from authserver.domain.roles import Role
from authserver.domain.searches import (
    ApiTokenSort,
    ClientSearch,
    ClientSort,
    GrantSearch,
    GrantSort,
    IdentitySearch,
    IdentitySort,
    MailSearch,
    MailSort,
    SecretSearch,
    SessionSearch,
    SessionSort,
    UserSearch,
    UserSort,
)
from authserver.domain.users import PersonalData, UserStatus
from tests.storage.api_token_examples import api_token
from tests.storage.examples import NOW, client, secret, user
from tests.storage.mail_examples import mail
from tests.storage.people_examples import digest, grant, session
from tests.storage.provider_examples import identity, provider

if TYPE_CHECKING:
    from enum import StrEnum

    from authserver.domain.ports import Stores

DAY: Final = 86_400.0
NAMES: Final = {
    "clients": "client_id",
    "users": "username",
    "sessions": "session_id",
    "grants": "grant_id",
    "api_tokens": "token_id",
    "identities": "subject_key",
    "mails": "mail_id",
}
"""How members are told apart."""
SORTS: Final[dict[str, type[StrEnum]]] = {
    "clients": ClientSort,
    "users": UserSort,
    "sessions": SessionSort,
    "grants": GrantSort,
    "api_tokens": ApiTokenSort,
    "identities": IdentitySort,
    "mails": MailSort,
}
EVERYTHING: Final[dict[str, Any]] = {
    "clients": ClientSearch(),
    "users": UserSearch(),
    "sessions": SessionSearch(),
    "grants": GrantSearch(),
    "api_tokens": ApiTokenFilter(),
    "identities": IdentitySearch(),
    "mails": MailSearch(),
}
LIVE: Final = SecretSearch(NOW)
HOSTILE: Final = "a\x00b\ud800"

WANTED: Final[list[tuple[str, Any, list[str]]]] = [
    ("clients", ClientSearch(), ["c1", "c2", "c3"]),
    ("clients", ClientSearch(text="NIGHT"), ["c1"]),
    ("clients", ClientSearch(text="reader night"), ["c1"]),
    ("clients", ClientSearch(text="reader day"), []),
    ("clients", ClientSearch(text="ightly"), []),
    ("clients", ClientSearch(text="c"), ["c1", "c2", "c3"]),
    ("clients", ClientSearch(text="ops@"), ["c2"]),
    ("clients", ClientSearch(text="%"), ["c1", "c2", "c3"]),
    ("clients", ClientSearch(text="☃ straße"), ["c3"]),
    ("clients", ClientSearch(text="STRASSE"), ["c3"]),
    ("clients", ClientSearch(status=ClientStatus.DISABLED), ["c2"]),
    ("clients", ClientSearch(status=ClientStatus.DELETED), ["c4"]),
    ("clients", ClientSearch(auth_method=ClientAuthMethod.NONE), ["c3"]),
    ("clients", ClientSearch(grant_type="authorization_code"), ["c3"]),
    ("clients", ClientSearch(scope="write:jira-work"), ["c1", "c3"]),
    ("clients", ClientSearch(resource="wiki"), ["c2"]),
    ("clients", ClientSearch(scope=HOSTILE), []),
    ("clients", ClientSearch(text=HOSTILE), []),
    ("clients", ClientSearch(secret=LIVE), ["c1", "c2"]),
    ("clients", ClientSearch(secret=SecretSearch(NOW + 6 * DAY)), ["c1"]),
    ("clients", ClientSearch(secret=SecretSearch(NOW, expires_before=NOW + 6 * DAY)), ["c2"]),
    ("clients", ClientSearch(secret=SecretSearch(NOW, unused_since=NOW - 2 * DAY)), ["c2"]),
    ("clients", ClientSearch(text="c", secret=LIVE, scope="write:jira-work"), ["c1"]),
    ("users", UserSearch(), ["ada", "bob", "cyd"]),
    ("users", UserSearch(text="lovel"), ["ada"]),
    ("users", UserSearch(text="example.org"), ["ada", "bob"]),
    ("users", UserSearch(text="example.org bo"), ["bob"]),
    ("users", UserSearch(status=UserStatus.DISABLED), ["bob"]),
    ("users", UserSearch(status=UserStatus.DELETED), ["dan"]),
    ("users", UserSearch(role=Role.OWNER), ["ada", "bob"]),
    ("users", UserSearch(role=Role.HELP_DESK), ["bob", "cyd"]),
    ("users", UserSearch(role=Role.AUDITOR), []),
    ("users", UserSearch(group="staff"), ["ada", "cyd"]),
    ("users", UserSearch(group="nobody"), []),
    ("users", UserSearch(group=HOSTILE), []),
    ("sessions", SessionSearch(), ["s1", "s2", "s3", "s4"]),
    ("sessions", SessionSearch(live_at=NOW), ["s1", "s2"]),
    ("sessions", SessionSearch(subject="user:bob"), ["s2"]),
    ("sessions", SessionSearch(subject=HOSTILE), []),
    ("grants", GrantSearch(), ["g1", "g2", "g3"]),
    ("grants", GrantSearch(client_id="web-app"), ["g1", "g3"]),
    ("grants", GrantSearch(subject="user:bob"), ["g2"]),
    ("grants", GrantSearch(resource="wiki"), ["g2"]),
    ("grants", GrantSearch(session_id="s9"), ["g3"]),
    ("grants", GrantSearch(session_id=HOSTILE), []),
    ("grants", GrantSearch(origin=GrantOrigin.CODE), ["g2"]),
    ("grants", GrantSearch(live_at=NOW), ["g1", "g2"]),
    ("grants", GrantSearch(live_at=NOW, expires_before=NOW + 2 * DAY), ["g2"]),
    ("grants", GrantSearch(unused_since=NOW - 2 * DAY), ["g1"]),
    ("api_tokens", ApiTokenFilter(), ["t1", "t2", "t3"]),
    ("api_tokens", ApiTokenFilter(text="nightly expo"), ["t1"]),
    ("api_tokens", ApiTokenFilter(text="ops"), ["t1", "t2"]),
    ("api_tokens", ApiTokenFilter(text="ops", owner="user:bob"), ["t2"]),
    ("api_tokens", ApiTokenFilter(live_at=NOW), ["t1", "t2"]),
    ("api_tokens", ApiTokenFilter(live_at=NOW, expires_before=NOW + 2 * DAY), ["t2"]),
    ("api_tokens", ApiTokenFilter(live_at=NOW, unused_since=NOW - 2 * DAY), ["t2"]),
    ("api_tokens", ApiTokenFilter(status=ApiTokenStatus.REVOKED), ["t3"]),
    ("identities", IdentitySearch(), ["k1", "k2", "k3", "k4"]),
    ("identities", IdentitySearch(provider="entra"), ["k3"]),
    ("identities", IdentitySearch(subject="user:bob"), ["k2"]),
    ("identities", IdentitySearch(subject=HOSTILE), []),
    ("identities", IdentitySearch(is_asleep=True), ["k1"]),
    ("identities", IdentitySearch(is_asleep=False), ["k2", "k3", "k4"]),
    ("identities", IdentitySearch(checked_before=NOW - DAY), ["k2"]),
    ("mails", MailSearch(), ["m1", "m2", "m3"]),
    ("mails", MailSearch(status=MailStatus.WAITING), ["m1", "m2"]),
    ("mails", MailSearch(kind=MailKind.TOKEN_READY), ["m3"]),
    ("mails", MailSearch(to="bob@example.org"), ["m2"]),
    ("mails", MailSearch(to=HOSTILE), []),
    ("mails", MailSearch(due_by=NOW), ["m1", "m3"]),
]


def fill(stores: Stores) -> None:
    """Let there be members of every list."""
    add_clients(stores)
    add_users(stores)
    live: dict[str, Any] = {
        "last_seen_at": NOW,
        "idle_seconds": 900,
        "expires_at": NOW + DAY,
        "ended_at": None,
    }
    sessions: dict[str, dict[str, Any]] = {
        "s1": {"subject": "user:ada"},
        "s2": {"subject": "user:bob", "created_at": NOW - 5},
        "s3": {"ended_at": NOW - 1, "expires_at": NOW + 2 * DAY},
        "s4": {"last_seen_at": NOW - 901},
    }
    for name, changes in sessions.items():
        stores.sessions.add(session(name, digest=digest(name), **(live | changes)))
    grants: dict[str, dict[str, Any]] = {
        "g1": {"created_at": NOW - 9 * DAY, "expires_at": NOW + 9 * DAY, "last_used_at": None},
        "g2": {
            "client_id": "other",
            "subject": "user:bob",
            "resource": "wiki",
            "origin": GrantOrigin.CODE,
        },
        "g3": {"session_id": "s9", "ended_at": NOW - 1, "end": GrantEnd.LOGOUT},
    }
    for name, changes in grants.items():
        stores.grants.add(grant(name, **changes))
    tokens: dict[str, dict[str, Any]] = {
        "t1": {},
        "t2": {
            "name": "plain",
            "purpose": "",
            "owner": "user:bob",
            "last_use": None,
            "created_at": NOW - 9 * DAY,
            "expires_at": NOW + DAY,
        },
        "t3": {"status": ApiTokenStatus.REVOKED, "team": "", "ticket": "", "name": "old"},
    }
    for name, changes in tokens.items():
        stores.api_tokens.add(api_token(name, **changes))
    mails: dict[str, dict[str, Any]] = {
        "m1": {},
        "m2": {"to": "bob@example.org", "next_try_at": NOW + 5},
        "m3": {"status": MailStatus.SENT, "kind": MailKind.TOKEN_READY, "created_at": NOW - 5},
    }
    for name, changes in mails.items():
        stores.mails.add(mail(name, **changes))


def add_clients(stores: Stores) -> None:
    stores.clients.add(
        client("c1", name='Nightly "reader"', secrets=(secret("x1", last_used_at=NOW - DAY),))
    )
    stores.clients.add(
        client(
            "c2",
            name="Other",
            contact="ops@example.org",
            status=ClientStatus.DISABLED,
            scopes=frozenset({"read:jira-work"}),
            resources=frozenset({"wiki"}),
            secrets=(
                secret("x2", created_at=NOW - 9 * DAY, expires_at=NOW + 5 * DAY),
                secret("x3", expires_at=NOW - 1),
            ),
            created_at=NOW - 5,
        )
    )
    stores.clients.add(
        client(
            "c3",
            name="☃ Straße",
            auth_method=ClientAuthMethod.NONE,
            grant_types=frozenset({"authorization_code"}),
        )
    )
    stores.clients.add(client("c4", name="gone", status=ClientStatus.DELETED))


def add_users(stores: Stores) -> None:
    ada = PersonalData("Ada Lovelace", "Ada", "Lovelace", "ada@example.org")
    stores.users.add(user("ada", is_administrator=True, data=ada))
    bob = PersonalData(email="BOB@example.org")
    disabled = {"status": UserStatus.DISABLED, "roles": frozenset({Role.HELP_DESK})}
    stores.users.add(user("bob", data=bob, created_at=NOW - 5, **disabled))
    stores.users.add(user("cyd", created_at=NOW + 5))
    stores.users.add(user("dan", status=UserStatus.DELETED, is_administrator=False))
    for name, status in (("okta", ProviderStatus.ENABLED), ("entra", ProviderStatus.DISABLED)):
        stores.providers.add(provider(name, status=status))
    stores.groups.add(Group("staff", "", frozenset({"user:ada"}), NOW))
    linked = {"asleep_since": None, "is_administrator": False, "last_checked_at": NOW}
    for changes in (
        # Asleep: it gives nothing.
        {
            "provider": "okta",
            "subject_key": "k1",
            "subject": "user:cyd",
            "is_administrator": True,
            "asleep_since": NOW,
        },
        {
            "provider": "okta",
            "subject_key": "k2",
            "subject": "user:bob",
            "is_administrator": True,
            "last_checked_at": NOW - 2 * DAY,
            "created_at": NOW - 9,
        },
        # At a provider that is stopped.
        {
            "provider": "entra",
            "subject_key": "k3",
            "subject": "user:ada",
            "roles": frozenset({Role.AUDITOR}),
        },
        {
            "provider": "okta",
            "subject_key": "k4",
            "subject": "user:cyd",
            "roles": frozenset({Role.HELP_DESK}),
            "created_at": NOW + 5,
            "last_checked_at": NOW + 5,
        },
    ):
        stores.identities.add(identity(**(linked | changes)))
    stores.identities.set_groups("okta", "user:cyd", frozenset({"staff"}))
