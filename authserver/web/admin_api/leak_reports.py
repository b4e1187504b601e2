"""`/leak-reports`: secrets that somebody has found where they do not belong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from pydantic import Field

from authserver.domain.leaks import FoundSecret
from authserver.services.leak_reports import MOST_FOUND
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.members import Said, Shown
from authserver.web.admin_api.tokens import WRITE

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery

LONGEST_SECRET: Final = 16_384
LONGEST_TEXT: Final = 2000


class SecretFound(Said):
    """One string, and where it stood."""

    secret: str = Field(min_length=1, max_length=LONGEST_SECRET)
    url: str = Field("", max_length=LONGEST_TEXT)
    source: str = Field(
        "", max_length=LONGEST_TEXT, description="In what: a repository, a chat, a log."
    )


class NewLeakReport(Said):
    """What was found."""

    found: list[SecretFound] = Field(min_length=1, max_length=MOST_FOUND)


class LeakResult(Shown):
    """What came of one string. It is not repeated."""

    result: Literal["unknown", "revoked", "over", "alerted"] = Field(
        description="`alerted`: a secret that goes on, for something would stand still without it: "
        "whose it is, is on record (`leak.reported`); replace it now."
    )


class LeakReportShown(Shown):
    """What came of the strings, in their order."""

    items: list[LeakResult]


def report_leak(asked: Asked[NewLeakReport, NoQuery]) -> Answered:
    """Stop what can be stopped."""
    found = [
        FoundSecret(each.secret, url=each.url, source=each.source) for each in asked.said.found
    ]
    outcomes = asked.services.leak_reports.report(found, asked.act)
    items = [LeakResult.model_validate({"result": str(each)}) for each in outcomes]
    return Answered(LeakReportShown(items=items))


ENDPOINTS: Final = (
    Endpoint(
        *("POST", "/leak-reports", "reportLeak", "Stop secrets that somebody has found", WRITE),
        report_leak,
        about="API tokens and access tokens are revoked, refresh tokens with all that came of "
        "their grants, before the answer. Whoever knows a secret may report it, so this takes no "
        "more for the secrets of those who administer.",
        said=NewLeakReport,
        answer=LeakReportShown,
    ),
)
