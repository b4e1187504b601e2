"""Generated pages are what their sources say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from authserver.app import routes_of
from authserver.machine import auth_request
from authserver.machine.client_credentials import CREDENTIAL_FIELDS
from tests.documentation import administration_api_page, command_line_page, endpoints_page
from tests.documentation.endpoint_entries import ENTRIES
from tests.instances import Instance

if TYPE_CHECKING:
    from pathlib import Path


def test_the_page_of_the_command_line_is_what_the_commands_say() -> None:
    said = command_line_page.command_line_page()
    assert command_line_page.PAGE.read_text() == said, "run: make docs"


def test_the_page_of_endpoints_is_what_the_code_says() -> None:
    assert endpoints_page.PAGE.read_text() == endpoints_page.endpoints_page(), "run: make docs"


def test_the_page_of_the_administration_api_is_what_its_table_says() -> None:
    page = administration_api_page.PAGE.read_text()
    assert page == administration_api_page.administration_api_page(), "run: make docs"


def test_every_endpoint_and_no_other_is_on_the_page(tmp_path: Path) -> None:
    instance = Instance(tmp_path, {"AUTHSERVER_REGISTRATION_MODE": "token"}).initialise()
    with instance.container() as container:
        routes = routes_of(container, CollectorRegistry())
    served = {(route.path, method) for route in routes for method in route.methods}
    assert {(entry.path, method) for entry in ENTRIES for method in entry.methods} == served


def test_every_parameter_of_an_endpoint_is_explained() -> None:
    for entry in ENTRIES:
        read = (
            set() if entry.rules is None else entry.rules.limits.keys() - CREDENTIAL_FIELDS.keys()
        )
        assert entry.parameters.keys() == read, entry.path


def test_every_header_of_a_decision_is_explained() -> None:
    (entry,) = (entry for entry in ENTRIES if entry.path == "/gateway/auth-request")
    assert tuple(entry.headers) == auth_request.READ
