"""Snippets of clients without a browser of their own (RFC 8628)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.web.admin.snippet_values import Snippet, literal, settings, shell
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.web.admin.snippets import Facts


def written(facts: Facts) -> Sequence[Snippet]:
    """curl, Python, and what any device asks for."""
    return (
        Snippet("curl", "curl", _curl(facts), _("Run the second command when you have agreed:")),
        Snippet("python", "Python (requests)", _python(facts)),
        Snippet("settings", _("What an app asks for"), _settings(facts)),
    )


def _device_url(facts: Facts) -> str:
    return facts.issuer + "/oauth2/device_authorization"


def _who(facts: Facts) -> str:
    if facts.secret and not facts.posts:
        return f'--user {shell(facts.client_id)}:"$CLIENT_SECRET"'
    posted = ' --data-urlencode client_secret="$CLIENT_SECRET"' if facts.secret else ""
    return f"--data-urlencode client_id={shell(facts.client_id)}{posted}"


def _curl(facts: Facts) -> str:
    return "\n".join(
        (
            f"curl {_who(facts)} --data-urlencode scope={shell(facts.scope)} \\",
            f"  {shell(_device_url(facts))}",
            f"curl {_who(facts)} --data-urlencode device_code=DEVICE_CODE \\",
            "  --data grant_type=urn:ietf:params:oauth:grant-type:device_code \\",
            f"  {shell(facts.token_endpoint)}",
        )
    )


def _python(facts: Facts) -> str:
    secret = ', "client_secret": os.environ["CLIENT_SECRET"]' if facts.secret else ""
    first = "import os\n" if facts.secret else ""
    return f"""{first}import time

import requests

who = {{"client_id": {literal(facts.client_id)}{secret}}}
begun = requests.post(
    {literal(_device_url(facts))},
    data={{**who, "scope": {literal(facts.scope)}}},
    timeout=30,
).json()
print("open", begun["verification_uri_complete"])
while True:
    time.sleep(begun["interval"])
    answer = requests.post(
        {literal(facts.token_endpoint)},
        data={{
            **who,
            "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            "device_code": begun["device_code"],
        }},
        timeout=30,
    ).json()
    if answer.get("error") not in ("authorization_pending", "slow_down"):
        break
headers = {{"Authorization": "Bearer " + answer["access_token"]}}
print(requests.get({literal(facts.call)}, headers=headers, timeout=30).text)"""


def _settings(facts: Facts) -> str:
    return settings(
        (
            ("Device authorization endpoint", _device_url(facts)),
            ("Token endpoint", facts.token_endpoint),
            ("Client id", facts.client_id),
            ("Scope", facts.scope),
        )
    )
