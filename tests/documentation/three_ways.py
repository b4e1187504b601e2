"""What each page of the console does, by REST and on the command line.

Whoever adds a page adds its row; a test finds pages without one, and rows that name what is not
there.
"""

from __future__ import annotations

from typing import Final

from tests.documentation.way import Way
from tests.documentation.ways_of_access import CLIENTS, PEOPLE, SITES

_TOKENS: Final = (
    Way(
        "Look at API tokens",
        ("tokens", "token"),
        ("listTokens", "showToken", "showLineage"),
        ("token list", "token show"),
    ),
    Way(
        "Find tokens that nobody uses",
        ("tokens_stale",),
        ("listStaleTokens",),
        ("token stale",),
    ),
    Way(
        "Make a token for somebody",
        ("token_new", "token_details"),
        ("createToken",),
        ("token create",),
    ),
    Way("Rotate a token", ("token_rotate",), ("rotateToken",), ("token rotate",)),
    Way("Offer a token again", ("token_offer",), ("offerToken",), ("token offer",)),
    Way(
        "Stop tokens and let them work again",
        ("token_disable", "token_enable", "token_revoke", "tokens_bulk"),
        ("disableToken", "enableToken", "revokeToken"),
        ("token disable", "token enable", "token revoke"),
    ),
    Way(
        "Act in an incident, and undo it",
        ("incidents",),
        ("actOnTokens",),
        ("token revoke", "token disable", "token enable"),
    ),
    Way("Stop a secret that was found", (), ("reportLeak",), ("token report-leak",)),
    Way(
        "See what a token may do",
        ("token_try", "token_pasted"),
        ("explainCall",),
        ("policy explain",),
    ),
)
_RULES: Final = (
    Way(
        "Look at providers",
        ("providers", "provider"),
        ("listProviders", "showProvider"),
        ("provider list", "provider show"),
    ),
    Way(
        "Set a provider up",
        ("provider_new", "provider_details"),
        ("addProvider",),
        ("provider add",),
    ),
    Way(
        "Change a provider",
        ("provider_edit", "provider_bearer"),
        ("changeProvider",),
        ("provider update", "provider bearer"),
    ),
    Way("Test a provider", ("provider_test",), ("testProvider",), ("provider test",)),
    Way(
        "Give our new secret at a provider",
        ("provider_secret",),
        ("listProviderSecrets", "addProviderSecret"),
        ("provider secret add",),
    ),
    Way(
        "End our older secrets at a provider",
        ("provider_secrets_expire",),
        ("expireProviderSecrets",),
        ("provider secret expire",),
    ),
    Way(
        "Give our secret for a provider's directory",
        ("provider_directory_secret",),
        ("setDirectorySecret",),
        ("provider secret set-directory",),
    ),
    Way(
        "Stop, start and remove a provider",
        ("provider_disable", "provider_enable", "provider_remove"),
        ("disableProvider", "enableProvider", "removeProvider"),
        ("provider disable", "provider enable", "provider remove"),
    ),
    Way(
        "Say what groups of a provider mean",
        ("provider_rules", "provider_rule_new", "provider_rule_remove"),
        ("listGroupRules", "addGroupRule", "removeGroupRule"),
        ("provider group-rule list", "provider group-rule add", "provider group-rule remove"),
    ),
    Way(
        "Deny what is a provider's",
        ("provider_denials", "provider_deny", "provider_allow"),
        ("listDenials", "deny", "allow"),
        ("provider denials", "provider deny", "provider allow"),
    ),
    Way(
        "Send people of a domain to a provider",
        ("provider_domains", "provider_domain_set", "provider_domain_remove"),
        ("listDomains", "setDomain", "removeDomain"),
        ("provider domain list", "provider domain set", "provider domain remove"),
    ),
    Way(
        "Look at policies",
        ("policies", "policy", "policy_version"),
        ("listPolicies", "showPolicy", "listPolicyVersions", "showPolicyVersion"),
        ("policy list", "policy show", "policy versions"),
    ),
    Way(
        "Change a policy, having seen what it does",
        ("policy_edit",),
        ("planPolicy", "applyPolicy"),
        ("policy validate", "policy diff", "policy replay", "policy apply"),
    ),
    Way("Try what calls must get", (), ("testPolicy",), ("policy test",)),
    Way(
        "Go back to an older policy", ("policy_restore",), ("rollBackPolicy",), ("policy rollback",)
    ),
)
_SERVER: Final = (
    Way(
        "See how things stand",
        ("start",),
        ("showDashboard",),
        ("audit summary", "token stale", "key list", "provider list", "mail list"),
    ),
    Way("Prove to be oneself", ("proved",), (), ()),
    Way(
        "Find out why a call failed",
        ("decisions", "decision"),
        ("showDecision",),
        ("policy explain", "audit show"),
    ),
    Way(
        "Find out who can do something",
        ("who",),
        ("listPermittedCallers",),
        ("policy who",),
    ),
    Way(
        "Search the record of acts",
        ("audit",),
        ("listRecords", "showRecord"),
        ("audit search", "audit show", "audit export"),
    ),
    Way("See how often who called what", ("calls",), ("listCalls",), ("audit calls",)),
    Way("Check that no record was changed", (), ("verifyRecords",), ("audit verify",)),
    Way("Sign how far the record has come", (), ("sealRecords",), ("audit seal",)),
    Way(
        "Find routes that no operation is known for",
        (),
        ("listUnknownPaths",),
        ("audit unknown-paths",),
    ),
    Way("Apply files of configuration", (), ("applyDeclarations",), ("apply",)),
    Way("Write the configuration down", (), ("exportDeclarations",), ("export",)),
    Way(
        "Look after mail",
        ("mails", "mails_bulk"),
        ("listMails", "showMail", "retryMail"),
        ("mail list", "mail show", "mail retry"),
    ),
    Way("Send a mail to see whether it arrives", ("mail_test",), ("testMail",), ("mail test",)),
    Way(
        "See what mails look like",
        ("mail_previews", "mail_preview", "mail_preview_html"),
        ("previewMail",),
        ("mail preview",),
    ),
    Way(
        "Look after signing keys",
        ("keys", "keys_rotate", "key_revoke"),
        ("listKeys", "rotateKeys", "revokeKey"),
        ("key list", "key rotate", "key revoke"),
    ),
    Way("Seal everything under a new key file", (), ("resealKeys",), ("key reseal",)),
    Way("Read the settings", ("settings",), ("listSettings",), ("settings show",)),
)
WAYS: Final[tuple[tuple[str, tuple[Way, ...]], ...]] = (
    ("Clients", CLIENTS),
    ("Sites and gateways", SITES),
    ("People", PEOPLE),
    ("API tokens", _TOKENS),
    ("Providers and policies", _RULES),
    ("Records and the server", _SERVER),
)
"""Headings, and the tasks below each."""
ONLY_HERE: Final = frozenset({"proved"})
"""Pages that are steps of the console itself: a token needs no proof, nor does a shell."""
