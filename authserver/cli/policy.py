"""`authserver policy`: what administrators decide beyond scopes."""

from __future__ import annotations

import click


@click.group()
def policy() -> None:
    """Access policies: one document for every site, and one for each.

    Exit codes: 0 done, 1 not found or changed meanwhile, 2 wrong usage or a document that is
    refused, 4 storage does not answer.
    """
