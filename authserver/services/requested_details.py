"""Authorization details in requests (RFC 9396): checked, and never more than was granted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.detail_grammar import FIELD, parse_details
from authserver.domain.errors import InvalidField, ProtocolRefusal
from authserver.domain.operation_selectors import check_selectors, is_within

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.access_details import AccessDetail
    from authserver.domain.operations import OperationCatalogue, ProductCatalogue
    from authserver.domain.resources import ProtectedResource

INVALID: Final = "invalid_authorization_details"
"""RFC 9396 section 5."""


class RequestedDetails:
    """Reads what clients ask to be limited to."""

    def __init__(self, operations: Callable[[], OperationCatalogue]) -> None:
        """`operations` gives the catalogue, which is loaded at its first use."""
        self._operations = operations

    def checked(
        self, value: str | None, resource: ProtectedResource | None
    ) -> tuple[AccessDetail, ...] | None:
        """What is asked for at a site (`None`: signing in alone); `None` where nothing limits.

        Raises:
            ProtocolRefusal: `invalid_authorization_details`.
        """
        if value is None:
            return None
        if resource is None:
            raise ProtocolRefusal(INVALID, f"{FIELD}: only for a protected resource")
        if not resource.is_site:
            raise ProtocolRefusal(INVALID, f"{FIELD}: only for a site, by its operations")
        product = self._operations().of_kind(resource.kind)
        try:
            details = parse_details(value, resource.identifier)
            for each in details:
                check_selectors(each.operations or (), product, FIELD)
        except InvalidField as error:
            raise ProtocolRefusal(INVALID, _plain(str(error))) from None
        return details

    def narrowed(
        self,
        value: str | None,
        granted: tuple[AccessDetail, ...] | None,
        resource: ProtectedResource | None,
    ) -> tuple[AccessDetail, ...] | None:
        """What a token gets of a grant: everything, or what is asked for and lies within it.

        Raises:
            ProtocolRefusal: `invalid_authorization_details`.
        """
        asked = self.checked(value, resource)
        if asked is None or granted is None or resource is None:
            return granted if asked is None else asked
        product = self._operations().of_kind(resource.kind)
        for each in asked:
            if not any(lies_within(each, other, product) for other in granted):
                raise ProtocolRefusal(INVALID, f"{FIELD}: only what was granted, or less of it")
        return asked


def lies_within(narrow: AccessDetail, wide: AccessDetail, product: ProductCatalogue) -> bool:
    """Whether all that `narrow` allows is allowed by `wide`; projects are compared by name."""
    if narrow.location != wide.location:
        return False
    if not is_within(narrow.operations, wide.operations, product):
        return False
    if wide.projects is None:
        return True
    if narrow.projects is None:
        return False
    names = {each.lower() for each in wide.projects}
    return all(each.lower() in names for each in narrow.projects)


def refuse_here(value: str | None, where: str) -> None:
    """Refuse the parameter where it has no place: to ignore a limit would widen it.

    Raises:
        ProtocolRefusal: `invalid_authorization_details`.
    """
    if value is not None:
        raise ProtocolRefusal(INVALID, f"{FIELD}: not {where}")


def _plain(text: str) -> str:
    """Only characters of RFC 6749 section 5.2."""
    return text.replace('"', "'").replace("\\", "/").encode("ascii", "replace").decode("ascii")
