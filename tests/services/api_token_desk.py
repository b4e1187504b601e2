"""API tokens of users and services on a database in memory, and workers that judge them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.api_tokens import (
    API_TOKEN_PREFIX,
    API_TOKEN_PURPOSE,
    ApiToken,
    ApiTokenAccess,
    ApiTokenStatus,
    Presentation,
    SubjectType,
)
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.stored_secrets import DigestKind, StoredSecret
from authserver.services.api_token_verdicts import ApiTokenVerdicts
from authserver.services.introspection import Introspection, TokenProblem
from authserver.services.people_view import PeopleView
from authserver.services.provider_view import ProviderView
from authserver.services.usage import LastUses
from tests.services.house import House
from tests.services.world import ISSUER, SCOPES, CurrentRing, Worker

if TYPE_CHECKING:
    from authserver.domain.users import User
    from authserver.services.introspection import UnfitToken
    from tests.services.world import World

DAY: Final = 86_400.0


class TokenWorker:
    """What one process has of these."""

    def __init__(self, world: World) -> None:
        self.worker = Worker(world)
        self.view = self.worker.view
        self.uses = LastUses()
        self.people = PeopleView(world.database, self.view, ProviderView(world.database, self.view))
        self.verdicts = ApiTokenVerdicts(
            issuer=ISSUER,
            database=world.database,
            directory=self.worker.directory,
            people=self.people,
            digester=world.digester,
            secret_maker=world.secret_maker,
            scopes_of_kind=SCOPES,
            uses=self.uses,
        )
        self.introspection = Introspection(
            directory=self.worker.directory,
            tokens=CurrentRing(self.worker.keys),
            api_tokens=self.verdicts,
            people=self.people,
        )


class TokenDesk:
    """`ada` has a token for READ and WRITE at jira-main; ci-reader is a client there."""

    def __init__(self) -> None:
        self.house = House()
        self.world = self.house.world
        self.database = self.world.database
        self.clock = self.world.clock
        self.world.add_keys()
        self.world.add_resource()
        self.world.add_resource("wiki", kind="confluence-dc")
        self.world.add_resource("cloud", kind="jira-cloud")
        self.world.add_client()
        self.ada = self.house.ada
        self.worker = TokenWorker(self.world)

    def add(self, token_id: str = "t1", **changes: Any) -> str:
        """Store a token; its secret."""
        value = self.world.secret_maker.secret(API_TOKEN_PREFIX)
        token = replace(self.draft(token_id, value), **changes)
        self.write(token)
        return value

    def add_service(self, token_id: str = "s1", **changes: Any) -> str:
        """The same of the client ci-reader."""
        own = {
            "subject_type": SubjectType.SERVICE,
            "subject": "client:ci-reader",
            "client_id": "ci-reader",
        }
        return self.add(token_id, **(own | changes))

    def draft(self, token_id: str, value: str) -> ApiToken:
        """What `add` stores unless it is told otherwise."""
        digest = self.world.digester.digest(API_TOKEN_PURPOSE, value, "pepper-1")
        now = self.clock.now()
        return ApiToken(
            token_id=token_id,
            lineage_id=f"lineage-{token_id}",
            subject_type=SubjectType.USER,
            subject=self.ada.subject,
            owner=self.ada.subject,
            client_id="",
            name="export",
            purpose="BI export",
            team="data",
            ticket="OPS-1",
            scopes=frozenset({"READ", "WRITE"}),
            resources=frozenset({"jira-main"}),
            presentations=frozenset(Presentation),
            details=None,
            networks=None,
            status=ApiTokenStatus.ENABLED,
            secret=StoredSecret(
                f"secret-{token_id}", DigestKind.KEYED, digest, "pepper-1", "0001", now, None, None
            ),
            created_at=now,
            created_by="operator:root",
            created_from="192.0.2.1",
            expires_at=now + 90 * DAY,
        )

    def write(self, token: ApiToken) -> None:
        """Insert or replace, and tell every worker."""
        with self.database.writing() as stores:
            if stores.api_tokens.get(token.token_id) is None:
                stores.api_tokens.add(token)
            else:
                stores.api_tokens.save(token)
        self.tell(ChangeKind.API_TOKEN, token.token_id)

    def change(self, token_id: str = "t1", **changes: Any) -> None:
        """Change a stored token, and tell every worker."""
        with self.database.reading() as stores:
            token = stores.api_tokens.get(token_id)
        assert token is not None
        self.write(replace(token, **changes))

    def change_user(self, user: User | None = None, **changes: Any) -> None:
        """Change a user (ada), and tell every worker."""
        user = self.ada if user is None else user
        with self.database.writing() as stores:
            stores.users.save(replace(user, **changes))
        self.tell(ChangeKind.USER, user.subject)

    def tell(self, kind: ChangeKind, value: str) -> None:
        with self.database.writing() as stores:
            stores.authority.advance([Change(kind, value, self.clock.now() + DAY)])
        self.worker.view.poll()

    def secret(self, token_id: str) -> StoredSecret:
        """What is stored of a secret."""
        secret = self.database.state.api_tokens[token_id].secret
        assert secret is not None
        return secret

    def judge(
        self,
        value: str,
        site: str = "jira-main",
        *,
        presentation: Presentation | None = Presentation.BEARER,
        username: str | None = None,
        worker: TokenWorker | None = None,
    ) -> ApiTokenAccess | UnfitToken:
        return (worker or self.worker).verdicts.judge(
            value,
            self.world.resources.get(site),
            self.clock.now(),
            presentation=presentation,
            username=username,
        )

    def good(self, value: str, site: str = "jira-main", **asked: Any) -> ApiTokenAccess:
        verdict = self.judge(value, site, **asked)
        assert isinstance(verdict, ApiTokenAccess), verdict
        return verdict

    def counts(self, value: str, site: str = "jira-main", **asked: Any) -> bool:
        return isinstance(self.judge(value, site, **asked), ApiTokenAccess)

    def problem(self, value: str, site: str = "jira-main", **asked: Any) -> TokenProblem:
        verdict = self.judge(value, site, **asked)
        assert not isinstance(verdict, ApiTokenAccess), verdict
        assert isinstance(verdict.problem, TokenProblem)
        return verdict.problem
