"""Everything in a TOML text is found on the line where it stands."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given

from authserver.services.toml_lines import line_of, lines_of
from tests.services.toml_layouts import Layout, layouts

TEXT = """\
# a comment: [not] = "a table"
top = "x" # = [
[[client]]
client_id = "a"
keys = [
  # the first
  "one",
  { kid = "two", "a.b" = '''
[[client]]
''' },
]

[client.profile]
"quoted key" = 1

[[client]]
scopes = []
"""


@given(layouts())
def test_every_table_key_and_item_has_its_line(layout: Layout) -> None:
    tomllib.loads(layout.text)
    assert lines_of(layout.text) == layout.lines


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("top", 2),
        ("client", 3),
        ("client[0]", 3),
        ("client[0].client_id", 4),
        ("client[0].keys[0]", 7),
        ("client[0].keys[1].kid", 8),
        ('client[0].keys[1]."a.b"', 8),
        ("client[0].profile", 13),
        ('client[0].profile."quoted key"', 14),
        ("client[1]", 16),
        ("client[1].scopes", 17),
    ],
)
def test_a_path_leads_to_its_line(path: str, line: int) -> None:
    assert line_of(lines_of(TEXT), path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("client[1].name", 16),
        ("client[0].keys[7].kid", 5),
        ('client[0].profile."not ] there"', 13),
        ("client[1].scopes[2]", 17),
        ("nothing", 1),
        ("", 1),
    ],
)
def test_what_is_missing_is_told_where_it_should_stand(path: str, line: int) -> None:
    assert line_of(lines_of(TEXT), path) == line
