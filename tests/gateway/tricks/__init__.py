"""Requests that try to get around the decision, byte by byte, and what became of each."""
