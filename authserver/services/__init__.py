"""Use cases: one verb family each, told in domain words, on ports."""
