"""`/gateways`: reverse proxies in front of a site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.errors import InvalidField
from authserver.gateway.nginx_files import NginxOptions
from authserver.gateway.site_configuration import Mode
from authserver.services.gateways import described
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.gateways import (
    GatewayKeyPage,
    GatewayKeyRotation,
    GatewayPage,
    GatewayPatch,
    GatewayQuery,
    GatewayShown,
    MadeGateway,
    MadeGatewayKey,
    NewGateway,
    gateway_key_shown,
    gateway_shown,
)
from authserver.web.admin_api.models.members import moment
from authserver.web.admin_api.models.nginx import NginxQuery, NginxShown
from authserver.web.admin_api.pages import fits, page_of, sorted_page
from authserver.web.admin_api.resources import OVERLAP, READ, WRITE

if TYPE_CHECKING:
    from authserver.domain.gateways import Gateway
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

ONE: Final = "/gateways/{gateway}"
NO_HAND_OVER: Final = (
    "the site has no hand-over yet, so every call will be refused: set one and render this again"
)


def list_gateways(asked: Asked[NothingSaid, GatewayQuery]) -> Answered:
    """One page of them."""
    query = asked.query
    found = [
        each
        for each in asked.services.gateways.list()
        if fits(query.q, each.name, each.resource) and query.resource in {None, each.resource}
    ]
    fetch = sorted_page(found, lambda each: (each.name,), descending=query.sort.startswith("-"))
    items, following = page_of(asked, fetch)
    shown = [gateway_shown(described(each)) for each in items]
    return Answered(GatewayPage(items=shown, next_cursor=following))


def create_gateway(asked: Asked[NewGateway, NoQuery]) -> Answered:
    """Register one."""
    said = asked.said
    made = asked.services.gateways.add(
        said.name, said.resource, asked.act, session_cookies=said.session_cookies
    )
    shown = MadeGateway(gateway=gateway_shown(described(made.gateway)), gateway_key=made.key.value)
    return Answered(shown, f"/gateways/{said.name}")


def show_gateway(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """One of them."""
    return _answered(asked.services.gateways.get(asked.path["gateway"]))


def change_gateway(asked: Asked[GatewayPatch, NoQuery]) -> Answered:
    """Change what one lets pass."""
    changed = asked.services.gateways.update(
        asked.path["gateway"], asked.act, session_cookies=asked.said.session_cookies
    )
    return _answered(changed)


def remove_gateway(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Forget one."""
    asked.services.gateways.remove(asked.path["gateway"], asked.act)
    return Answered()


def list_gateway_keys(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """The keys of a gateway."""
    found: Any = described(asked.services.gateways.get(asked.path["gateway"]))["keys"]
    return Answered(GatewayKeyPage(items=[gateway_key_shown(each) for each in found]))


def rotate_gateway_key(asked: Asked[GatewayKeyRotation, NoQuery]) -> Answered:
    """Give a gateway a new key."""
    name, overlap = asked.path["gateway"], asked.said.overlap_seconds
    fresh = asked.services.gateways.rotate_key(name, asked.act, overlap_seconds=overlap)
    shown = MadeGatewayKey.model_validate(
        {
            "name": name,
            "gateway_key": fresh.value,
            "secret_id": fresh.stored.secret_id,
            "old_keys_end_at": moment(fresh.stored.created_at + overlap),
        }
    )
    return Answered(shown, f"/gateways/{name}/keys")


def render_nginx(asked: Asked[NothingSaid, NginxQuery]) -> Answered:
    """The configuration of one, for nginx."""
    query, files, name = asked.query, asked.services.nginx_files, asked.path["gateway"]
    stated = query.model_dump(exclude={"part", "mode", "gateway_addresses"})
    addresses = tuple(each for each in query.gateway_addresses.split(",") if each)
    options = NginxOptions(mode=Mode(query.mode), gateway_addresses=addresses, **stated)
    warnings = [] if files.has_hand_over(name) else [NO_HAND_OVER]
    if query.part == "front":
        return Answered(NginxShown(text=files.front(options), warnings=[]))
    if not query.server_name:
        raise InvalidField("server_name", "the host name that callers use")
    text = (files.site if query.part == "site" else files.both)(name, options)
    return Answered(NginxShown(text=text, warnings=warnings))


def _answered(gateway: Gateway) -> Answered:
    return Answered(gateway_shown(described(gateway)))


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/gateways", "listGateways", "List gateways", READ, list_gateways),
        query=GatewayQuery,
        answer=GatewayPage,
    ),
    Endpoint(
        *("POST", "/gateways", "createGateway", "Register a gateway", WRITE, create_gateway),
        about="Its key is in the answer and can be shown by nobody later.",
        said=NewGateway,
        answer=MadeGateway,
        status=201,
        creates=True,
        shows_secret=True,
        refusals=frozenset({404}),
    ),
    Endpoint(
        *("GET", ONE, "showGateway", "Show a gateway", READ, show_gateway),
        answer=GatewayShown,
        shows=gateway_shown,
    ),
    Endpoint(
        *("PATCH", ONE, "changeGateway", "Change what a gateway lets pass", WRITE, change_gateway),
        about="It holds everywhere before the answer.",
        said=GatewayPatch,
        answer=GatewayShown,
        shows=gateway_shown,
        needs_match=True,
    ),
    Endpoint(
        *("DELETE", ONE, "removeGateway", "Forget a gateway", WRITE, remove_gateway),
        about="Its keys end now; its name may be given again.",
        status=204,
        shows=gateway_shown,
    ),
    Endpoint(
        *("GET", f"{ONE}/keys", "listGatewayKeys", "List a gateway's keys", READ),
        list_gateway_keys,
        answer=GatewayKeyPage,
    ),
    Endpoint(
        *("POST", f"{ONE}/keys", "rotateGatewayKey", "Rotate a gateway's key", WRITE),
        rotate_gateway_key,
        about="The new key is in the answer and can be shown by nobody later.",
        said=GatewayKeyRotation,
        answer=MadeGatewayKey,
        status=201,
        creates=True,
        shows_secret=True,
        pointers=OVERLAP,
    ),
    Endpoint(
        *("GET", f"{ONE}/nginx-configuration", "renderNginx"),
        *("Render the configuration of a gateway for nginx", READ, render_nginx),
        about="Of the gateway, of this server's front, or of both.",
        query=NginxQuery,
        answer=NginxShown,
    ),
)
