"""Prints a page: `python -m tests.conformance [features]`."""

import sys

from tests.conformance.features import features_page
from tests.conformance.page import conformance_page

sys.stdout.write(features_page() if sys.argv[1:] == ["features"] else conformance_page())
