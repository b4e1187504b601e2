"""The keys of an identity provider in files of configuration."""

from __future__ import annotations

from typing import Final

from authserver.services.declaration_values import AnyText, Entries, Texts
from authserver.services.policy_tables import Key, Rules, Table
from authserver.services.policy_values import Count, Flag

_TEXT: Final = AnyText()
_TEXTS: Final = Texts()
_FLAG: Final = Flag()
_PRESET: Final = "as its kind has it"
_NUMBER: Final = Count(0, 2**40)

_GROUPS: Final = Table(
    dict,
    (
        Key("source", _TEXT, "`none`, `claim`, `graph` or `okta-api`.", _PRESET),
        Key("claim", _TEXT, "The claim's name.", _PRESET),
        Key("limit", _NUMBER, "At how many groups a list may be cut off; 0 for never.", _PRESET),
        Key("directory_client_id", _TEXT, "Our application at its directory.", "none"),
    ),
    "How groups are read.",
)
_BEARER: Final = Table(
    dict,
    (
        Key("is_on", _FLAG, "Whether its access tokens count here.", "`false`"),
        Key("for_exchange", _FLAG, "Whether they may be exchanged for ours.", "`false`"),
        Key("creates_users", _FLAG, "Whether a first call may make a user.", "`false`"),
        Key("longest_seconds", _NUMBER, "The longest life of one that counts.", "86400"),
        Key("audiences", _TEXTS, "Accepted values of `aud`.", "none"),
        Key("clients", Entries(_TEXT, "a table: our client ids, or empty texts, by theirs"),
            "Which of its clients count.", "none"),
        Key("scopes", Entries(_TEXTS, "a table: lists of our scopes by theirs"),
            "What its scopes mean.", "none"),
    ),
    "Which of its access tokens count here.",
)  # fmt: skip
_RULE: Final = Table(
    dict,
    (
        Key("group", _TEXT, "The group, exactly as the provider writes it."),
        Key("effect", _TEXT, "`group`, `administrator`, `role`, `scopes` or `deny`."),
        Key("value", _TEXT, "A local group, a role, or scopes.", "none"),
        Key("label", _TEXT, "How people call the group.", "none"),
    ),
    "What a group means here.",
)
_DOMAIN: Final = Table(
    dict,
    (
        Key("domain", _TEXT, "An e-mail domain."),
        Key("routing", _TEXT, "`suggest` or `force`.", "`suggest`"),
    ),
    "Whose people sign in there.",
)

WHEREABOUTS: Final = ("issuer", "authority", "tenant", "tenants", "pool", "domain")
"""Where it is: they decide who somebody is, and only `tenants` can be changed later."""

PROVIDER_KEYS: Final = (
    Key("name", _TEXT, "Its name, which stands in addresses."),
    Key("kind", _TEXT, "`okta`, `entra`, `cognito` or `oidc`; cannot be changed."),
    Key("client_id", _TEXT, "Our application there."),
    Key("issuer", _TEXT, "Its issuer; of any but `entra`.", "none"),
    Key("authority", _TEXT, "Of `entra`: another cloud than the public one.", "the public one"),
    Key("tenant", _TEXT, "Of `entra`: the GUID of the only tenant.", "none"),
    Key("tenants", _TEXTS, "Of `entra`: the GUIDs of several.", "none"),
    Key("pool", _TEXT, "Of `cognito`: the id of the user pool, instead of the issuer.", "none"),
    Key("domain", _TEXT, "Of `cognito`: the host of its sign-in pages.", "none"),
    Key("display_name", _TEXT, "Its name, for people.", _PRESET),
    Key("auth", _TEXT, "How we authenticate there.", _PRESET),
    Key("discovery_url", _TEXT, "Where its metadata stands.", _PRESET),
    Key("algorithms", _TEXTS, "How its tokens may be signed.", _PRESET),
    Key("scopes", _TEXTS, "What we ask for at sign-in.", _PRESET),
    Key("uses_userinfo", _FLAG, "Whether its userinfo is asked.", _PRESET),
    Key("accepts_login", _FLAG, "Whether people sign in there.", "`true`"),
    Key("email_trust", _TEXT, "When its addresses count as verified.", _PRESET),
    Key("groups", _GROUPS, "How groups are read.", _PRESET),
    Key("acrs", Entries(_TEXT, "a table: our words by theirs"), "What its `acr` means.", "nothing"),
    Key("logout", _TEXT, "How people are signed out there.", _PRESET),
    Key("endpoint_hosts", _TEXTS, "Hosts beside the issuer's.", _PRESET),
    Key("creation", _TEXT, "`on` or `off`: who signs in becomes a user.", "`off`"),
    Key("creation_groups", _TEXTS, "Only with these groups.", "any"),
    Key("creation_domains", _TEXTS, "Only with verified addresses there.", "any"),
    Key("is_linkable", _FLAG, "Whether users may connect it.", "`true`"),
    Key("living_seconds", _NUMBER, "How long users live without a sign-in; 0 for ever.", "30 days"),
    Key("bearer", _BEARER, "Which of its access tokens count.", "none"),
    Key("group_rules", Rules(_RULE), "What its groups mean, all of them.", "nothing"),
    Key("domains", Rules(_DOMAIN), "Whose people sign in there, all of them.", "nobody"),
)
