"""An Amazon Cognito user pool, played by `cognito-local` (npm), with `cognito.cjs` in front.

cognito-local has a sign-in page with passwords, checks redirect URIs, codes and PKCE, and signs
tokens with groups by RS256. It lacks, and `cognito.cjs` adds: metadata that name its endpoints, the
nonce, a check of the client secret. Nobody adds: userinfo, logout, custom scopes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import requests

from tests.standins.cast import ENGINEERS, GRACE, PASSWORD
from tests.standins.processes import NodeProcess

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SECONDS = 10


def cognito(packages: Path, folder: Path, port: int) -> NodeProcess:
    """A server of user pools, without any; people's names there are not addresses."""
    origin = f"http://localhost:{port}"
    configuration = {
        "TokenConfig": {"IssuerDomain": origin},
        "UserPoolDefaults": {"UsernameAttributes": []},
    }
    (folder / ".cognito").mkdir(parents=True, exist_ok=True)
    (folder / ".cognito" / "config.json").write_text(json.dumps(configuration))
    words = [str(packages / "cognito.cjs"), str(port)]
    return NodeProcess(folder, port, words, "/health")


class Pool:
    """A user pool with Grace, who is an engineer, and an app client for us."""

    def __init__(self, origin: str, redirect_uris: Sequence[str]) -> None:
        self._origin = origin
        self.pool = str(self._ask("CreateUserPool", PoolName="people")["UserPool"]["Id"])
        client = self._ask(
            "CreateUserPoolClient",
            UserPoolId=self.pool,
            ClientName="authserver",
            GenerateSecret=True,
            CallbackURLs=list(redirect_uris),
        )["UserPoolClient"]
        self.client_id = str(client["ClientId"])
        self.client_secret = str(client["ClientSecret"])
        self._hire()

    @property
    def issuer(self) -> str:
        """The issuer of its tokens."""
        return f"{self._origin}/{self.pool}"

    def _hire(self) -> None:
        person = {"UserPoolId": self.pool, "Username": GRACE.login}
        attributes = {"email": GRACE.email, "email_verified": "true"}
        named = [{"Name": name, "Value": value} for name, value in attributes.items()]
        self._ask("AdminCreateUser", **person, UserAttributes=named, MessageAction="SUPPRESS")
        self._ask("AdminSetUserPassword", **person, Password=PASSWORD, Permanent=True)
        self._ask("CreateGroup", UserPoolId=self.pool, GroupName=ENGINEERS)
        self._ask("AdminAddUserToGroup", **person, GroupName=ENGINEERS)

    def _ask(self, action: str, **parameters: object) -> dict[str, Any]:
        headers = {
            "X-Amz-Target": f"AWSCognitoIdentityProviderService.{action}",
            "Content-Type": "application/x-amz-json-1.1",
        }
        answer = requests.post(
            self._origin, json.dumps(parameters), headers=headers, timeout=SECONDS
        )
        assert answer.ok, f"{action}: {answer.text}"
        return dict(answer.json()) if answer.text else {}
