"""The Content Security Policy of a page."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_SOURCE: Final = re.compile(r"[a-z][a-z0-9+.-]*:(//[^\s;,'/]+)?\Z", re.ASCII)
SELF: Final = "'self'"


MAIL_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
"""Of a mail that is shown by itself: its look stands in its elements; it runs and loads nothing."""


def page_policy(form_targets: Iterable[str] = (), inline_script: str = "") -> str:
    """Our style sheet and images, forms to ourselves and `form_targets`, at most one script.

    `form_targets` are origins (`https://app.example`) or schemes (`com.example.app:`), as
    `domain.redirect_uris.form_target_of` writes them: Chromium holds `form-action` against the
    redirects that follow a form too. `inline_script` is the text between the script tags, allowed
    by its hash.

    Raises:
        ValueError: a target is neither an origin nor a scheme.
    """
    targets = sorted(set(form_targets))
    for target in targets:
        if not _SOURCE.match(target):
            raise ValueError("a form target is an origin or a scheme with its colon")
    script = ""
    if inline_script:
        digest = b64encode(hashlib.sha256(inline_script.encode()).digest()).decode()
        script = f"script-src 'sha256-{digest}'; "
    return (
        f"default-src 'none'; {script}style-src {SELF}; img-src {SELF}; "
        f"form-action {' '.join((SELF, *targets))}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
