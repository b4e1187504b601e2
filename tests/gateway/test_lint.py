"""The linter finds planted mistakes, and none in what we render (FA-14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.gateway.nginx import render_site
from authserver.gateway.site_configuration import Mode
from tests.gateway.combinations import COMBINATIONS, Combination
from tests.gateway.lint import Mistake, lint
from tests.gateway.sites import a_site

if TYPE_CHECKING:
    from pathlib import Path

_PAGE_GUARD: Final = "        if ($asv_page_refused__jira_main) {"
_ACCEL: Final = "    proxy_ignore_headers X-Accel-Redirect"
_REST: Final = "    location ^~ /rest/ {\n"
_GOES_TO: Final = "proxy_pass http://$asv_goes_to__jira_main$asv_target__jira_main;"
_PLAIN: Final = "        try_files /_authserver/jira-main/none =400;\n"
_DECISION: Final = "    location = /_authserver/jira-main/decision {\n"
_AUTH_REQUEST: Final = "        auth_request /_authserver/jira-main/decision;\n"

PLANTED: Final = [
    (_AUTH_REQUEST, "", Mistake.UNDECIDED),
    (_AUTH_REQUEST, "        auth_request off;\n", Mistake.UNDECIDED),
    (_AUTH_REQUEST, "        auth_request /elsewhere;\n", Mistake.NO_SUCH_DECISION),
    (_REST, "    location /open/ { proxy_pass http://asv_site__jira_main; }\n" + _REST,
     Mistake.UNDECIDED),
    (_REST, "    location /status { return 200 fine; }\n" + _REST, Mistake.OPEN),
    (_REST, "    location /files/ { root /srv; }\n" + _REST, Mistake.OPEN),
    (_REST, "    location ~ \\.png$ { proxy_pass http://asv_site__jira_main; }\n" + _REST,
     Mistake.REGEX),
    (_REST, _REST + "        return 200 fine;\n", Mistake.RETURN),
    (_REST, _REST + "        if ($arg_x) { return 200; }\n", Mistake.RETURN),
    (_REST, _REST + "        rewrite ^/rest/(.*) /secure/$1 last;\n", Mistake.RETURN),
    (_REST, "    if ($arg_x) { return 302 /; }\n" + _REST, Mistake.RETURN),
    (_REST, _REST + "        if ($arg_x) { proxy_pass http://asv_site__jira_main; }\n",
     Mistake.UNDECIDED),
    (_REST, _REST + "        satisfy any;\n", Mistake.SATISFY),
    ("underscores_in_headers off", "underscores_in_headers on", Mistake.UNDERSCORES),
    ("ignore_invalid_headers on", "ignore_invalid_headers off", Mistake.INVALID_HEADERS),
    (_GOES_TO, "proxy_pass http://$asv_goes_to__jira_main/;", Mistake.WITH_URI),
    (_GOES_TO, "proxy_pass http://$asv_goes_to__jira_main$uri;", Mistake.WITH_URI),
    ("        proxy_set_header X-Original-Scheme $scheme;\n", "", Mistake.UNTOLD),
    ("        proxy_set_header X-Original-Page-Mark $asv_page_mark__jira_main;\n", "",
     Mistake.UNTOLD),
    ("X-Original-Origin $asv_origin__jira_main", "X-Original-Origin $http_origin",
     Mistake.CALLER_TO_DECISION),
    (_PLAIN, "        proxy_pass http://$asv_goes_to__jira_main;\n", Mistake.PLAIN),
    ("        return 308 https://api.example.com$request_uri;\n", "        root /srv;\n",
     Mistake.OPEN),
    ("$asv_page_query_refused__jira_main {\n    default 1;",
     '$asv_page_query_refused__jira_main {\n    default "";', Mistake.FAILS_OPEN),
    (_GOES_TO, "proxy_pass http://asv_site__jira_main;", Mistake.UNCONDITIONAL),
    (_DECISION + "        internal;\n", _DECISION, Mistake.NOT_INTERNAL),
    ("        proxy_pass_request_headers off;\n        proxy_set_header Host 127",
     "        proxy_set_header Host 127", Mistake.CALLER_TO_DECISION),
    (_DECISION, _DECISION + "        proxy_set_header Cookie $http_cookie;\n",
     Mistake.CALLER_TO_DECISION),
    ("        proxy_pass_request_body off;\n", "", Mistake.BODY_TO_DECISION),
    ('        proxy_set_header Content-Length "";\n', "", Mistake.BODY_TO_DECISION),
    ("X-Original-URI $request_uri", "X-Original-URI $uri", Mistake.ORIGINAL),
    ("Authorization $asv_upstream_authorization", "Authorization $http_authorization",
     Mistake.CREDENTIAL),
    ('        proxy_set_header Authorization "";\n', "", Mistake.CREDENTIAL),
    ('        proxy_set_header Cookie "";\n', "", Mistake.COOKIE),
    ("        proxy_hide_header Set-Cookie;\n", "", Mistake.SET_COOKIE),
    ("        proxy_pass_request_headers off;\n        proxy_set_header Accept ",
     "        proxy_set_header Accept ", Mistake.BLANKING),
    ('        proxy_set_header X-Remote-User "";\n', "", Mistake.BLANKING),
    ('        proxy_set_header Connection "";\n', "", Mistake.BLANKING),
    ("X-Forwarded-For $remote_addr", "X-Forwarded-For $proxy_add_x_forwarded_for",
     Mistake.BLANKING),
    (_PAGE_GUARD, "        if ($asv_other) {", Mistake.UNGUARDED),
    ("        if ($asv_target_refused__jira_main) {", "        if ($arg_y) {", Mistake.UNGUARDED),
    ("$asv_target_refused__jira_main {\n    default 1;",
     '$asv_target_refused__jira_main {\n    default "";',
     Mistake.FAILS_OPEN),
    ('$asv_goes_to__jira_main {\n    default "";',
     "$asv_goes_to__jira_main {\n    default asv_site__jira_main;",
     Mistake.FAILS_OPEN),
    ("        proxy_cache off;", "        proxy_cache decisions;", Mistake.CACHE),
    ("    satisfy all;\n", "", Mistake.SATISFY),
    ("    satisfy all;", "    satisfy any;", Mistake.SATISFY),
    ("    proxy_cache off;\n    proxy_store", "    proxy_store", Mistake.CACHE),
    ("    proxy_store off;\n", "", Mistake.CACHE),
    ("    proxy_store off;", "    proxy_store on;", Mistake.CACHE),
    ("$asv_hands_over__jira_main {\n    default unknown;",
     "$asv_hands_over__jira_main {\n    default as-rendered;", Mistake.FAILS_OPEN),
    (_ACCEL, "    proxy_ignore_headers Vary; #", Mistake.ACCEL),
]  # fmt: skip


@pytest.mark.rule("FA-14")
@pytest.mark.parametrize("combination", COMBINATIONS, ids=str)
def test_nothing_is_found_in_what_is_rendered(combination: Combination, tmp_path: Path) -> None:
    path = tmp_path / "rendered.conf"
    path.write_text(render_site(combination.site()))

    assert lint(path, pages=combination.pages) == []


@pytest.mark.rule("FA-14")
@pytest.mark.parametrize(("before", "after", "mistake"), PLANTED)
def test_a_planted_mistake_is_found(
    before: str, after: str, mistake: Mistake, tmp_path: Path
) -> None:
    rendered = render_site(a_site(mode=Mode.IN_FRONT))
    path = tmp_path / "planted.conf"
    assert before in rendered
    path.write_text(rendered.replace(before, after))

    found = {each.mistake for each in lint(path, pages=frozenset({"/"}))}

    assert mistake in found


def test_every_mistake_was_planted() -> None:
    assert {mistake for _, _, mistake in PLANTED} == set(Mistake)


def test_pages_that_were_not_declared_are_found(tmp_path: Path) -> None:
    path = tmp_path / "rendered.conf"
    path.write_text(render_site(a_site(mode=Mode.IN_FRONT)))

    assert Mistake.UNDECIDED in {each.mistake for each in lint(path)}
