"""What files of configuration may say: every kind of object with its keys.

The same tables read files and write the reference page. `unset` is what leaving a key out means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.declarations import DeclaredKind
from authserver.services.declaration_values import AnyText, Each, Entries, Members, Texts
from authserver.services.declared_client_keys import CLIENT_KEYS
from authserver.services.declared_provider_keys import PROVIDER_KEYS
from authserver.services.policy_tables import Key, Table
from authserver.services.policy_values import Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT: Final = AnyText()
TEXTS: Final = Texts()
STATUS: Final = Choice({"enabled": "enabled", "disabled": "disabled"})
FILE: Final = AnyText("a text: a path, beside this file unless it begins with /")

_HAND_OVER: Final = Table(
    dict,
    (
        Key("kind", TEXT, "`service-credential`, `identity-header` or `assertion`."),
        Key("header", TEXT, "The header, of `identity-header`.", "`X-Remote-User`"),
        Key("account", TEXT, "Whom a service credential belongs to at the site.", "none"),
        Key("type", TEXT, "Of a service credential: `bearer` or `basic`.", "`bearer`"),
        Key("user", TEXT, "The user name, of `basic`.", "none"),
        Key("secret_file", FILE, "Where the service credential is read from.", "none"),
    ),
    "How allowed calls are handed over to the site.",
)

DECLARED: Final[Mapping[DeclaredKind, Table]] = {
    DeclaredKind.RESOURCE: Table(
        dict,
        (
            Key("name", TEXT, "Its name."),
            Key("kind", TEXT, "`jira-dc`, `jira-cloud`, `confluence-dc` or `confluence-cloud`."),
            Key("url", TEXT, "Where it answers."),
            Key("context_path", TEXT, "What it has before `/rest`.", "nothing"),
            Key("identifier", TEXT, "What tokens name it by.", "the URL with the context path"),
            Key("signing_algorithm", TEXT, "How its tokens are signed.", "`ES256`"),
            Key("status", STATUS, "Whether tokens for it count.", "`enabled`"),
            Key("hand_over", _HAND_OVER, "How calls are handed over.", "stays as it is"),
            Key(
                "client_accounts",
                Entries(TEXT, "a table: accounts of the site by the ids of clients"),
                "Which account stands for which client, all of them.",
                "stay as they are",
            ),
            Key(
                "introspection_secret_file",
                FILE,
                "Where the secret of a new site is written.",
                "printed",
            ),
        ),
        "A protected resource.",
    ),
    DeclaredKind.GATEWAY: Table(
        dict,
        (
            Key("name", TEXT, "Its name."),
            Key("resource", TEXT, "The site that it stands before."),
            Key("session_cookies", TEXT, "`block`, `observe` or `allow`.", "`block`"),
            Key("key_file", FILE, "Where the key of a new gateway is written.", "printed"),
        ),
        "A gateway.",
    ),
    DeclaredKind.CLIENT: Table(
        dict,
        (
            Key("client_id", TEXT, "Its id."),
            Key("name", TEXT, "Its name, for people.", "the id"),
            Key("status", STATUS, "Whether it may act.", "`enabled`"),
            *CLIENT_KEYS,
            Key(
                "keys",
                Each(Members(), "tables, each under its own heading in double brackets"),
                "Its public keys.",
                "none",
            ),
            Key("secret_file", FILE, "Where the secret of a new client is written.", "printed"),
        ),
        "A client.",
    ),
    DeclaredKind.PROVIDER: Table(
        dict,
        (
            *PROVIDER_KEYS,
            Key("status", STATUS, "Whether it counts.", "`enabled`"),
            Key("secret_file", FILE, "Where our secret there is read from.", "none"),
            Key("directory_secret_file", FILE, "The same for its directory.", "none"),
        ),
        "An identity provider. What is left out is as the preset of its kind has it.",
    ),
    DeclaredKind.GROUP: Table(
        dict,
        (
            Key("name", TEXT, "Its name."),
            Key("description", TEXT, "What it is for; cannot be changed later.", "none"),
            Key("members", TEXTS, "User names: all members by hand.", "stay as they are"),
        ),
        "A group of users.",
    ),
    DeclaredKind.USER: Table(
        dict,
        (
            Key("username", TEXT, "The name of a user that there is."),
            Key("roles", TEXTS, "The roles by hand: all of them."),
        ),
        "The roles of a local user. Files make no users, and end none.",
    ),
    DeclaredKind.POLICY: Table(
        dict,
        (
            Key("name", TEXT, "`default`, or the name of a resource."),
            Key("text", TEXT, "The document, as `authserver policy apply` takes it."),
        ),
        "A policy document, where it is not a file of its own: `policies/<name>.toml`.",
    ),
}
