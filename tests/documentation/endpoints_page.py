"""The page `docs/reference/endpoints.md`: `python -m tests.documentation.endpoints_page`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authserver.machine.client_credentials import CREDENTIAL_FIELDS
from authserver.machine.denials import DENIALS
from authserver.machine.refusals import STATUS_OF_CODE
from tests.documentation.decision_headers import REASONS_HEAD
from tests.documentation.endpoint_entries import ENTRIES, REFUSALS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.documentation.endpoint_entries import Entry

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "endpoints.md"
_HEAD: Final = """\
# Endpoints

This page is generated: `make docs` writes it anew.

All paths are below the issuer. Forms are `application/x-www-form-urlencoded` in the body of a POST,
never in the URL; no parameter may stand there twice unless this page says so, and unknown ones are
ignored. Answers are JSON. [What the gate refuses](../explanation/machine-lane.md) is the same for
all of them.
"""
_CREDENTIALS: Final = """\
## How a caller proves who it is

In one way per request, the one it is registered for:

* `client_secret_basic`: the header `Authorization: Basic …` of form-encoded client id and secret
  (RFC 6749 section 2.3.1);
* `client_secret_post`: the parameters `client_id` and `client_secret`;
* `private_key_jwt`: the parameters `client_assertion_type` and `client_assertion`, a JWT signed
  with a key of the client's JWK set, registered here or at its `jwks_uri` (RFC 7523); its `jti`
  works once, its `aud` is the issuer, or the token endpoint for clients registered so;
* `none`: public clients name themselves by `client_id` alone. They may not introspect.

Protected resources use the first or the second, with their name and their introspection secret.
Gateways send their key in a header of their own, for `Authorization` is the caller's.

| parameter | characters at most |
|---|---|
"""
_REFUSALS: Final = """\

## Refusals

A refusal is `{"error": …, "error_description": …}`. The description is for people: it names the
field and what is allowed.

| `error` | status | when |
|---|---|---|\
"""
_FRAMES: Final = """\

Refused before anything is read as OAuth: 404, 405 (with `Allow`), 411, 413, 414, 415, 431. After
too many failures: 429 with `Retry-After` in seconds; whoever has the right credential and did not
fail itself is let through. A 503 always has a `Retry-After`, and nothing was done. A 500 holds a
`request_id` to look for in the log.\
"""


def endpoints_page() -> str:
    """The page as Markdown, ending with a line end."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    for entry in ENTRIES:
        yield from _entry(entry)
    yield REASONS_HEAD
    for reason, denial in DENIALS.items():
        words = denial.description.replace("{issuer}", "ISSUER").replace("{why}", " (rule: reason)")
        yield f"| `{reason}` | {denial.status} | `{denial.error}` | {words} |"
    yield ""
    yield _CREDENTIALS + "\n".join(
        f"| `{name}` | {limit:,} |" for name, limit in CREDENTIAL_FIELDS.items()
    )
    yield _REFUSALS
    for code, when in REFUSALS.items():
        yield f"| `{code}` | {STATUS_OF_CODE.get(code, 400)} | {when} |"
    yield _FRAMES


def _entry(entry: Entry) -> Iterator[str]:
    for method in entry.methods:
        yield f"## `{method} {entry.path}`\n"
    yield f"{entry.about}\n"
    yield f"**Who:** {entry.who}\n"
    if entry.rules is not None:
        yield "| parameter | characters at most | |"
        yield "|---|---|---|"
        for name, limit in entry.rules.limits.items():
            if name not in CREDENTIAL_FIELDS:
                again = " May repeat." if name in entry.rules.repeatable else ""
                yield f"| `{name}` | {limit:,} | {entry.parameters[name]}{again} |"
        yield ""
    if entry.headers:
        yield from _table("request header", entry.headers)
    yield f"**Answer:** {entry.answer}\n"
    if entry.answer_headers:
        yield from _table("answer header", entry.answer_headers)


def _table(title: str, rows: Mapping[str, str]) -> Iterator[str]:
    yield f"| {title} | |"
    yield "|---|---|"
    for name, text in rows.items():
        yield f"| `{name}` | {text} |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(endpoints_page())
