"""Examples of calls about policies, records, decisions, mails and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from authserver.domain.mail import MailDraft, MailKind
from authserver.services.mail_administration import MailAdministration
from authserver.services.mail_outbox import MailOutbox
from tests.services.mail_room import WORDS, PlainWriter, ScriptedSender
from tests.web.admin.calling import decided
from tests.web.admin_api.example_tokens import OF_ROBOT
from tests.web.admin_api.example_values import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.admin_api.rest import Rest

EXPECTED: Final = """\
resource = "jira-main"

[[expect]]
call = "GET /rest/api/2/myself"
expect = "deny"
"""


def prepared(rest: Rest) -> Mapping[str, Example]:
    """A document with a version, a decision, a mail that waits."""
    return {**_policies(rest), **_records(rest), **_mails(rest), "showDashboard": Example()}


def _policies(rest: Rest) -> Mapping[str, Example]:
    rest.world.installation.site("with-policy")
    rest.container.policies.apply("with-policy", "", rest.container.operator)
    name = {"name": "with-policy"}
    return {
        "listPolicies": Example(),
        "showPolicy": Example({"name": "default"}),
        "applyPolicy": Example(name, {"text": "", "comment": "as it was"}),
        "listPolicyVersions": Example(name),
        "showPolicyVersion": Example({**name, "version": "1"}),
        "planPolicy": Example(name, {"text": "# nothing\n", "replay_days": 1}),
        "testPolicy": Example(said={"text": EXPECTED, "drafts": {"default": "# nothing"}}),
        "rollBackPolicy": Example(name, {"version": 1}),
    }


def _records(rest: Rest) -> Mapping[str, Example]:
    made = rest.made("/tokens", OF_ROBOT)
    token = made["token"]["token_id"]
    newest = rest.get("/audit/records", query="limit=1")["items"][0]["record_id"]
    call = quote("GET /rest/api/2/myself")
    return {
        "verifyRecords": Example(query="within_seconds=5"),
        "listCalls": Example(query="way=access-token&outcome=success&sort=hour&limit=2"),
        "listUnknownPaths": Example(query="resource=jira-main&days=7"),
        "sealRecords": Example(),
        "listRecords": Example(query="action=client&outcome=success&limit=2"),
        "showRecord": Example({"record_id": str(newest)}),
        "showDecision": Example({"decision_id": decided(rest.world, made["api_token"])}),
        "listPermittedCallers": Example(query="what=delete&project=HR&resource=jira-main"),
        "explainCall": Example(query=f"token_id={token}&call={call}&resource=jira-main"),
    }


def _mails(rest: Rest) -> Mapping[str, Example]:
    """One mail that waits, at a server that takes everything."""
    container = rest.container
    outbox = MailOutbox(
        clock=container.clock,
        secret_maker=container.secret_maker,
        sealer=container.sealer,
        is_on=True,
    )
    vars(container)["mail_administration"] = MailAdministration(
        administration=container.administration,
        outbox=outbox,
        writer=PlainWriter(),
        sender=ScriptedSender(),
        secret_maker=container.secret_maker,
        issuer=container.settings.issuer,
    )
    draft = MailDraft("of-t1", MailKind.TOKEN_EXPIRES, "ada@example.com", "en", WORDS)
    with container.database.writing() as stores:
        outbox.put_in(stores, draft)
    mail = {"mail_id": rest.get("/mails")["items"][0]["mail_id"]}
    return {
        "listMails": Example(query="status=waiting&kind=token-expires&sort=next_try_at"),
        "showMail": Example(mail),
        "retryMail": Example(mail),
        "previewMail": Example({"kind": "token-expires"}, query="locale=de"),
        "testMail": Example(said={"to": "ada@example.com"}),
    }
