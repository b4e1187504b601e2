"""A site with a Connect app and an integration, on a world in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.crypto.connect_tokens import ClaimedConnectJwt, ConnectTokenReader, RsaKeySets
from authserver.domain.connect_keys import ConnectAccess, UnfitConnect
from authserver.services.connect_key_rules import ConnectDraft, ConnectKeyRules, SigningMaterial
from authserver.services.connect_keys import ConnectKeys
from authserver.services.connect_verdicts import ConnectVerdicts
from authserver.services.connect_view import ConnectView
from tests.connect.signing import APP, SECRET, TARGET, by_secret, claims
from tests.services.world import ADMIN, ISSUER, SCOPES, Worker, World

if TYPE_CHECKING:
    from authserver.domain.connect_keys import ConnectKey
    from authserver.services.connect_verdicts import Judged

CLIENT: Final = "ci-reader"


def connect_keys(world: World) -> ConnectKeys:
    """What looks after the keys of a world."""
    return ConnectKeys(
        administration=world.administration,
        rules=ConnectKeyRules(
            scopes_of_kind=SCOPES,
            suggest=lambda name, known: [each for each in sorted(known) if each[:4] == name[:4]],
        ),
        key_sets=RsaKeySets(),
        sealer=world.sealer,
    )


def connect_verdicts(world: World, worker: Worker) -> ConnectVerdicts[ClaimedConnectJwt]:
    """What one worker thinks of Connect JWTs."""
    return ConnectVerdicts(
        issuer=ISSUER,
        directory=worker.directory,
        keys=ConnectView(world.database, worker.view, world.sealer),
        reader=ConnectTokenReader(),
        database=world.database,
    )


class ConnectSite:
    """The site jira-main, the client ci-reader with READ and WRITE, and the app's key for it."""

    def __init__(self, world: World, **draft: Any) -> None:
        self.world = world
        world.add_resource()
        world.add_client()
        self.keys = connect_keys(world)
        self.add(**draft)
        self.verdicts = connect_verdicts(world, world.worker)

    def add(self, **stated: Any) -> ConnectKey:
        values: dict[str, Any] = {
            "resource": "jira-main",
            "issuer": APP,
            "client_id": CLIENT,
            "material": SigningMaterial(secret=SECRET),
            "scopes": ("READ",),
        }
        return self.keys.add(ConnectDraft(**(values | stated)), ADMIN)

    def jwt(self, method: str = "GET", target: str = TARGET, **changes: Any) -> str:
        """What the app would send now with a call."""
        return by_secret(claims(method, target, at=self.world.clock.now(), **changes))

    def judge(
        self,
        jwt: str,
        method: str = "GET",
        target: str = TARGET,
        *,
        resource: str = "jira-main",
        from_query: bool = False,
        by: ConnectVerdicts[ClaimedConnectJwt] | None = None,
    ) -> Judged | None:
        site = self.world.database.state.resources[resource]
        return (by or self.verdicts).judge(
            jwt, site, method, target, self.world.clock.now(), from_query=from_query
        )

    def good(self, jwt: str, *call: str, **stated: Any) -> ConnectAccess:
        judged = self.judge(jwt, *call, **stated)
        assert isinstance(judged, ConnectAccess), judged
        return judged

    def unfit(self, jwt: str, *call: str, **stated: Any) -> UnfitConnect:
        judged = self.judge(jwt, *call, **stated)
        assert isinstance(judged, UnfitConnect), judged
        return judged
