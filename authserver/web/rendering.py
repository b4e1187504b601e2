"""Pages out of templates, with the policy and the language that belong to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, render_template

from authserver.web.languages import language
from authserver.web.page_policy import page_policy

if TYPE_CHECKING:
    from collections.abc import Iterable


def render(
    template: str,
    *,
    status: int = 200,
    form_targets: Iterable[str] = (),
    inline_script: str = "",
    **values: Any,
) -> Response:
    """A page.

    `form_targets` are where redirects after its forms may lead beside ourselves (see
    `page_policy`). `inline_script` is the one script the page may run; the template
    gets it under that name and puts it between script tags unchanged.
    """
    page = render_template(template, inline_script=inline_script, **values)
    response = Response(page, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = page_policy(form_targets, inline_script)
    response.headers["Content-Language"] = language()
    return response
