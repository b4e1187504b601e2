"""What a policy document says that its author may not have meant. Nothing here is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.texts import shown_time
from authserver.services.policy_language import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.domain.policy_documents import DenyRule, PolicyDocument

_CALLERS: Final = ("groups", "clients", "tokens")
_NAMED: Final = (
    ("network", "networks"),
    ("operation", "operations"),
    ("project", "projects"),
    ("rate", "rates"),
)


def notes_on(document: PolicyDocument, default: PolicyDocument | None, now: float) -> Sequence[str]:
    """One sentence for each. `default` is the default document, for the document of a site."""
    return [
        *_replaced(document, default),
        *_nobody(document),
        *_over(document, now),
        *_everything(document),
    ]


def _replaced(document: PolicyDocument, default: PolicyDocument | None) -> Iterator[str]:
    if default is None:
        return
    for key in DOCUMENT.keys:
        # Of tokens and deny, both documents count.
        if key.name not in {"tokens", "deny"} and not (
            getattr(document, key.goes_to) is None or getattr(default, key.goes_to) is None
        ):
            yield f"{key.name}: takes the place of what the default document says there"


def _nobody(document: PolicyDocument) -> Iterator[str]:
    access, tokens = document.access, document.tokens
    if access is not None and access.groups is not None and not access.groups:
        yield "access.groups is empty: no user may call"
    if access is not None and access.clients is not None and not access.clients:
        yield "access.clients is empty: no service may call"
    if tokens is not None and tokens.holders is not None and not tokens.holders:
        yield "tokens.holders is empty: no token of a user counts"
    if tokens is not None and not tokens.presentations:
        yield "tokens.presentations is empty: no token counts"
    for section, field in _NAMED:
        for rule in getattr(document, field) or ():
            if getattr(rule, "allow", None) == ():
                yield f"{section}.{rule.name}: allow is empty: nothing is allowed"
            named = [getattr(rule, each, None) for each in _CALLERS]
            if any(each is not None for each in named) and not any(named):
                yield f"{section}.{rule.name} is about nobody: it names empty lists of callers"


def _over(document: PolicyDocument, now: float) -> Iterator[str]:
    if document.access is not None:
        for override in document.access.overrides:
            if override.until <= now:
                yield f"access.override.{override.user} ended at {shown_time(override.until)}"
    if document.legacy is not None:
        for exception in document.legacy.exceptions:
            if exception.until <= now:
                yield f"legacy.exception.{exception.name} ended at {shown_time(exception.until)}"


def _everything(document: PolicyDocument) -> Iterator[str]:
    for rule in document.deny:
        conditions = _conditions(rule)
        if all(each is None for each in conditions):
            yield f"deny.{rule.name} has no condition: every call is denied"
        elif any(each is not None and not each for each in conditions):
            yield f"deny.{rule.name} denies nothing: one of its lists is empty"


def _conditions(rule: DenyRule) -> Sequence[object]:
    return (
        *(rule.groups, rule.clients, rule.users),
        *(rule.tokens, rule.networks, rule.operations),
    )
