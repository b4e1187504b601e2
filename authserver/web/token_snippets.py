"""What to copy so that a program or a tool uses an API token."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from authserver.domain.api_tokens import Presentation
from authserver.web.admin.config_changes import difference
from authserver.web.admin.snippet_values import Snippet, literal, shell
from authserver.web.admin.snippets import FIRST_CALLS
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.resources import ProtectedResource


def snippets_of(token: ApiToken, name: str, site: ProtectedResource) -> Sequence[Snippet]:
    """A first call at `site`, in every way that the token may be sent.

    `name` stands beside the token in Basic. No snippet holds the secret.
    """
    call = site.url + site.context_path + FIRST_CALLS[site.kind]
    bearer = Presentation.BEARER in token.presentations
    basic = Presentation.BASIC in token.presentations and bool(name)
    before = _("The token comes from the environment variable API_TOKEN.")
    found = []
    if bearer:
        header = '--header "Authorization: Bearer $API_TOKEN"'
        found.append(Snippet("curl", "curl (Bearer)", f"curl {header} \\\n  {shell(call)}", before))
    if basic:
        user = f'--user {shell(name)}:"$API_TOKEN"'
        found.append(Snippet("basic", "curl (Basic)", f"curl {user} \\\n  {shell(call)}", before))
    if bearer or basic:
        sends = (
            'headers={"Authorization": "Bearer " + os.environ["API_TOKEN"]}'
            if bearer
            else f'auth=({literal(name)}, os.environ["API_TOKEN"])'
        )
        text = f"""import os

import requests

answer = requests.get(
    {literal(call)},
    {sends},
    timeout=30,
)
answer.raise_for_status()
print(answer.json())"""
        found.append(Snippet("python", "Python (requests)", text, before))
    if basic:
        found += _changes(name, site)
    return found


def _changes(name: str, site: ProtectedResource) -> Sequence[Snippet]:
    """What is another than with a password: nothing but the password."""
    host = urlsplit(site.url).hostname or ""
    title = _("What changes: %(file)s")
    said = _("The token takes the place of the password, and all else stays as it is.")
    machine, login = f"machine {host}", f"login {name}"
    env = [f"JIRA_URL={shell(site.url + site.context_path)}", f"JIRA_USER={shell(name)}"]
    return (
        Snippet(
            "diff-netrc",
            title % {"file": ".netrc"},
            difference(
                ".netrc",
                [machine, login, f"password {_('your password')}"],
                [machine, login, f"password {_('your token')}"],
            ),
            said,
        ),
        Snippet(
            "diff-env",
            title % {"file": ".env"},
            difference(".env", [*env, "JIRA_PASSWORD=…"], [*env, "JIRA_PASSWORD=asv_pat_…"]),
            said,
        ),
    )
