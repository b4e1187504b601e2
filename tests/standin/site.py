"""The site's own mind: who calls, what is there, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from tests.standin.answers import Answer, answer, errors, page
from tests.standin.handed_over import NotAuthenticated
from tests.standin.notes import Note, Notes
from tests.standin.operations import SiteOperations
from tests.standin.paths import acted_on, query_of
from tests.standin.smells import SESSION_COOKIES, cookie_names, session_account, smells

if TYPE_CHECKING:
    from authserver.domain.resources import ResourceKind
    from tests.standin.handed_over import HandOverRule
    from tests.standin.operations import Found
    from tests.standin.wire import Body, Head

CHALLENGE: Final = ("WWW-Authenticate", 'OAuth realm="a stand-in for Jira"')
FAILED: Final = ("X-Seraph-LoginReason", "AUTHENTICATED_FAILED")


@dataclass(slots=True)
class StandInSite:
    """`browsers` is whether people's browsers come through the gateway too (mode in-front).

    Without them no cookie may arrive and only operations are there. With them pages are there
    for everybody, and a session cookie is as good as a handed-over credential.
    """

    kind: ResourceKind
    hand_over: HandOverRule
    url: str = "http://localhost"
    context_path: str = ""
    browsers: bool = False
    notes: Notes = field(default_factory=Notes)
    _operations: SiteOperations = field(init=False)

    def __post_init__(self) -> None:
        """Compile the operations."""
        self._operations = SiteOperations(self.kind, self.context_path)

    def respond(self, head: Head, body: Body, peer: str) -> Answer:
        """The answer to one request, which is noted first."""
        path = acted_on(head.target)
        found = self._operations.find(path)
        smelled = (*smells(head, self.hand_over.header), *self._stale_cookies(head))
        account, refused, given = "", "", Answer(HTTPStatus.OK)
        try:
            account = self._account(head, path, peer)
            _refuse(smelled)
        except NotAuthenticated as reason:
            refused = str(reason)
            given = errors(
                HTTPStatus.UNAUTHORIZED, f"The stand-in refuses this: {refused}", CHALLENGE, FAILED
            )
        else:
            given = self._answer(head, body, path, found, account)
        operation = None if found is None else found.of(head.method)
        self.notes.take(
            Note(
                line=head.line.decode("latin-1"),
                header_lines=tuple(line.decode("latin-1") for line in head.lines),
                peer=peer,
                body_framing=body.framing,
                body_length=body.length,
                body_sha256=body.sha256,
                method=head.method,
                target=head.target,
                acted_on=path,
                operation="" if operation is None else f"{operation.method} {operation.template}",
                account=account,
                status=int(given.status),
                refused=refused,
                smells=smelled,
            )
        )
        return given

    def note_malformed(self, line: bytes, peer: str, reason: str) -> Answer:
        """Note what could not be read as a request, and refuse it."""
        text = line.decode("latin-1")
        self.notes.take(Note(text, (), peer, "none", 0, "", "", "", "", "", "", 400, reason, ()))
        return errors(HTTPStatus.BAD_REQUEST, f"The stand-in cannot read this: {reason}")

    def _is_page(self, path: str) -> bool:
        """Whether a path is the users' interface's, not the API's."""
        inside = path.removeprefix(self.context_path)
        return self.browsers and not inside.startswith(("/rest/", "/wiki/rest/", "/wiki/api/"))

    def _stale_cookies(self, head: Head) -> list[str]:
        """Cookies that must not be here: any without browsers, a session beside a credential."""
        names = cookie_names(head)
        if not self.browsers:
            return [f"the cookie {name}" for name in names]
        carried = head.value("authorization") or head.value(self.hand_over.header.lower())
        if not carried:
            return []
        return [f"the cookie {name}" for name in names if name in SESSION_COOKIES]

    def _account(self, head: Head, path: str, peer: str) -> str:
        session = session_account(head) if self.browsers else ""
        if self._is_page(path):
            if head.value("authorization"):
                raise NotAuthenticated("Authorization came to a page")
            return session
        return session or self.hand_over.account(head, peer)

    def _answer(
        self, head: Head, body: Body, path: str, found: Found | None, account: str
    ) -> Answer:
        if self._is_page(path):
            return page("Dashboard", account or "nobody")
        if found is None:
            return errors(HTTPStatus.NOT_FOUND, f"null for uri: {path}")
        if head.method == "OPTIONS":
            return Answer(HTTPStatus.OK, headers=(("Allow", found.allowed),))
        operation = found.of(head.method)
        if operation is None:
            return errors(
                HTTPStatus.METHOD_NOT_ALLOWED,
                "HTTP 405 Method Not Allowed",
                ("Allow", found.allowed),
            )
        return answer(
            operation,
            found.segments,
            query_of(head.target),
            body,
            site=f"{self.url}{self.context_path}",
            account=account,
        )


def _refuse(smelled: tuple[str, ...]) -> None:
    if smelled:
        raise NotAuthenticated("; ".join(smelled))
