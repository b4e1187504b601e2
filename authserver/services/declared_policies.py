"""Policy documents in files of configuration."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.declarations import DeclaredKind
from authserver.domain.policy_documents import DEFAULT_DOCUMENT
from authserver.domain.roles import Area

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from authserver.domain.ports import Stores
    from authserver.services.administration import Act
    from authserver.services.declared_objects import Form, FreshValue, Offices, SecretReader

TEXT: Final = "text"


class DeclaredPolicies:
    """Documents; one that asks nothing is as good as none."""

    kind = DeclaredKind.POLICY
    area = Area.POLICIES

    def __init__(self, offices: Offices, stores: Stores) -> None:
        """Take the services and the stores of the transaction."""
        self._offices = offices
        self._stores = stores

    def names(self) -> Sequence[str]:
        """Those with a text whose site is there, the default first."""
        states = self._offices.policies.list()
        return [each.name for each in states if each.current is not None and each.current.text]

    def form(self, name: str, keys: Collection[str]) -> Form | None:  # noqa: ARG002 - the port's
        """The text that counts."""
        current = self._stores.policies.current(name)
        return None if current is None or not current.text else {TEXT: current.text}

    def plain(self, form: Form) -> Form:
        """All of it."""
        return form

    def needs(self, values: Mapping[str, Any]) -> Collection[tuple[DeclaredKind, str]]:
        """The site that it is for; what the text names is looked up when it is read."""
        name = values["name"]
        return () if name == DEFAULT_DOCUMENT else [(DeclaredKind.RESOURCE, name)]

    def put(
        self,
        values: Mapping[str, Any],
        before: Form | None,
        act: Act,
        secrets: SecretReader,  # noqa: ARG002 - a document has none
    ) -> Sequence[FreshValue]:
        """Let the text count."""
        if before is not None or values[TEXT]:
            self._offices.policies.apply(values["name"], values[TEXT], act)
        return ()

    def made_at(self, name: str) -> float:
        """When it was empty last: what somebody wrote after that is another document."""
        asking = takewhile(lambda each: each.text, self._stores.policies.versions(name))
        return min((each.applied_at for each in asking), default=0.0)

    def remove(self, name: str, act: Act) -> None:
        """Let it ask nothing any more: versions stay for ever."""
        self._offices.policies.apply(name, "", act)
