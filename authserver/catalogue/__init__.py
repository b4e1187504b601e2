"""Atlassian's operations and scopes as data, and the loader that compiles them."""
