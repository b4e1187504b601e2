"""Prints the page: `python -m tests.conformance`."""

import sys

from tests.conformance.page import conformance_page

sys.stdout.write(conformance_page())
