"""Policy documents: look, compare, apply, roll back. Versions are never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.policy_documents import DEFAULT_DOCUMENT, PolicyVersion
from authserver.domain.texts import check_text
from authserver.domain.tokens import latest_end
from authserver.services.policy_differences import differences
from authserver.services.policy_mentioned import Mentioned
from authserver.services.policy_notes import notes_on
from authserver.services.policy_reading import parsed, read_policy
from authserver.services.policy_versions import (
    check_name,
    check_seen,
    default_beside,
    described,
    existing,
    recorded,
)
from authserver.services.token_shortening import Shortening, preview, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authserver.domain.policy_documents import PolicyDocument
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration
    from authserver.services.policy_differences import Difference
    from authserver.services.policy_places import References

LONGEST_COMMENT: Final = 200
ALL_TOKENS: Final = "*"


@dataclass(frozen=True, slots=True)
class PolicyState:
    """One document: its name, and its newest version, `None` before the first."""

    name: str
    current: PolicyVersion | None


@dataclass(frozen=True, slots=True)
class PolicyPlan:
    """What applying a text would do, seen from version `seen` (0: there is none).

    `notes` are sentences about what its author may not have meant; `shortening` are the API tokens
    that would end sooner.
    """

    name: str
    seen: int
    text: str
    document: PolicyDocument
    changes_text: bool
    differences: Sequence[Difference]
    notes: Sequence[str]
    shortening: Shortening


@dataclass(frozen=True, slots=True)
class AppliedPolicy:
    """What was applied; `changed` is False where the text was the current one already."""

    version: PolicyVersion
    changed: bool
    shortened: Sequence[str] = ()


class Policies:
    """Use cases of policy administration.

    Documents are called `default` or like a resource. `references` makes what names are looked up
    in, for a transaction and the name of a document.
    """

    def __init__(
        self,
        *,
        administration: Administration,
        references: Callable[[Stores, str], References],
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._references = references

    def list(self) -> Sequence[PolicyState]:
        """The default document, then that of each resource, whether there is one or not."""
        with self._administration.database.reading() as stores:
            sites = (each.name for each in stores.resources.list() if each.is_site)
            names = (DEFAULT_DOCUMENT, *sites)
            found = dict.fromkeys(names)
            return [PolicyState(name, stores.policies.current(name)) for name in found]

    def state(self, name: str) -> PolicyState:
        """One document, whether it has a version or not. Raises NotFound: no such resource."""
        with self._administration.database.reading() as stores:
            check_name(stores, name)
            return PolicyState(name, stores.policies.current(name))

    def show(self, name: str, number: int | None = None) -> PolicyVersion:
        """One version, the newest unless said otherwise.

        Raises:
            NotFound: there is no such resource, document or version.
        """
        with self._administration.database.reading() as stores:
            check_name(stores, name)
            return existing(stores, name, number)

    def versions(
        self, name: str, *, before: int | None = None, limit: int | None = None
    ) -> Sequence[PolicyVersion]:
        """All versions, newest first; or so many of them, and those before a number.

        Raises:
            NotFound: there is no such resource.
        """
        with self._administration.database.reading() as stores:
            check_name(stores, name)
            return stores.policies.versions(name, before=before, limit=limit)

    def plan(self, name: str, text: str) -> PolicyPlan:
        """Check a text and say what applying it would do; nothing is changed.

        Raises:
            NotFound: there is no such resource.
            PolicyInvalid: the text is refused, with all that is wrong with it.
        """
        now = self._administration.clock.now()
        with self._administration.database.reading() as stores:
            check_name(stores, name)
            document = read_policy(text, self._references(stores, name))
            current = stores.policies.current(name)
            before = "" if current is None else current.text
            return PolicyPlan(
                name=name,
                seen=0 if current is None else current.number,
                text=text,
                document=document,
                changes_text=current is None or text != before,
                differences=differences(parsed(before), parsed(text)),
                notes=notes_on(document, default_beside(stores, name), now),
                shortening=preview(stores, name, document, now),
            )

    def apply(
        self, name: str, text: str, act: Act, *, expect: int | None = None, comment: str = ""
    ) -> AppliedPolicy:
        """Let a text count from now on, everywhere when this returns.

        `expect` is the version that the author saw (0: none). The text of the current version
        changes nothing, and an empty text is an empty document: it asks nothing.

        Raises:
            NotFound: there is no such resource.
            PolicyInvalid: the text is refused, with all that is wrong with it.
            InvalidField: the comment is not allowed.
            Conflict: the document has another version than the author saw.
        """
        return self._apply(name, text, act, expect=expect, comment=comment)

    def rollback(
        self, name: str, number: int, act: Act, *, expect: int | None = None, comment: str = ""
    ) -> AppliedPolicy:
        """Let the text of an older version count again, as a new version.

        Tokens that were shortened meanwhile stay so.

        Raises:
            NotFound: there is no such resource or version.
            PolicyInvalid: it refers to what is not there any more.
            InvalidField: the comment is not allowed.
            Conflict: the document has another version than the author saw.
        """
        text = self.show(name, number).text
        return self._apply(name, text, act, expect=expect, comment=comment, back_to=number)

    def _apply(
        self,
        name: str,
        text: str,
        act: Act,
        *,
        expect: int | None,
        comment: str,
        back_to: int | None = None,
    ) -> AppliedPolicy:
        said = check_text("comment", comment, longest=LONGEST_COMMENT, required=False)
        unchanged = self._unchanged(name, text, act, expect)
        if unchanged is not None:
            return AppliedPolicy(unchanged, changed=False)
        now = self._administration.clock.now()
        changes = [Change(ChangeKind.POLICY, name, 0.0)]
        # A policy may take power, and whether this one does nobody needs to find out.
        with self._administration.changing(changes, takes_power=True) as stores:
            # In the order of everybody: the document, API tokens, the site, groups. With the
            # document locked nobody makes a token under the rules of before.
            current = stores.policies.current(name)
            check_seen(name, current, expect)
            act.expect(described(name, current))
            wanted = Mentioned()
            shortened = shorten(stores, name, read_policy(text, wanted), now)
            check_name(stores, name)
            wanted.hold(stores)
            read_policy(text, self._references(stores, name))
            version = PolicyVersion(
                name=name,
                number=1 if current is None else current.number + 1,
                text=text,
                applied_at=now,
                applied_by=str(act.actor.identifier),
                comment=said,
            )
            stores.policies.add(version)
            if shortened:
                changes.append(Change(ChangeKind.API_TOKEN, ALL_TOKENS, latest_end(now)))
            self._administration.record(
                stores,
                act,
                "policy.applied" if back_to is None else "policy.rolled_back",
                name,
                recorded(current, version, back_to, shortened),
                resource="" if name == DEFAULT_DOCUMENT else name,
            )
        return AppliedPolicy(version, changed=True, shortened=shortened)

    def _unchanged(
        self, name: str, text: str, act: Act, expect: int | None
    ) -> PolicyVersion | None:
        with self._administration.database.reading() as stores:
            check_name(stores, name)
            current = stores.policies.current(name)
            check_seen(name, current, expect)
            act.expect(described(name, current))
            return current if current is not None and current.text == text else None
