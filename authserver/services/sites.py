"""Finding the site that somebody means: a protected resource that is not this server itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services.administration_resource import only_sites
from authserver.services.resources import existing

if TYPE_CHECKING:
    from authserver.domain.ports import Stores
    from authserver.domain.resources import ProtectedResource

NO_CALLS = "no gateway stands before it, and no call to it is decided or handed over"


def existing_site(stores: Stores, name: str) -> ProtectedResource:
    """The site, locked until the end when writing.

    Raises:
        NotFound: there is none, or it was deleted.
        Conflict: it is the administration API.
    """
    resource = existing(stores, name)
    only_sites(resource, NO_CALLS)
    return resource
