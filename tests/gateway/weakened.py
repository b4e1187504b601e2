"""Rendered configurations with one protection less, to see that its absence is noticed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Weakening:
    """What is taken away, by a pattern and what it becomes; `family` are tricks that notice."""

    pattern: str
    becomes: str
    family: str
    notices: str
    """A word of one of the findings: that it is noticed for the right reason."""

    def of(self, configuration: str) -> str:
        """The configuration without the protection, wherever it stands."""
        weaker, count = re.subn(self.pattern, self.becomes, configuration)
        assert count, f"nothing is like {self.pattern}"
        return weaker


def _guard(name: str) -> str:
    return rf"(map \S+ \$asv_{name}_refused__\w+ \{{\s+default) 1;"


WEAKENINGS: Final[Mapping[str, Weakening]] = {
    "no guard of decided targets": Weakening(
        _guard("target"), r'\1 "";', "paths", "decided ('path-ambiguous',), not ()"
    ),
    "no guard of pages": Weakening(_guard("page"), r'\1 "";', "pages", "no decision allowed"),
    "no guard of other doors": Weakening(_guard("door"), r'\1 "";', "pages", "no decision allowed"),
    "no guard of queries": Weakening(
        _guard("query"), r'\1 "";', "credentials", "decided ('credential-in-query',), not ()"
    ),
    "no guard of queries of pages": Weakening(
        _guard("page_query"), r'\1 "";', "pages", "os_username in the query"
    ),
    "no guard of headers": Weakening(
        r'(if \(\$http_\w+ ~) "[^"]+"', r'\1 "(?!)"', "credentials", "answered (503,), not (400,)"
    ),
    "forms pass": Weakening(
        r'("~\*\^\[\^;\]\*x-www-form-urlencoded") 1;', r'\1 "";', "methods", "reached the site"
    ),
    "sessions are not seen": Weakening(
        r'(\$asv_session__\w+ \{\s+default "";\s+"~[^"]+") \w+;',
        r'\1 "";',
        "credentials",
        "decided ('allowed",
    ),
    "a header passes with a token": Weakening(
        r"(proxy_set_header X-Atlassian-Token \S+_xsrf_of_call__\w+;)",
        r"\1 proxy_set_header X-Forwarded-User $http_x_forwarded_user;",
        "headers",
        "x-forwarded-user",
    ),
    "all headers pass with a token": Weakening(
        r"(# Of the caller's headers only these;.*\n.*proxy_pass_request_headers) off;",
        r"\1 on;",
        "headers",
        "arrived with",
    ),
    "a header is not blanked for browsers": Weakening(
        r'proxy_set_header X-Remote-User "";',
        "",
        "headers",
        "brought along: the header x-remote-user",
    ),
    "Authorization passes to pages": Weakening(
        r'proxy_set_header Authorization "";', "", "pages", "a page with Authorization"
    ),
    "the caller's credential goes on": Weakening(
        r"\$asv_upstream_authorization;(?=\n)",
        "$http_authorization;",
        "credentials",
        "an access token of the authorization server",
    ),
    "nobody is asked": Weakening(
        r"auth_request /\S+;", "", "methods", "decided (), not ('allowed',)"
    ),
    "nobody is asked and everything goes on": Weakening(
        r"auth_request /\S+;((?s:.*?)proxy_pass \w+://)\$asv_(?:session_)?goes_to(__\w+)(\$\w+);",
        r"\1asv_site\2\3;",
        "credentials",
        "reached the site",
    ),
    "headers of the caller reach the decision": Weakening(
        r"(proxy_pass_request_body off;\s+proxy_pass_request_headers) off;",
        r"\1 on;",
        "headers",
        "brought along: X-Decision-Id: evil",
    ),
    "the decision is told GET": Weakening(
        r"(X-Original-Method) \$request_method;", r"\1 GET;", "methods", "GET was decided, PUT"
    ),
    "the decision is told another path": Weakening(
        r"(X-Original-URI) \$request_uri;", r"\1 $uri;", "methods", "decided ('unknown-path',)"
    ),
    "the decision is told of no override": Weakening(
        r"(X-Original-Method-Override) \$\w+;", r'\1 "";', "methods", "decided ('allowed',)"
    ),
    "the path goes on decoded": Weakening(
        r"(proxy_pass \w+://\$asv_(?:session_)?goes_to__\w+)\$asv_target__\w+;",
        r"\1$uri;",
        "paths",
        "reached the site",
    ),
    "underscores are letters": Weakening(
        r"underscores_in_headers off;", "underscores_in_headers on;", "headers", "brought along"
    ),
    "sessions of the site come back": Weakening(
        r"proxy_hide_header Set-Cookie;", "", "methods", "a session of the site's came back"
    ),
    "XSRF is not minded with a session": Weakening(
        r'proxy_set_header X-Atlassian-Token "";', "", "credentials", "a session without XSRF"
    ),
    "the caller's addresses pass": Weakening(
        r"(proxy_set_header X-Forwarded-For) \$remote_addr;",
        r"\1 $proxy_add_x_forwarded_for;",
        "headers",
        "from nobody",
    ),
    "the version is told": Weakening(
        r"server_tokens off;", "server_tokens on;", "methods", "tells what is running"
    ),
}
"""Each protection that tricks rely on, and what is seen without it."""
