"""A bad row stops the loader, which says file, line, field and what is allowed."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

import pytest

from authserver.catalogue.loader import load_catalogue
from authserver.catalogue.rows import CatalogueError

if TYPE_CHECKING:
    from pathlib import Path

CLOUD = "confluence-v1.txt"
CENTER = "confluence-dc.txt"
GOOD_ID = "getIt"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with as_file(files("authserver.catalogue") / "data") as data:
        shutil.copytree(data, tmp_path / "data")
    return tmp_path / "data"


def refusal(folder: Path) -> CatalogueError:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(folder)
    return caught.value


def append(folder: Path, file: str, row: str) -> int:
    """Add a row at the end; its line number."""
    path = folder / file
    text = path.read_text(encoding="utf-8") + row + "\n"
    path.write_text(text, encoding="utf-8")
    return text.count("\n")


def test_the_data_of_the_package_loads_from_a_folder_too(folder: Path) -> None:
    assert len(load_catalogue(folder).scopes) == len(load_catalogue().scopes)


@pytest.mark.parametrize(
    ("row", "field", "allowed"),
    [
        ("FETCH /a getIt | |", "method", "one of GET, POST, PUT, PATCH, DELETE"),
        ("get /a getIt | |", "method", "one of GET"),
        ("GET a getIt | |", "template", "literal segments"),
        ("GET /a/ getIt | |", "template", "literal segments"),
        ("GET /a/{b getIt | |", "template", "literal segments"),
        ("GET /a/x{b} getIt | |", "template", "literal segments"),
        ("GET /a%20b getIt | |", "template", "literal segments"),
        ("GET /a get-it | |", "operation id", "letters"),
        ("GET /a | |", "operation", "METHOD template operation-id"),
        ("GET /a getIt maybe | |", "words", "anonymous"),
        ("GET /a getIt anonymous anonymous | |", "words", "each once"),
        ("GET /a getIt connect=READ anonymous | |", "words", "connect=NAME at the end"),
        ("GET /a getIt connect=read | |", "words", "connect=NAME"),
        ("GET /a getIt reads | |", "words", "GET says it already"),
        ("POST /a getIt writes | |", "words", "POST says it already"),
        ("GET /a getIt", "row", "classic scopes"),
        ("GET /a getIt | |  | ", "row", "granular scopes"),
        ("GET /a getIt | READ |", "classic scopes", "classic scopes of the site, not 'READ'"),
        ("GET /a getIt | read:page:confluence |", "classic scopes", "not 'read:page:confluence'"),
        ("GET /a getIt | | read:pages", "granular scopes", "not 'read:pages'"),
        ("GET /a getIt | read:jira-work |", "classic scopes", "of the site, not 'read:jira-work'"),
        ("GET /a getIt | | openid", "granular scopes", "not 'openid'"),
        ("GET /a getIt | search:confluence  read:confluence-user |", "scopes", "single spaces"),
        ("GET /a getIt | search:confluence search:confluence |", "scopes", "every scope once"),
        ("GET /wiki/rest/api/space/{key}/settings x | |", "template", "not in the file yet"),
        ("[Open", "section", "a name in square brackets"),
        ("[]", "section", "a name in square brackets"),
    ],
)
def test_a_bad_row_of_a_cloud_api_is_refused(
    folder: Path, row: str, field: str, allowed: str
) -> None:
    line = append(folder, CLOUD, row)
    error = refusal(folder)
    assert (error.file, error.line, error.field) == (CLOUD, line, field)
    assert allowed in error.allowed
    assert str(error) == f"{CLOUD}:{line}: {field}: {error.allowed}"


@pytest.mark.parametrize(
    ("row", "field", "allowed"),
    [
        ("GET /a getIt | ROOT by method", "scope", "one of READ, WRITE, ADMIN, SYSTEM_ADMIN"),
        ("GET /a getIt | READ", "basis", "one of method"),
        ("GET /a getIt | READ by guess", "basis", "scope-words"),
        ("GET /a getIt | |", "row", "scope by basis"),
        ("GET /rest/api/content/{x} getIt | READ by method", "template", "not in the file yet"),
    ],
)
def test_a_bad_row_of_a_data_center_api_is_refused(
    folder: Path, row: str, field: str, allowed: str
) -> None:
    line = append(folder, CENTER, row)
    error = refusal(folder)
    assert (error.file, error.line, error.field) == (CENTER, line, field)
    assert allowed in error.allowed


@pytest.mark.parametrize(
    ("row", "field", "allowed"),
    [
        ("read:x", "scope", "name, risk and title"),
        ("read:x read", "scope", "name, risk and title"),
        ('read:"x read Read x', "name", "RFC 6749"),
        ("read:x maybe Read x", "risk", "one of read, write, delete, admin"),
        ("read:x read lower case", "title", "a capital letter"),
        ("read:x read " + "T" * 73, "title", "at most 72 characters"),
        ("read:jira-work read Another title", "name", "not in the file yet"),
        ("read:x read Read issues", "title", "no other scope has"),
        ("[cheese classic]", "product", "one of jira, jira-software"),
        ("[jira old]", "kind", "one of classic, granular, data-center, special"),
    ],
)
def test_a_bad_row_of_the_scopes_is_refused(
    folder: Path, row: str, field: str, allowed: str
) -> None:
    line = append(folder, "scopes.txt", row)
    error = refusal(folder)
    assert (error.file, error.line, error.field) == ("scopes.txt", line, field)
    assert allowed in error.allowed


def test_a_scope_before_the_first_section_is_refused(folder: Path) -> None:
    (folder / "scopes.txt").write_text("read:x read Read x\n", encoding="utf-8")
    assert str(refusal(folder)).startswith("scopes.txt:1: section: [product kind]")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("without GET /rest/api/2/nowhere", "without"),
        ("without GET", "without"),
        ("GET /rest/api/2/a getIt | |", "without"),
    ],
)
def test_a_copy_leaves_out_only_what_is_in_it(folder: Path, row: str, field: str) -> None:
    line = append(folder, "jira-platform-v2.txt", row)
    error = refusal(folder)
    assert (error.file, error.line, error.field) == ("jira-platform-v2.txt", line, field)


@pytest.mark.parametrize(
    "like",
    [
        "like jira-platform-v9 with /rest/api/3/ as /rest/api/2/",
        "like confluence-v2 with /rest/api/3/ as /rest/api/2/",
        "like jira-platform-v3 with /rest/api/3 as /rest/api/2",
        "like jira-platform-v3",
    ],
)
def test_a_copy_is_of_an_api_that_was_read_before(folder: Path, like: str) -> None:
    text = f"api jira-platform-v2\n{like}\n"
    (folder / "jira-platform-v2.txt").write_text(text, encoding="utf-8")
    error = refusal(folder)
    assert (error.file, error.line, error.field) == ("jira-platform-v2.txt", 2, "like")


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("", 0, "api"),
        ("# nothing\n", 0, "api"),
        ("api confluence-v2\nGET /a getIt | |\n", 1, "api"),
        ("api confluence-v1\n", 0, "file"),
    ],
)
def test_a_file_begins_with_its_api_and_holds_operations(
    folder: Path, text: str, line: int, field: str
) -> None:
    (folder / CLOUD).write_text(text, encoding="utf-8")
    error = refusal(folder)
    assert (error.file, error.line, error.field) == (CLOUD, line, field)


def test_a_file_that_is_missing_is_named(folder: Path) -> None:
    (folder / "jsm-dc.txt").unlink()
    assert str(refusal(folder)) == "jsm-dc.txt:0: file: a file that exists"


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / CLOUD).write_bytes(b"\xff\xfe")
    assert str(refusal(folder)) == f"{CLOUD}:0: file: UTF-8 text"


def test_no_scopes_at_all_is_refused(folder: Path) -> None:
    (folder / "scopes.txt").write_text("# empty\n", encoding="utf-8")
    assert str(refusal(folder)) == "scopes.txt:0: file: at least one scope"


def test_two_apis_of_one_site_do_not_share_an_operation(folder: Path) -> None:
    append(folder, "confluence-v2.txt", "GET /wiki/rest/api/search again | | read:page:confluence")
    assert "GET /wiki/rest/api/search is there twice" in str(refusal(folder))
