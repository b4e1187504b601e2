"""Gateways in files of configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.declarations import DeclaredKind
from authserver.domain.errors import NotFound
from authserver.domain.gateways import SessionCookies
from authserver.domain.roles import Area
from authserver.services.declared_objects import FreshValue, keep, without

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from authserver.domain.gateways import Gateway
    from authserver.services.administration import Act
    from authserver.services.declared_objects import Form, Offices, SecretReader

COOKIES: Final = "session_cookies"
_DEFAULTS: Final[Mapping[str, Any]] = {COOKIES: str(SessionCookies.BLOCK)}


class DeclaredGateways:
    """Gateways whose site is there."""

    kind = DeclaredKind.GATEWAY
    area = Area.RESOURCES

    def __init__(self, offices: Offices) -> None:
        """Take the services of the transaction."""
        self._offices = offices

    def names(self) -> Sequence[str]:
        """By name."""
        sites = {each.name for each in self._offices.resources.list()}
        return [each.name for each in self._offices.gateways.list() if each.resource in sites]

    def form(self, name: str, keys: Collection[str]) -> Form | None:  # noqa: ARG002 - all is looked after here
        """The gateway as files say it."""
        gateway = self._gateway(name)
        if gateway is None:
            return None
        return {"resource": gateway.resource, COOKIES: str(gateway.session_cookies)}

    def plain(self, form: Form) -> Form:
        """Without what is the default."""
        return without(form, _DEFAULTS)

    def needs(self, values: Mapping[str, Any]) -> Collection[tuple[DeclaredKind, str]]:
        """Its site."""
        return [(DeclaredKind.RESOURCE, values["resource"])]

    def put(
        self,
        values: Mapping[str, Any],
        before: Form | None,
        act: Act,
        secrets: SecretReader,  # noqa: ARG002 - a gateway's key is made here
    ) -> Sequence[FreshValue]:
        """Register it, or let it be as stated."""
        name, cookies = values["name"], values.get(COOKIES, _DEFAULTS[COOKIES])
        if before is None:
            made = self._offices.gateways.add(
                name, values["resource"], act, session_cookies=cookies
            )
            return (FreshValue("key_file", made.key.value),)
        keep("resource", before["resource"], values["resource"])
        self._offices.gateways.update(name, act, session_cookies=cookies)
        return ()

    def made_at(self, name: str) -> float:
        """When it was registered."""
        gateway = self._gateway(name)
        return 0.0 if gateway is None else gateway.created_at

    def remove(self, name: str, act: Act) -> None:
        """Forget it and its keys."""
        self._offices.gateways.remove(name, act)

    def _gateway(self, name: str) -> Gateway | None:
        try:
            return self._offices.gateways.get(name)
        except NotFound:
            return None
