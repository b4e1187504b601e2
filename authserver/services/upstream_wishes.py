"""What an app, or we, wish of a sign-in, as the provider is told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.authorization_requests import Prompt
from authserver.domain.email_domains import domain_of
from authserver.domain.providers import ProviderKind
from authserver.services.id_token_rules import LEEWAY_SECONDS
from authserver.services.upstream_people import upstream_acrs

if TYPE_CHECKING:
    from authserver.domain.providers import Provider
    from authserver.services.authorization_requests import OpenRequest

LONGEST_HINT: Final = 320
FRESH: Final = 0
"""The `max_age` that asks for a sign-in at this moment."""


def max_age_for(opened: OpenRequest | None, *, is_signed_in: bool, fresh: bool) -> int | None:
    """How old a sign-in at the provider may be, in seconds; `None`: as old as it is.

    Whoever is asked to sign in though already signed in has to prove it anew.
    """
    if fresh:
        return FRESH
    if opened is None:
        return None
    wanted = opened.request.parameters
    if is_signed_in or Prompt.LOGIN in wanted.prompts:
        return FRESH
    if wanted.max_age is None:
        return None
    # A little stricter than the app: on the way back some of it goes by.
    return max(FRESH, wanted.max_age - int(LEEWAY_SECONDS))


def passed_on(
    provider: Provider, opened: OpenRequest | None, max_age: int | None, login_hint: str
) -> dict[str, str]:
    """Parameters of the authorization request that are the app's wishes, or follow from them."""
    passed: dict[str, str] = {}
    acrs: tuple[str, ...] = ()
    prompts: frozenset[Prompt] = frozenset()
    if opened is not None:
        wanted = opened.request.parameters
        acrs = wanted.claims.essential_acr or wanted.acr_values
        prompts = wanted.prompts
        login_hint = login_hint or wanted.login_hint
    if max_age is not None:
        passed["max_age"] = str(max_age)
    if max_age == FRESH:
        passed["prompt"] = "login"
    elif Prompt.SELECT_ACCOUNT in prompts:
        passed["prompt"] = "select_account"
    theirs = upstream_acrs(provider, acrs)
    if theirs:
        passed["acr_values"] = " ".join(theirs)
    if login_hint and login_hint.isprintable() and len(login_hint) <= LONGEST_HINT:
        passed["login_hint"] = login_hint
        domain = domain_of(login_hint)
        if provider.kind is ProviderKind.ENTRA and domain:
            passed["domain_hint"] = domain
    return passed
