"""The policy language: every section that a document may have, in the order of the pages."""

from __future__ import annotations

from typing import Final

from authserver.domain.policy_documents import PolicyDocument
from authserver.services.policy_access_tables import ACCESS, BROWSERS, EMAILS
from authserver.services.policy_deny_tables import DENY
from authserver.services.policy_legacy_tables import LEGACY
from authserver.services.policy_network_tables import NETWORK
from authserver.services.policy_operation_tables import HARMLESS, OPEN, OPERATION, PROJECT
from authserver.services.policy_rate_tables import RATE
from authserver.services.policy_tables import Key, Rules, Table
from authserver.services.policy_token_tables import TOKENS_SECTION

_ANYBODY: Final = "asks nothing"

DOCUMENT: Final = Table(
    PolicyDocument,
    (
        Key("access", ACCESS, "Who may call.", _ANYBODY),
        Key("tokens", TOKENS_SECTION, "API tokens.", _ANYBODY),
        Key("network", Rules(NETWORK), "From where.", _ANYBODY, "networks"),
        Key("browsers", BROWSERS, "From which pages.", _ANYBODY),
        Key("emails", EMAILS, "With which addresses.", _ANYBODY),
        Key("legacy", LEGACY, "Without tokens.", "blocks all but sessions"),
        Key("operation", Rules(OPERATION), "Which operations.", _ANYBODY, "operations"),
        Key("project", Rules(PROJECT), "Which projects.", _ANYBODY, "projects"),
        Key("harmless", HARMLESS, "Without a certain project.", "nothing is harmless"),
        Key("open", Rules(OPEN), "What no scope opens.", "opens nothing", "opened"),
        Key("rate", Rules(RATE), "How often.", _ANYBODY, "rates"),
        Key("deny", Rules(DENY), "Refused at any rate.", "denies nothing"),
    ),
    "A policy document.",
)
