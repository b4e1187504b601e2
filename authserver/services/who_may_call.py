"""Who can do this now? One question about a site, answered by everything that opens it.

Scopes and policies are judged as decisions judge them. How many calls one may make, and what the
site itself lets its accounts do, is not looked at: nobody can do more than the answer says.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.operation_selectors import FORMS, check_selectors, selected
from authserver.domain.pages import Page, check_limit
from authserver.domain.texts import check_text
from authserver.services.openings import Asking
from authserver.services.policy_history import policy_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.operations import Operation, OperationCatalogue, ProductCatalogue
    from authserver.domain.pages import Place
    from authserver.domain.ports import Clock, Database, Stores
    from authserver.domain.resources import ProtectedResource
    from authserver.services.openings import Question
    from authserver.services.site_callers import Holder, SiteCallers

DELETE: Final = "delete"
"""Beside the selectors of policies: every operation whose method is DELETE."""
WHAT: Final = f"{DELETE}, {FORMS}"
MOST_LOOKED_AT: Final = 2000
"""Credentials that one page looks at: it ends there, however few can do it."""
CLOSE: Final = 10
"""As many of them one counts for whose scopes would do: the policy is asked about it."""
LONGEST: Final = 200
LONGEST_PROJECT: Final = 100


class WhoCan(NamedTuple):
    """One page of the answer; `operations` is how many the question is about."""

    page: Page[Holder]
    resource: str
    operations: int
    policy: str


class WhoMayCall:
    """Asks every credential of a site, and every way without one, what it opens."""

    def __init__(
        self,
        *,
        database: Database,
        catalogue: OperationCatalogue,
        callers: SiteCallers,
        clock: Clock,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._catalogue = catalogue
        self._callers = callers
        self._clock = clock

    def find(self, question: Question, *, after: Place | None = None, limit: int = 100) -> WhoCan:
        """One page of those that can; a page may be short, or empty, and not be the last.

        Raises:
            NotFound: there is no such site.
            InvalidField: it is not clear which site is meant, or what.
            StorageUnavailable: nobody can be sure now.
        """
        check_limit(limit)
        project = check_text("project", question.project, longest=LONGEST_PROJECT, required=False)
        question = replace(question, project=project, address=_address(question.address))
        with self._database.reading() as stores:
            resource = _site(stores, question.resource)
            operations = _meant(question.what, self._catalogue.of_kind(resource.kind))
            policy = policy_with(stores, self._catalogue, resource, {})
        asking = Asking(policy, operations, question, self._clock.now())
        found: list[Holder] = []
        place, looked = None, 0
        for each in self._callers.walk(asking, resource, after):
            looked += CLOSE if each.is_close else 1
            if each.holder is not None:
                found.append(each.holder)
            if len(found) == limit or looked >= MOST_LOOKED_AT:
                place = each.place
                break
        return WhoCan(Page(found, place), resource.name, len(operations), policy.label)


def _site(stores: Stores, name: str) -> ProtectedResource:
    if name:
        found = stores.resources.get(name)
        if found is None or not found.is_site:
            raise NotFound("resource", name)
        return found
    sites = [each for each in stores.resources.list() if each.is_site]
    if len(sites) == 1:
        return sites[0]
    names = ", ".join(sorted(each.name for each in sites)) or "a site that is registered"
    raise InvalidField("resource", f"one of {names}")


def _meant(what: str, product: ProductCatalogue) -> Sequence[Operation]:
    wanted = check_text("what", what.strip(), longest=LONGEST)
    if wanted == DELETE:
        return [each for each in product.operations if each.method == "DELETE"]
    check_selectors([wanted], product, "what")
    names = selected((wanted,), product)
    return [each for each in product.operations if each.name in names]


def _address(text: str) -> str:
    try:
        return str(ip_address(text)) if text else ""
    except ValueError:
        raise InvalidField("address", "an address like 10.1.2.3 or 2001:db8::7") from None
