"""What changes in common files of configuration when a program lets go of a password.

Each is a unified diff, which can be read and, with other names in it, applied. No value in it is a
secret: it says where that goes.
"""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING, Final

from authserver.web.admin.snippet_values import Snippet, literal, shell
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.web.admin.snippets import Facts

SECRET: Final = "${CLIENT_SECRET}"  # noqa: S105 - a place for one
ENV, PYTHON, SPRING = ".env", "settings.py", "application.properties"


def difference(name: str, before: Sequence[str], after: Sequence[str]) -> str:
    """The two versions of a file, as `diff -u` shows them."""
    lines = unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm="")
    return "\n".join(lines)


def changes_for_itself(facts: Facts) -> Sequence[Snippet]:
    """For a client with a secret that gets tokens for itself."""
    said = _("Left behind: the user name and the password. The values are this client's.")
    site = facts.call.partition("/rest/")[0].partition("/wiki/")[0]
    return (
        Snippet("diff-env", _("What changes: %(file)s") % {"file": ENV}, _env(facts, site), said),
        Snippet(
            "diff-python",
            _("What changes: %(file)s") % {"file": PYTHON},
            _python(facts, site),
            said,
        ),
        Snippet(
            "diff-spring",
            _("What changes: %(file)s") % {"file": SPRING},
            _spring(facts, site),
            said,
        ),
    )


def _env(facts: Facts, site: str) -> str:
    before = [f"JIRA_URL={shell(site)}", "JIRA_USER=alice", "JIRA_PASSWORD=…"]
    after = [
        before[0],
        f"TOKEN_URL={shell(facts.token_endpoint)}",
        f"CLIENT_ID={shell(facts.client_id)}",
        "CLIENT_SECRET=…",
        f"RESOURCE={shell(facts.resource)}",
    ]
    return difference(ENV, before, after)


def _python(facts: Facts, site: str) -> str:
    before = ["JIRA = {", f'    "url": {literal(site)},', '    "auth": ("alice", PASSWORD),', "}"]
    after = [
        *before[:2],
        f'    "token_url": {literal(facts.token_endpoint)},',
        f'    "client_id": {literal(facts.client_id)},',
        '    "client_secret": os.environ["CLIENT_SECRET"],',
        f'    "resource": {literal(facts.resource)},',
        "}",
    ]
    return difference(PYTHON, before, after)


def _spring(facts: Facts, site: str) -> str:
    client = "spring.security.oauth2.client.registration.jira"
    method = "client_secret_post" if facts.posts else "client_secret_basic"
    before = [f"jira.url={_property(site)}", "jira.username=alice", "jira.password=…"]
    after = [
        before[0],
        f"spring.security.oauth2.client.provider.jira.token-uri={_property(facts.token_endpoint)}",
        f"{client}.client-id={_property(facts.client_id)}",
        f"{client}.client-secret={SECRET}",
        f"{client}.client-authentication-method={method}",
        f"{client}.authorization-grant-type=client_credentials",
        f"jira.resource={_property(facts.resource)}",
    ]
    return difference(SPRING, before, after)


def _property(value: str) -> str:
    """A value of a Java properties file, in which a backslash would mean more."""
    return value.replace("\\", "\\\\")
