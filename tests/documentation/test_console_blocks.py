"""How commands are read out of a page."""

from __future__ import annotations

import pytest

from tests.documentation.console_blocks import (
    DocumentedCommand,
    documented_commands,
    documented_files,
)

PAGE = """\
Text with `$ not a command`.

```console
$ first --option
$ second | third
line one
…line two
```

```sh
$ not run
```

```python an_app.py
print("one")

print("two")
```

```console
$ fourth
```
"""


def test_commands_and_their_output_are_read_in_order() -> None:
    assert list(documented_commands(PAGE)) == [
        DocumentedCommand("first --option", ""),
        DocumentedCommand("second | third", "line one\n…line two\n"),
        DocumentedCommand("fourth", ""),
    ]


def test_files_are_blocks_with_a_name() -> None:
    assert documented_files(PAGE) == {"an_app.py": 'print("one")\n\nprint("two")\n'}


@pytest.mark.parametrize(
    ("shown", "printed", "fits"),
    [
        ("", "anything", True),
        ("600\n", "600", True),
        ("600\n", "6000", False),
        ('{"a":1,…}', '{"a":1,"b":[2]}', True),
        ('{"a":1,…}', '{"a":2,"b":[2]}', False),
        ("…issued…", "one\ntoken.issued\nthree", True),
        ("a.c", "abc", False),
    ],
)
def test_an_ellipsis_stands_for_anything_and_nothing_else_does(
    *, shown: str, printed: str, fits: bool
) -> None:
    assert DocumentedCommand("x", shown).expects(printed) is fits
