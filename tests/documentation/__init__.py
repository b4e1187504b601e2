"""The documentation is checked like code: its commands run, its generated pages are up to date."""
