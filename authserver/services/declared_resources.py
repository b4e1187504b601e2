"""Protected resources in files of configuration, with their hand-over and accounts of clients."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.clients import SUBJECT_PREFIX
from authserver.domain.declarations import DeclaredKind
from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.hand_over import CREDENTIAL_PURPOSE, HandOverKind
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.roles import Area
from authserver.domain.site_urls import check_site_url
from authserver.services.declared_objects import ENABLED, STATUS, FreshValue, keep, without
from authserver.services.hand_over_rules import DEFAULT_HEADER
from authserver.services.hand_overs import CredentialType
from authserver.services.resources import ResourceDraft

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from authserver.domain.ports import Stores
    from authserver.domain.resources import ProtectedResource
    from authserver.services.administration import Act
    from authserver.services.declared_objects import Form, Offices, SecretReader

HAND_OVER: Final = "hand_over"
ACCOUNTS: Final = "client_accounts"
SECRET: Final = "secret_file"  # noqa: S105 - a key's name
PAGE: Final = 1000
_DEFAULTS: Final[Mapping[str, Any]] = {
    "context_path": "",
    "signing_algorithm": str(SigningAlgorithm.ES256),
    STATUS: ENABLED,
    ACCOUNTS: {},
}


class DeclaredResources:
    """Sites; the administration API is the server's own."""

    kind = DeclaredKind.RESOURCE
    area = Area.RESOURCES

    def __init__(self, offices: Offices, stores: Stores) -> None:
        """Take the services and the stores of the transaction."""
        self._offices = offices
        self._stores = stores

    def names(self) -> Sequence[str]:
        """By name."""
        return [each.name for each in self._offices.resources.list() if each.is_site]

    def form(self, name: str, keys: Collection[str]) -> Form | None:
        """The site as files say it."""
        resource = self._resource(name)
        if resource is None:
            return None
        form: Form = {
            "kind": str(resource.kind),
            "url": resource.url,
            "context_path": resource.context_path,
            "identifier": resource.identifier,
            "signing_algorithm": str(resource.signing_algorithm),
            STATUS: str(resource.status),
        }
        if HAND_OVER in keys:
            form[HAND_OVER] = self._hand_over(name)
        if ACCOUNTS in keys:
            form[ACCOUNTS] = self._accounts(name)
        return form

    def plain(self, form: Form) -> Form:
        """Without what is the default."""
        plain = without(form, _DEFAULTS)
        if plain.get("identifier") == form["url"] + form["context_path"]:
            del plain["identifier"]
        return plain

    def needs(self, values: Mapping[str, Any]) -> Collection[tuple[DeclaredKind, str]]:  # noqa: ARG002 - the port's
        """Nothing."""
        return ()

    def put(
        self, values: Mapping[str, Any], before: Form | None, act: Act, secrets: SecretReader
    ) -> Sequence[FreshValue]:
        """Register it, or change everything that is not as stated."""
        name = values["name"]
        stated = {**_DEFAULTS, **values}
        fresh: Sequence[FreshValue] = ()
        resources = self._offices.resources
        if before is None:
            draft = ResourceDraft(
                name=name,
                kind=stated["kind"],
                url=stated["url"],
                context_path=stated["context_path"],
                identifier=stated.get("identifier", ""),
                signing_algorithm=stated["signing_algorithm"],
            )
            made = resources.create(draft, act)
            fresh = (FreshValue("introspection_secret_file", made.introspection_secret.value),)
        else:
            keep("kind", before["kind"], stated["kind"])
            identifier = stated.get("identifier") or before["identifier"]
            keep("identifier", before["identifier"], check_site_url("identifier", identifier))
            resources.update(
                name,
                act,
                url=stated["url"],
                context_path=stated["context_path"],
                signing_algorithm=stated["signing_algorithm"],
            )
        if stated[STATUS] != (ENABLED if before is None else before[STATUS]):
            (resources.enable if stated[STATUS] == ENABLED else resources.disable)(name, act)
        if HAND_OVER in values:
            self._put_hand_over(name, values[HAND_OVER], act, secrets)
        if ACCOUNTS in values:
            self._put_accounts(name, values[ACCOUNTS], act)
        return fresh

    def made_at(self, name: str) -> float:
        """When it was registered."""
        resource = self._resource(name)
        return 0.0 if resource is None else resource.created_at

    def remove(self, name: str, act: Act) -> None:
        """End it for ever."""
        self._offices.resources.delete(name, act)

    def _resource(self, name: str) -> ProtectedResource | None:
        try:
            return self._offices.resources.get(name)
        except NotFound:
            return None

    def _hand_over(self, name: str) -> Form | None:
        found = self._stores.hand_overs.get(name)
        if found is None:
            return None
        form: Form = {"kind": str(found.kind)}
        if found.kind is HandOverKind.IDENTITY_HEADER:
            form["header"] = found.header
        if found.kind is HandOverKind.SERVICE_CREDENTIAL:
            opened = self._offices.sealer.open(
                found.sealed, purpose=CREDENTIAL_PURPOSE, context=name
            )
            scheme, _, value = opened.decode().partition(" ")
            form |= {"account": found.account, "type": scheme.lower()}
            if scheme.lower() == CredentialType.BASIC:
                form["user"] = b64decode(value).decode().partition(":")[0]
        return form

    def _put_hand_over(
        self, name: str, stated: Mapping[str, Any], act: Act, secrets: SecretReader
    ) -> None:
        wanted = {key: value for key, value in stated.items() if key != SECRET}
        by_credential = wanted["kind"] == HandOverKind.SERVICE_CREDENTIAL
        if by_credential:
            wanted.setdefault("type", str(CredentialType.BEARER))
        elif wanted["kind"] == HandOverKind.IDENTITY_HEADER:
            wanted.setdefault("header", DEFAULT_HEADER)
        if wanted == self._hand_over(name):
            return
        try:
            if by_credential:
                self._put_credential(name, stated, wanted, act, secrets)
                return
            _refuse_credentials(stated)
            self._offices.hand_overs.set_plain(
                name, act, kind=wanted["kind"], header=wanted.get("header", "")
            )
        except InvalidField as refusal:
            field = SECRET if refusal.field == "secret" else refusal.field
            raise InvalidField(f"{HAND_OVER}.{field}", refusal.allowed) from None

    def _put_credential(
        self, name: str, stated: Mapping[str, Any], wanted: Form, act: Act, secrets: SecretReader
    ) -> None:
        if "header" in wanted:
            raise InvalidField("header", f"for {HandOverKind.IDENTITY_HEADER} only")
        if SECRET not in stated:
            raise InvalidField(SECRET, "stated, for the credential is new or another one")
        self._offices.hand_overs.set_credential(
            name,
            act,
            credential_type=wanted["type"],
            secret=secrets.read(SECRET, stated[SECRET]),
            account=wanted.get("account", ""),
            user=wanted.get("user", ""),
        )

    def _accounts(self, name: str) -> dict[str, str]:
        """Of clients alone: users come and go by themselves, and `account import` maps them."""
        found: dict[str, str] = {}
        after = SUBJECT_PREFIX
        while page := self._stores.accounts.list(name, after=after, limit=PAGE):
            for each in page:
                if not each.subject.startswith(SUBJECT_PREFIX):
                    return found
                found[each.subject.removeprefix(SUBJECT_PREFIX)] = each.account
            after = page[-1].subject
        return found

    def _put_accounts(self, name: str, wanted: Mapping[str, str], act: Act) -> None:
        if "" in wanted:
            raise InvalidField(ACCOUNTS, "ids of clients")
        before = self._accounts(name)
        accounts = self._offices.subject_accounts
        try:
            for client_id in sorted(before.keys() - wanted.keys()):
                accounts.unmap(name, SUBJECT_PREFIX + client_id, act)
            for client_id, account in sorted(wanted.items()):
                accounts.map(name, SUBJECT_PREFIX + client_id, account, act)
        except InvalidField as refusal:
            raise InvalidField(ACCOUNTS, refusal.allowed) from None


def _refuse_credentials(stated: Mapping[str, Any]) -> None:
    for key in ("account", "type", "user", SECRET):
        if key in stated:
            raise InvalidField(key, f"for {HandOverKind.SERVICE_CREDENTIAL} only")
