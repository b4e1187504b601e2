"""Paths with their ids left out."""

from __future__ import annotations

import pytest

from authserver.domain.path_shapes import CHARS_MAX, path_shape


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/rest/plugin/1.0/things", "/rest/plugin/1.0/things"),
        ("/rest/plugin/latest/things", "/rest/plugin/latest/things"),
        ("/jira/rest/api/2/issue/AB-1/votes", "/jira/rest/api/2/issue/{…}/votes"),
        ("/rest/api/2/issue/ab-12.json", "/rest/api/2/issue/{…}.json"),
        ("/rest/plugin/4242", "/rest/plugin/{…}"),
        ("/rest/plugin/1/project/AB", "/rest/plugin/1/project/{…}"),
        ("/rest/plugin/1/2/3", "/rest/plugin/1/{…}/{…}"),
        ("/rest/x/1/0b7c2e1e-1111-2222-3333-444455556666", "/rest/x/1/{…}"),
        ("/rest/x/1/5f2c9a77deadbeef00112233", "/rest/x/1/{…}"),
        ("/rest/x/1/u0EkQqz7mS2nXcVbPyTd", "/rest/x/1/{…}"),
        ("/rest/x/1/ada@example.com/557058:f1/a%20b", "/rest/x/1/{…}/{…}/{…}"),
        ("/rest/x/1/asv_pat_[redacted]", "/rest/x/1/{…}"),
        (f"/rest/x/1/{'a' * 41}", "/rest/x/1/{…}"),
        ("/rest/servicedesk-customer-portal/1/on-behalf", None),
        ("/", "/"),
        ("", "/"),
    ],
)
def test_what_looks_like_an_id_is_left_out(path: str, shape: str | None) -> None:
    assert path_shape(path) == (path if shape is None else shape)


def test_a_shape_is_short() -> None:
    assert path_shape("/a" * 13) == "/a" * 12 + "/…"
    assert len(path_shape(f"/{'-' * 40}" * 12)) == CHARS_MAX + 1
