"""Snippets of clients that get tokens for themselves (RFC 6749 section 4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.web.admin.config_changes import changes_for_itself
from authserver.web.admin.snippet_values import Snippet, literal, settings, shell
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.web.admin.snippets import Facts

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""RFC 7523 section 2.2."""


def written(facts: Facts) -> Sequence[Snippet]:
    """Curl first; then Python, Java, Postman and tools without code, where there is a secret."""
    if facts.by_keys:
        return (
            Snippet("curl", "curl", _curl_with_assertion(facts), _sign_it()),
            Snippet("python", "Python (PyJWT, requests)", _python_with_key(facts)),
        )
    secret = _("The secret comes from the environment variable CLIENT_SECRET.")
    return (
        Snippet("curl", "curl", _curl(facts), secret),
        Snippet("python", "Python (requests)", _python(facts), secret),
        Snippet("oauthlib", "Python (requests-oauthlib)", _oauthlib(facts), secret),
        Snippet("java", "Java", _java(facts), _("Save it as Call.java and run: java Call.java")),
        Snippet("postman", "Postman", _postman(facts), _("On the tab Authorization:")),
        Snippet(
            "no-code",
            _("Tools without code (Zapier, Make, Power Automate, n8n)"),
            _no_code(facts),
            _("In a connection of the kind OAuth 2.0, or in two HTTP steps:"),
        ),
        *changes_for_itself(facts),
    )


def _sign_it() -> str:
    return _("assertion.jwt holds a fresh assertion, signed with the private key.")


def _curl(facts: Facts) -> str:
    if facts.posts:
        who = (
            f"--data-urlencode client_id={shell(facts.client_id)} "
            '--data-urlencode client_secret="$CLIENT_SECRET"'
        )
    else:
        who = f'--user {shell(facts.client_id)}:"$CLIENT_SECRET"'
    return "\n".join(
        (
            f"TOKEN=$(curl --silent --fail-with-body {who} \\",
            "  --data grant_type=client_credentials \\",
            f"  --data-urlencode resource={shell(facts.resource)} \\",
            f'  {shell(facts.token_endpoint)} | sed \'s/.*"access_token":"\\([^"]*\\)".*/\\1/\')',
            f'curl --header "Authorization: Bearer $TOKEN" {shell(facts.call)}',
        )
    )


def _curl_with_assertion(facts: Facts) -> str:
    return "\n".join(
        (
            f"curl --data client_id={shell(facts.client_id)} \\",
            "  --data grant_type=client_credentials \\",
            f"  --data-urlencode resource={shell(facts.resource)} \\",
            f"  --data-urlencode client_assertion_type={ASSERTION_TYPE} \\",
            "  --data-urlencode client_assertion@assertion.jwt \\",
            f"  {shell(facts.token_endpoint)}",
        )
    )


def _python_with_key(facts: Facts) -> str:
    return f"""import time
import uuid

import jwt
import requests

CLIENT_ID = {literal(facts.client_id)}
now = int(time.time())
with open("private-key.pem") as file:
    assertion = jwt.encode(
        {{
            "iss": CLIENT_ID,
            "sub": CLIENT_ID,
            "aud": {literal(facts.issuer)},
            "iat": now,
            "exp": now + 60,
            "jti": str(uuid.uuid4()),
        }},
        file.read(),
        algorithm="ES256",
    )
answer = requests.post(
    {literal(facts.token_endpoint)},
    data={{
        "grant_type": "client_credentials",
        "resource": {literal(facts.resource)},
        "client_id": CLIENT_ID,
        "client_assertion_type": {literal(ASSERTION_TYPE)},
        "client_assertion": assertion,
    }},
    timeout=30,
)
answer.raise_for_status()
headers = {{"Authorization": "Bearer " + answer.json()["access_token"]}}
print(requests.get({literal(facts.call)}, headers=headers, timeout=30).text)"""


def _python(facts: Facts) -> str:
    client_id = literal(facts.client_id)
    who = "" if facts.posts else f'    auth=({client_id}, os.environ["CLIENT_SECRET"]),\n'
    posted = (
        f'        "client_id": {client_id},\n'
        '        "client_secret": os.environ["CLIENT_SECRET"],\n'
        if facts.posts
        else ""
    )
    return f"""import os

import requests

answer = requests.post(
    {literal(facts.token_endpoint)},
{who}    data={{
        "grant_type": "client_credentials",
        "resource": {literal(facts.resource)},
{posted}    }},
    timeout=30,
)
answer.raise_for_status()
headers = {{"Authorization": "Bearer " + answer.json()["access_token"]}}
print(requests.get({literal(facts.call)}, headers=headers, timeout=30).text)"""


def _oauthlib(facts: Facts) -> str:
    include = "    include_client_id=True,\n" if facts.posts else ""
    who = (
        '    client_secret=os.environ["CLIENT_SECRET"],\n'
        if facts.posts
        else f'    auth=({literal(facts.client_id)}, os.environ["CLIENT_SECRET"]),\n'
    )
    return f"""import os

from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

session = OAuth2Session(client=BackendApplicationClient({literal(facts.client_id)}))
session.fetch_token(
    {literal(facts.token_endpoint)},
{who}{include}    resource={literal(facts.resource)},
)
print(session.get({literal(facts.call)}, timeout=30).text)"""


def _java(facts: Facts) -> str:
    posted = (
        f' + "&client_id=" + {literal(facts.client_id)} + "&client_secret=" + secret'
        if facts.posts
        else ""
    )
    basic = (
        ""
        if facts.posts
        else (
            '\n            .header("Authorization", "Basic " '
            "+ Base64.getEncoder().encodeToString(\n"
            f"                ({literal(facts.client_id + ':')} + secret).getBytes()))"
        )
    )
    return f"""import java.net.URI;
import java.net.URLEncoder;
import java.net.http.*;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

class Call {{
    public static void main(String[] arguments) throws Exception {{
        String secret = System.getenv("CLIENT_SECRET");
        String resource = URLEncoder.encode({literal(facts.resource)}, StandardCharsets.UTF_8);
        String form = "grant_type=client_credentials&resource=" + resource{posted};
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest ask = HttpRequest.newBuilder(URI.create({literal(facts.token_endpoint)}))
            .header("Content-Type", "application/x-www-form-urlencoded"){basic}
            .POST(HttpRequest.BodyPublishers.ofString(form)).build();
        String answer = http.send(ask, HttpResponse.BodyHandlers.ofString()).body();
        var found = Pattern.compile("\\"access_token\\":\\"([^\\"]+)\\"").matcher(answer);
        if (!found.find()) throw new IllegalStateException(answer);
        HttpRequest call = HttpRequest.newBuilder(URI.create({literal(facts.call)}))
            .header("Authorization", "Bearer " + found.group(1)).build();
        System.out.println(http.send(call, HttpResponse.BodyHandlers.ofString()).body());
    }}
}}"""


def _postman(facts: Facts) -> str:
    return settings(
        (
            ("Auth Type", "OAuth 2.0"),
            ("Grant type", "Client Credentials"),
            ("Access Token URL", facts.token_endpoint),
            ("Client ID", facts.client_id),
            ("Client Secret", "{{client_secret}}"),
            (
                "Client Authentication",
                "Send client credentials in body" if facts.posts else "Send as Basic Auth header",
            ),
            ("Advanced, Token Request", f"resource = {facts.resource}  (Send In: Request Body)"),
            ("Request", f"GET {facts.call}"),
        )
    )


def _no_code(facts: Facts) -> str:
    who = (
        f"client_id={facts.client_id} client_secret=…"
        if facts.posts
        else f"Basic: {facts.client_id} / secret"
    )
    return settings(
        (
            ("1. Method and URL", f"POST {facts.token_endpoint}"),
            ("   Body type", "Form (application/x-www-form-urlencoded)"),
            ("   Authentication", who),
            ("   Field grant_type", "client_credentials"),
            ("   Field resource", facts.resource),
            ("2. Method and URL", f"GET {facts.call}"),
            ("   Header Authorization", "Bearer {access_token from step 1}"),
        )
    )
