"""Where API tokens are made: a user, a service, a site, and whoever looks after their tokens."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from authserver.catalogue.loader import load_catalogue
from authserver.domain.api_tokens import SubjectType
from authserver.domain.audit import Actor, ActorKind
from authserver.domain.policy_documents import DEFAULT_DOCUMENT, PolicyVersion
from authserver.services.administration import Act, Administration
from authserver.services.api_token_administration import ApiTokens
from authserver.services.api_token_bulk import ApiTokenBulk
from authserver.services.api_token_disuse import ApiTokenDisuse
from authserver.services.api_token_drafts import ApiTokenDraft, Delivery, Maker
from authserver.services.api_token_limits import ApiTokenLimits
from authserver.services.api_token_power import ApiTokenPower
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.groups import Groups
from authserver.services.leak_lookup import LeakLookup
from authserver.services.leak_reports import LeakReports
from authserver.services.leak_throttling import LeakThrottle
from authserver.services.mail_outbox import MailOutbox
from authserver.services.throttling import ThrottleLimits
from authserver.services.token_notices import TokenNotices
from authserver.services.token_pick_ups import TokenPickUps
from authserver.services.user_credentials import UserCredentials
from authserver.services.user_rules import PersonalUpdate
from authserver.services.users import UserDraft, UserUpdate
from tests.services.world import ADMIN, ISSUER, SCOPES, CurrentRing

if TYPE_CHECKING:
    from authserver.catalogue.loader import Catalogue
    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Stores
    from authserver.domain.users import User
    from authserver.services.api_token_drafts import MadeApiToken
    from tests.services.world import World

OPERATOR: Final = Maker()
DAY: Final = 86_400.0


@cache
def catalogue() -> Catalogue:
    return load_catalogue()


class TokenOffice:
    """API tokens of a world; `ada` is a user with an address, `ci-reader` a service.

    Unless it is `furnished` somebody else has made the site.
    """

    def __init__(self, world: World, *, mail: bool = True, furnished: bool = True) -> None:
        self.world = world
        self.outbox = MailOutbox(
            clock=world.clock,
            secret_maker=world.secret_maker,
            sealer=world.sealer,
            is_on=mail,
        )
        self.pick_ups = TokenPickUps(
            administration=world.administration,
            outbox=self.outbox,
            digester=world.digester,
            secret_maker=world.secret_maker,
            fresh_secrets=world.fresh_secrets,
            issuer=ISSUER,
        )
        self.notices = TokenNotices(database=world.database, clock=world.clock, outbox=self.outbox)
        self.tokens = ApiTokens(
            administration=world.administration,
            limits=ApiTokenLimits(
                scopes_of_kind=SCOPES,
                suggest=lambda name, known: [e for e in sorted(known) if e[:3] == name[:3]],
                operations=lambda: catalogue().operations,
            ),
            fresh_secrets=world.fresh_secrets,
            secret_maker=world.secret_maker,
            pick_ups=self.pick_ups,
        )
        self.power = ApiTokenPower(world.administration)
        self.bulk = ApiTokenBulk(
            administration=world.administration, secret_maker=world.secret_maker
        )
        self.disuse = ApiTokenDisuse(administration=world.administration, notices=self.notices)
        self.credentials = UserCredentials(world.administration)
        self.places_of_strangers = CommitBarrier(world.clock)
        self.leaks = LeakReports(
            administration=world.administration,
            strangers=Administration(
                database=world.database, clock=world.clock, barrier=self.places_of_strangers
            ),
            lookup=LeakLookup(
                digester=world.digester,
                secret_maker=world.secret_maker,
                tokens=CurrentRing(world.worker.keys),
                poll=world.worker.view.poll,
            ),
            throttle=LeakThrottle(ThrottleLimits()),
            grants=world.grants,
        )
        if furnished:
            world.add_resource()
            self.furnish()

    def furnish(self) -> None:
        """The service and the user."""
        self.world.add_client()
        self.ada = self.add_user("ada")

    def add_user(self, username: str, *, groups: tuple[str, ...] = ()) -> User:
        personal = PersonalUpdate(email=f"{username}@example.com")
        draft = UserDraft(username, groups=groups, personal=personal)
        return self.world.users.create(draft, ADMIN).known.user

    def join(self, group: str, username: str) -> None:
        with self.world.database.reading() as stores:
            missing = stores.groups.get(group) is None
        if missing:
            Groups(administration=self.world.administration).create(group, "", ADMIN)
        self.world.users.update(username, UserUpdate(add_groups=[group]), ADMIN)

    def apply(self, text: str, name: str = DEFAULT_DOCUMENT) -> None:
        """Put a document in force as it is."""
        with self.world.database.writing() as stores:
            current = stores.policies.current(name)
            number = 1 if current is None else current.number + 1
            now = self.world.clock.now()
            stores.policies.add(PolicyVersion(name, number, text, now, "test", ""))

    def draft(self, **stated: Any) -> ApiTokenDraft:
        """A token that may READ at jira-main for ada unless told otherwise."""
        draft = ApiTokenDraft(
            user="ada", purpose="BI export", scopes=["READ"], resources=["jira-main"]
        )
        return replace(draft, **stated)

    def own(self, **stated: Any) -> MadeApiToken:
        """A token that ada makes for herself."""
        return self.tokens.create(self.draft(**stated), self.act, Maker(self.ada.subject))

    def for_ada(self, delivery: Delivery = Delivery.MAIL, **stated: Any) -> MadeApiToken:
        """A token that an operator makes for ada."""
        return self.tokens.create(self.draft(**stated), ADMIN, OPERATOR, delivery=delivery)

    def service(self, **stated: Any) -> MadeApiToken:
        """A token of the service ci-reader that belongs to ada."""
        draft = self.draft(
            **{"subject_type": SubjectType.SERVICE, "client_id": "ci-reader", **stated}
        )
        return self.tokens.create(draft, ADMIN, OPERATOR)

    @property
    def act(self) -> Act:
        """What ada does herself."""
        return Act(Actor(ActorKind.USER, self.ada.subject), "r-ada", "192.0.2.7")

    def kept(self, token: ApiToken) -> ApiToken:
        """The token as it is stored now."""
        return self.tokens.get(token.token_id)

    def change(self, token: ApiToken, **changes: Any) -> ApiToken:
        """Store a token otherwise, its last use too."""
        changed = replace(self.kept(token), **changes)
        with self.world.database.writing() as stores:
            stores.api_tokens.save(changed)
            if changed.last_use is not None:
                stores.api_tokens.note_use({token.token_id: changed.last_use})
        return changed

    def stores(self) -> Stores:
        """What the database holds; for a look only."""
        with self.world.database.reading() as stores:
            return stores
