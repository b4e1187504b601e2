"""A whole gateway with people, their API tokens, and policies."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.api_tokens import ApiTokenStatus, SubjectType
from authserver.domain.users import PersonalData
from tests.gateway.rated import api_tokens
from tests.people.cast import add_user

if TYPE_CHECKING:
    import requests

    from tests.gateway.bed import GatewayBed
    from tests.people.cast import Person

ISSUE: Final = "/rest/api/2/issue/DEMO-1"
_VERSIONS: Final = count(1)


def basic(user: str, password: str) -> dict[str, str]:
    """What `curl -u` sends."""
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


def bearer(value: str) -> dict[str, str]:
    """What newer tools send."""
    return {"Authorization": f"Bearer {value}"}


@dataclass(slots=True)
class Policed:
    """A bed, Alice and Bob, each with an account of the site."""

    bed: GatewayBed
    alice: Person
    bob: Person

    def policy(self, text: str) -> None:
        """Apply the site's next policy; it holds when this returns."""
        file = self.bed.folder / "policy.toml"
        file.write_text(f"# {next(_VERSIONS)}\n{text}")
        self.bed.command("policy", "apply", self.bed.name, str(file), "--yes")

    def token(self, person: Person, **changes: Any) -> str:
        """A new API token of a person's."""
        of_person = {
            "subject_type": SubjectType.USER,
            "subject": person.subject,
            "owner": person.subject,
            "client_id": "",
        }
        (value,) = api_tokens(self.bed, 1, **(of_person | changes))
        return value

    def call(
        self, headers: dict[str, str], method: str = "GET", path: str = ISSUE, **options: Any
    ) -> requests.Response:
        """A call through nginx."""
        return self.bed.request(method, path, headers=headers, **options)


def policed(bed: GatewayBed) -> Policed:
    """Let Alice and Bob in."""
    with bed.server.container() as container:
        people = [
            add_user(container, name, data=PersonalData(email=f"{name}@example.com"))
            for name in ("alice", "bob")
        ]
    for person in people:
        bed.map_subject(person.subject, f"jira-{person.username}")
    # Where the server itself finds the site, to ask it about projects.
    answers = f"http://127.0.0.1:{bed.standin.port}{bed.shape.context_path}"
    bed.command("resource", "update", bed.name, "--url", answers)
    return Policed(bed, *people)


REVOKED: Final = ApiTokenStatus.REVOKED
