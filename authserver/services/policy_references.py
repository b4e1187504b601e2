"""Which names a policy document may refer to: a typo must neither open nor close anything."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import ApiTokenFilter
from authserver.domain.operation_selectors import FORMS, close_selectors, selected
from authserver.domain.scopes import close_matches
from authserver.services.policy_places import Noun, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from authserver.domain.operations import ProductCatalogue
    from authserver.domain.ports import Stores
    from authserver.domain.resources import ResourceKind

_MOST_SUGGESTIONS: Final = 20
"""To look for operations that are written like another takes a tenth of a second."""
_MOST_COMPARED: Final = 100_000
"""Names, in all: that takes a quarter of a second, and everybody may be asked about each time."""
_FEW: Final = 3


class StoredReferences:
    """What there is in a transaction, and in the catalogue of some products.

    Nothing is locked, but groups in a writing block, which stay there until its end. Clients,
    users, providers and tokens may end a moment later in any case.
    """

    def __init__(
        self,
        stores: Stores,
        products: Sequence[ProductCatalogue],
        scopes_of_kind: Mapping[ResourceKind, frozenset[str]],
    ) -> None:
        """An operation or scope has to mean something at one of the products."""
        self._stores = stores
        self._products = products
        self._scopes = frozenset[str]().union(*(scopes_of_kind[each.kind] for each in products))
        self._known: dict[tuple[Noun, str], str | None] = {}
        self._suggestions = _MOST_SUGGESTIONS
        self._to_compare = _MOST_COMPARED
        self._looks: Mapping[Noun, Callable[[str], str | None]] = {
            Noun.GROUP: self._group,
            Noun.CLIENT: self._client,
            Noun.USER: self._user,
            Noun.TOKEN: self._token,
            Noun.SCOPE: self._scope,
            Noun.OPERATION: self._operation,
        }

    def problem(self, noun: Noun, name: str) -> str | None:
        """What is wrong with a name, for people; `None` when it is there."""
        key = (noun, name)
        if key not in self._known:
            self._known[key] = self._looks[noun](name)
        return self._known[key]

    def _group(self, name: str) -> str | None:
        if self._stores.groups.get(name) is not None:
            return None
        return self._missing(Noun.GROUP, name, self._groups)

    def _client(self, name: str) -> str | None:
        provider, colon, _ = name.partition(":")
        if colon:
            # Its clients are the provider's business.
            if provider in self._providers:
                return None
            near = self._close(provider, self._providers)
            return f"no provider of the name before the colon{near}"
        return None if name in self._clients else self._missing(Noun.CLIENT, name, self._clients)

    def _user(self, name: str) -> str | None:
        return None if name in self._users else self._missing(Noun.USER, name, self._users)

    @cached_property
    def _groups(self) -> Sequence[str]:
        return [each.name for each in self._stores.groups.list()]

    @cached_property
    def _providers(self) -> Sequence[str]:
        return [each.name for each in self._stores.providers.list()]

    @cached_property
    def _clients(self) -> Mapping[str, None]:
        return dict.fromkeys(each.client_id for each in self._stores.clients.list())

    @cached_property
    def _users(self) -> Mapping[str, None]:
        return dict.fromkeys(each.username for each in self._stores.users.list())

    def _token(self, name: str) -> str | None:
        found = self._stores.api_tokens.page(ApiTokenFilter(token_id=name))
        if not found:
            return self._missing(Noun.TOKEN, name, ())
        (token,) = found
        if token.lineage_id != name:
            return f"was rotated: name the first of its line, {token.lineage_id}"
        return None

    def _scope(self, name: str) -> str | None:
        return None if name in self._scopes else self._missing(Noun.SCOPE, name, self._scopes)

    def _operation(self, selector: str) -> str | None:
        if any(selected((selector,), product) for product in self._products):
            return None
        close: list[str] = []
        self._suggestions -= 1
        if self._suggestions >= 0:
            for product in self._products:
                close += close_selectors(selector, product)
        suggested = did_you_mean(list(dict.fromkeys(close))[:_FEW])
        return f"means no operation: {FORMS}{suggested}"

    def _missing(self, noun: Noun, name: str, known: Collection[str]) -> str:
        return f"there is no such {noun}{self._close(name, known)}"

    def _close(self, name: str, known: Collection[str]) -> str:
        """What is written like it, while there are not too many names to look through."""
        if len(known) > self._to_compare:
            return ""
        self._to_compare -= len(known)
        return did_you_mean(close_matches(name, known))
