"""`/resources`: the sites that tokens are for, and this server's own API among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.roles import Area, to_read, to_write
from authserver.services.resources import ResourceDraft, described
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.members import moment
from authserver.web.admin_api.models.resources import (
    CredentialPage,
    CredentialRotation,
    MadeCredential,
    MadeResource,
    NewResource,
    ResourcePage,
    ResourcePatch,
    ResourceQuery,
    ResourceShown,
    credential_shown,
    resource_shown,
)
from authserver.web.admin_api.pages import fits, page_of, sorted_page

if TYPE_CHECKING:
    from authserver.domain.resources import ProtectedResource
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

READ: Final = to_read(Area.RESOURCES)
WRITE: Final = to_write(Area.RESOURCES)
ONE: Final = "/resources/{resource}"
OVERLAP: Final = {"overlap": "overlap_seconds"}


def list_resources(asked: Asked[NothingSaid, ResourceQuery]) -> Answered:
    """One page of them."""
    query = asked.query
    found = [
        each
        for each in asked.services.resources.list()
        if fits(query.q, each.name, each.identifier, each.url)
        and query.kind in {None, str(each.kind)}
        and query.status in {None, str(each.status)}
    ]

    def key(resource: ProtectedResource) -> tuple[str | float, ...]:
        if query.sort.endswith("created_at"):
            return resource.created_at, resource.name
        return (resource.name,)

    fetch = sorted_page(found, key, descending=query.sort.startswith("-"))
    items, following = page_of(asked, fetch)
    shown = [resource_shown(described(each)) for each in items]
    return Answered(ResourcePage(items=shown, next_cursor=following))


def create_resource(asked: Asked[NewResource, NoQuery]) -> Answered:
    """Register a site."""
    draft = ResourceDraft(**asked.said.model_dump())
    made = asked.services.resources.create(draft, asked.act)
    shown = MadeResource(
        resource=resource_shown(described(made.resource)),
        introspection_secret=made.introspection_secret.value,
    )
    return Answered(shown, f"/resources/{made.resource.name}")


def show_resource(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """One of them."""
    return _answered(asked.services.resources.get(asked.path["resource"]))


def change_resource(asked: Asked[ResourcePatch, NoQuery]) -> Answered:
    """Change one."""
    changes: dict[str, Any] = asked.said.model_dump(exclude_unset=True)
    changed = asked.services.resources.update(asked.path["resource"], asked.act, **changes)
    return _answered(changed)


def disable_resource(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Stop one."""
    return _answered(asked.services.resources.disable(asked.path["resource"], asked.act))


def enable_resource(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Let tokens for one count again."""
    return _answered(asked.services.resources.enable(asked.path["resource"], asked.act))


def delete_resource(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """End one."""
    asked.services.resources.delete(asked.path["resource"], asked.act)
    return Answered()


def list_credentials(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """The credentials of a site."""
    found: Any = described(asked.services.resources.get(asked.path["resource"]))["credentials"]
    return Answered(CredentialPage(items=[credential_shown(each) for each in found]))


def rotate_credential(asked: Asked[CredentialRotation, NoQuery]) -> Answered:
    """Give a site a new credential."""
    name, said = asked.path["resource"], asked.said
    fresh = asked.services.resources.rotate_credential(
        name, said.purpose, asked.act, overlap_seconds=said.overlap_seconds
    )
    shown = MadeCredential.model_validate(
        {
            "name": name,
            "purpose": said.purpose,
            "secret": fresh.value,
            "secret_id": fresh.stored.secret_id,
            "old_credentials_end_at": moment(fresh.stored.created_at + said.overlap_seconds),
        }
    )
    return Answered(shown, f"/resources/{name}/credentials")


def _answered(resource: ProtectedResource) -> Answered:
    return Answered(resource_shown(described(resource)))


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/resources", "listResources", "List protected resources", READ, list_resources),
        query=ResourceQuery,
        answer=ResourcePage,
    ),
    Endpoint(
        *("POST", "/resources", "createResource", "Register a site", WRITE, create_resource),
        about="The introspection secret is in the answer and can be shown by nobody later.",
        said=NewResource,
        answer=MadeResource,
        status=201,
        creates=True,
        shows_secret=True,
    ),
    Endpoint(
        *("GET", ONE, "showResource", "Show a protected resource", READ, show_resource),
        answer=ResourceShown,
        shows=resource_shown,
    ),
    Endpoint(
        *("PATCH", ONE, "changeResource", "Change a site", WRITE, change_resource),
        said=ResourcePatch,
        answer=ResourceShown,
        shows=resource_shown,
        needs_match=True,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("DELETE", ONE, "deleteResource", "Delete a site", WRITE, delete_resource),
        about="Tokens for it die now; name and identifier are never given out again.",
        status=204,
        shows=resource_shown,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("POST", f"{ONE}/disable", "disableResource", "Disable a resource", WRITE),
        disable_resource,
        about="No token for it is issued or honoured until it is enabled.",
        answer=ResourceShown,
        shows=resource_shown,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("POST", f"{ONE}/enable", "enableResource", "Enable a resource", WRITE, enable_resource),
        answer=ResourceShown,
        shows=resource_shown,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("GET", f"{ONE}/credentials", "listCredentials", "List a site's credentials", READ),
        list_credentials,
        answer=CredentialPage,
    ),
    Endpoint(
        *("POST", f"{ONE}/credentials", "rotateCredential", "Rotate a site's credential", WRITE),
        rotate_credential,
        about="The new one is in the answer and can be shown by nobody later.",
        said=CredentialRotation,
        answer=MadeCredential,
        status=201,
        creates=True,
        shows_secret=True,
        pointers=OVERLAP,
    ),
)
