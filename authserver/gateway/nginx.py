"""Renders nginx configuration: complete files for the http context."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from authserver.gateway.header_lists import BLANKED_FOR_BROWSERS, PASSED_WITH_A_TOKEN
from authserver.gateway.path_guards import (
    DECIDED_TARGET,
    JWT,
    PAGE_TARGET,
    PATH_WITH_SECRET,
    WITHOUT_CREDENTIALS,
    page_path,
)

if TYPE_CHECKING:
    from authserver.gateway.front_configuration import FrontConfiguration
    from authserver.gateway.site_configuration import SiteConfiguration

SESSION_COOKIES: Final = (
    "JSESSIONID",
    "JSESSIONIDSSO",
    "seraph.rememberme.cookie",
    "seraph.confluence",
    "cloud.session.token",
    "tenant.session.token",
    "crowd.token_key",
    "studio.crowd.tokenkey",
)
"""Cookies that sign a browser in at Jira or Confluence."""
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_BLANK_BEFORE_END: Final = re.compile(r"\n\n( *\})")
_BLANK_IN_BLOCK: Final = re.compile(r"\n\n(?= {8}\S)")


def render_site(site: SiteConfiguration) -> str:
    """The gateway in front of one site: upstreams, maps, log format, servers."""
    own = {(site.identity_header or "-").lower()}
    return _tidied(
        _environment()
        .get_template("site.conf.j2")
        .render(
            site=site,
            decided_target=DECIDED_TARGET,
            page_target=PAGE_TARGET,
            page_path=page_path(site.base_path),
            without_credentials=WITHOUT_CREDENTIALS,
            jwt=JWT,
            path_with_secret=PATH_WITH_SECRET,
            hand_over=re.escape(site.hand_over_answer),
            session_cookies="|".join(map(re.escape, SESSION_COOKIES)),
            passed_with_a_token=_without(PASSED_WITH_A_TOKEN, own),
            blanked_for_browsers=_without(BLANKED_FOR_BROWSERS, own),
        )
    )


def render_front(front: FrontConfiguration) -> str:
    """The front of this server itself."""
    return _tidied(
        _environment()
        .get_template("front.conf.j2")
        .render(front=front, decided_target=DECIDED_TARGET, path_with_secret=PATH_WITH_SECRET)
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("authserver.gateway"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - nginx is no HTML, and each value is checked before
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _without(headers: tuple[str, ...], own: set[str]) -> tuple[str, ...]:
    """Headers other than our own: a header that is set twice is sent twice."""
    return tuple(header for header in headers if header.lower() not in own)


def _tidied(text: str) -> str:
    """Blank lines between blocks, none inside of locations."""
    text = _BLANK_IN_BLOCK.sub("\n", _BLANK_LINES.sub("\n\n", text))
    return _BLANK_BEFORE_END.sub(r"\n\1", text).strip("\n") + "\n"
