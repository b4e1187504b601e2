"""Snippets of clients that users sign in for (RFC 6749 section 4.1, with PKCE)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from authserver.web.admin.snippet_values import Snippet, literal, settings, shell
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.web.admin.snippets import Facts


def written(facts: Facts) -> Sequence[Snippet]:
    """What any app asks for first; then Python, curl, Java, Postman, tools without code."""
    secret = (
        _("The secret comes from the environment variable CLIENT_SECRET.") if facts.secret else ""
    )
    return (
        Snippet("settings", _("What an app asks for"), _settings(facts)),
        Snippet("python", "Python (requests-oauthlib)", _python(facts), secret),
        Snippet("curl", "curl", _curl(facts), _("To try it by hand, with a browser beside it:")),
        Snippet("java", "Java (Spring Boot, application.yml)", _spring(facts)),
        Snippet("postman", "Postman", _postman(facts), _("On the tab Authorization:")),
        Snippet(
            "no-code",
            _("Tools without code (Zapier, Make, Power Automate, n8n)"),
            _no_code(facts),
            _("In a connection of the kind OAuth 2.0, authorization code:"),
        ),
    )


def _authorization_url(facts: Facts) -> str:
    return facts.issuer + "/oauth2/authorize"


def _settings(facts: Facts) -> str:
    return settings(
        (
            ("Issuer", facts.issuer),
            ("Authorization endpoint", _authorization_url(facts)),
            ("Token endpoint", facts.token_endpoint),
            ("Client id", facts.client_id),
            ("Redirect URI", facts.redirect_uri),
            ("Scope", facts.scope),
            ("Resource (RFC 8707)", facts.resource),
            ("PKCE", "S256"),
        )
    )


def _python(facts: Facts) -> str:
    secret = '    client_secret=os.environ["CLIENT_SECRET"],\n' if facts.secret else ""
    include = "    include_client_id=True,\n" if facts.posts or not facts.secret else ""
    first = "import os\n\n" if facts.secret else ""
    resource = f"resource={literal(facts.resource)}" if facts.resource else ""
    before = f",\n    {resource}" if resource else ""
    return f"""{first}from requests_oauthlib import OAuth2Session

session = OAuth2Session(
    {literal(facts.client_id)},
    redirect_uri={literal(facts.redirect_uri)},
    scope={literal(facts.scope)}.split(),
    pkce="S256",
)
url, state = session.authorization_url({literal(_authorization_url(facts))}{before})
print("open", url)
session.fetch_token(
    {literal(facts.token_endpoint)},
    authorization_response=input("paste the address you were sent to: "),
{secret}{include})
print(session.get({literal(facts.call)}, timeout=30).text)"""


def _curl(facts: Facts) -> str:
    query = {
        "response_type": "code",
        "client_id": facts.client_id,
        "redirect_uri": facts.redirect_uri,
        "scope": facts.scope,
        **({"resource": facts.resource} if facts.resource else {}),
        "code_challenge_method": "S256",
    }
    url = f"{_authorization_url(facts)}?{urlencode(query)}"
    if facts.posts:
        who = (
            f"--data-urlencode client_id={shell(facts.client_id)} "
            '--data-urlencode client_secret="$CLIENT_SECRET"'
        )
    elif facts.secret:
        who = f'--user {shell(facts.client_id)}:"$CLIENT_SECRET"'
    else:
        who = f"--data-urlencode client_id={shell(facts.client_id)}"
    return "\n".join(
        (
            "VERIFIER=$(openssl rand -hex 32)",
            'CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary \\',
            "  | basenc --base64url | tr -d =)",
            f'echo {shell(url + "&code_challenge=")}"$CHALLENGE"',
            "read -r -p 'code from the address you were sent to: ' CODE",
            f"curl {who} \\",
            "  --data grant_type=authorization_code \\",
            '  --data-urlencode code="$CODE" \\',
            f"  --data-urlencode redirect_uri={shell(facts.redirect_uri)} \\",
            '  --data-urlencode code_verifier="$VERIFIER" \\',
            f"  {shell(facts.token_endpoint)}",
        )
    )


def _spring(facts: Facts) -> str:
    method = "client_secret_post" if facts.posts else "client_secret_basic"
    secret = "            client-secret: ${CLIENT_SECRET}\n" if facts.secret else ""
    return f"""spring:
  security:
    oauth2:
      client:
        registration:
          authserver:
            client-id: {literal(facts.client_id)}
{secret}            client-authentication-method: {method if facts.secret else "none"}
            authorization-grant-type: authorization_code
            redirect-uri: {literal(facts.redirect_uri)}
            scope: {literal(facts.scope.replace(" ", ","))}
        provider:
          authserver:
            issuer-uri: {literal(facts.issuer)}"""


def _postman(facts: Facts) -> str:
    return settings(
        (
            ("Auth Type", "OAuth 2.0"),
            ("Grant type", "Authorization Code (With PKCE)"),
            ("Callback URL", facts.redirect_uri),
            ("Auth URL", _authorization_url(facts)),
            ("Access Token URL", facts.token_endpoint),
            ("Client ID", facts.client_id),
            ("Client Secret", "{{client_secret}}" if facts.secret else ""),
            ("Code Challenge Method", "SHA-256"),
            ("Scope", facts.scope),
            (
                "Client Authentication",
                "Send as Basic Auth header"
                if facts.secret and not facts.posts
                else "Send client credentials in body",
            ),
            ("Request", f"GET {facts.call}"),
        )
    )


def _no_code(facts: Facts) -> str:
    return settings(
        (
            ("Authorization URL", _authorization_url(facts)),
            ("Access token URL", facts.token_endpoint),
            ("Refresh token URL", facts.token_endpoint),
            ("Client id", facts.client_id),
            ("Client secret", "…" if facts.secret else ""),
            ("Scope", facts.scope),
            ("PKCE", "S256" if facts.pkce else "S256, where the tool can"),
            ("Redirect URI here", facts.redirect_uri),
            ("Test with", f"GET {facts.call}"),
        )
    )
