"""Writing down what there is, in the form in which it can be applied: sorted, without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.clients import ClientAuthMethod
from authserver.domain.declarations import NAME_KEYS, DeclaredFile, DeclaredKind
from authserver.domain.hand_over import HandOverKind
from authserver.domain.providers import ProviderAuth
from authserver.domain.roles import to_read
from authserver.services.declaration_language import DECLARED
from authserver.services.declared_looks import NotedLooks
from authserver.services.declared_providers import HAS_DIRECTORY_SECRET
from authserver.services.one_transaction import OneTransaction
from authserver.services.toml_writing import written

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from authserver.domain.ports import Database
    from authserver.services.administration import Act
    from authserver.services.declared_looks import Looks
    from authserver.services.declared_objects import DeclaredObjects, Form

SECRETS: Final = "secrets"
"""The folder that references to secrets lead to."""
OF_PEOPLE: Final = "members"
_LATER: Final = frozenset({"hand_over", "client_accounts"})


@dataclass(frozen=True, slots=True)
class Export:
    """Files in order. `to_provide` are those with secrets that have to be there to apply them anew.

    What they hold cannot be shown: nobody can, of what is sealed or kept as a digest.
    """

    files: Sequence[DeclaredFile]
    to_provide: Sequence[str]


class DeclarationExport:
    """Use case of writing the configuration down."""

    def __init__(
        self,
        *,
        database: Database,
        objects: Callable[[OneTransaction, Looks], Mapping[DeclaredKind, DeclaredObjects]],
    ) -> None:
        """`objects` as for `Declarations`."""
        self._database = database
        self._objects = objects

    def export(
        self,
        act: Act,
        *,
        people: bool = False,
        kinds: Collection[DeclaredKind] = frozenset(DeclaredKind),
    ) -> Export:
        """Everything of these kinds that files can say, as it is at one moment.

        With `people` also who is in which group and who has which roles, by user name: such files
        can be applied only where these users are.

        Raises:
            Forbidden: the act may not look at one of the kinds.
        """
        files: list[DeclaredFile] = []
        to_provide: list[str] = []
        with self._database.reading() as stores:
            objects = self._objects(OneTransaction(stores, []), NotedLooks())
            for kind in DeclaredKind:
                if kind not in kinds or (kind is DeclaredKind.USER and not people):
                    continue
                act.need(to_read(objects[kind].area))
                found = _tables(objects[kind], to_provide, people=people)
                if kind is DeclaredKind.POLICY:
                    files += [
                        DeclaredFile(f"policies/{each['name']}.toml", each["text"], each["name"])
                        for each in found
                    ]
                elif found:
                    files.append(DeclaredFile(f"{_plural(kind)}.toml", written(kind, found)))
        return Export(files, to_provide)


def as_one(files: Sequence[DeclaredFile]) -> str:
    """The same in one text; policy documents stand in it word for word."""
    parts = [each.text for each in files if not each.policy]
    documents: list[Form] = [
        {"name": each.policy, "text": each.text} for each in files if each.policy
    ]
    if documents:
        parts.append(written(DeclaredKind.POLICY, documents))
    return "\n".join(parts)


def _tables(objects: DeclaredObjects, to_provide: list[str], *, people: bool) -> list[Form]:
    keys = _LATER | {OF_PEOPLE} if people else _LATER
    order = [key.name for key in DECLARED[objects.kind].keys]
    found = []
    for name in objects.names():
        form = objects.form(name, keys)
        if form is None:
            continue
        plain = objects.plain(form)
        name_key = NAME_KEYS.get(objects.kind, "name")
        if plain.get("name") == name:
            del plain["name"]
        table = {name_key: name, **plain, **_references(objects.kind, name, form, to_provide)}
        found.append({key: table[key] for key in order if key in table})
    return found


def _references(
    kind: DeclaredKind, name: str, form: Form, to_provide: list[str]
) -> Mapping[str, object]:
    """Where secrets are read from, and where those of what is made anew are written."""
    place = f"{SECRETS}/{kind}-{name}"
    match kind:
        case DeclaredKind.CLIENT if ClientAuthMethod(form["auth_method"]).uses_secret:
            return {"secret_file": place}
        case DeclaredKind.GATEWAY:
            return {"key_file": place}
        case DeclaredKind.PROVIDER:
            references = {}
            if ProviderAuth(form["auth"]).uses_secret:
                references["secret_file"] = place
            if form[HAS_DIRECTORY_SECRET]:
                references["directory_secret_file"] = f"{place}-directory"
            to_provide += references.values()
            return references
        case DeclaredKind.RESOURCE:
            references = {"introspection_secret_file": place}
            hand_over = form["hand_over"]
            if hand_over and hand_over["kind"] == HandOverKind.SERVICE_CREDENTIAL:
                credential = f"{place}-credential"
                to_provide.append(credential)
                return {**references, "hand_over": {**hand_over, "secret_file": credential}}
            return references
        case _:
            return {}


def _plural(kind: DeclaredKind) -> str:
    return "roles" if kind is DeclaredKind.USER else f"{kind}s"
