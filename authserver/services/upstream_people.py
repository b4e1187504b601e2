"""Who signed in at a provider: verified claims made into bounded texts that nothing trusts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.providers import EmailTrust, ProviderKind
from authserver.domain.subject_keys import KEY_CHARACTERS_MAX, SubjectClaimUnusable, id_token_key
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import FEDERATED_ACR, SignInProblem, UpstreamPerson
from authserver.services.user_rules import EMAIL, LOCALE, LONGEST_EMAIL, LONGEST_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.providers import Provider

OF_THE_ID_TOKEN: Final = frozenset(
    {
        "iss",
        "sub",
        "aud",
        "azp",
        "exp",
        "iat",
        "nbf",
        "nonce",
        "acr",
        "amr",
        "auth_time",
        "tid",
        "oid",
        "sid",
        "token_use",
        "at_hash",
    }
)
"""What only the ID token may say, whatever userinfo has under the same name."""
AMR_MAX: Final = 10
LONGEST_AMR: Final = 50
LONGEST_ACR: Final = 200
AMR_START: Final = "amr:"
"""What begins a key of `Provider.acrs` that is about a method and not a class."""
_METHOD: Final = re.compile(r"[!-~]{1,50}")


def merged(
    claims: Mapping[str, object], userinfo: Mapping[str, object] | None
) -> Mapping[str, object]:
    """Claims of an ID token, and what userinfo adds to them; `None`: it was not asked.

    What both say counts as the ID token has it: that one is signed.

    Raises:
        UpstreamFailure: userinfo is about somebody else (OpenID Connect Core section 5.3.2).
    """
    if userinfo is None:
        return claims
    subject = claims.get("sub")
    if not isinstance(subject, str) or userinfo.get("sub") != subject:
        raise UpstreamFailure(
            SignInProblem.ANSWER_UNUSABLE, "sub of userinfo is not the ID token's"
        )
    added = {name: value for name, value in userinfo.items() if name not in OF_THE_ID_TOKEN}
    if "email" in claims:
        # Whether an address is verified is said with it, or not at all.
        for name in ("email_verified", "xms_edov"):
            added.pop(name, None)
    return {**added, **claims}


def person_of(
    provider: Provider, claims: Mapping[str, object], auth_time: float | None
) -> UpstreamPerson:
    """The person that accepted and merged claims are about.

    `auth_time` is what the rules made of it. Claims that cannot be shown are as if not there.

    Raises:
        UpstreamFailure: CLAIM_MISSING; nobody can be told apart without it.
    """
    try:
        subject_key = id_token_key(provider, claims)
    except SubjectClaimUnusable as unusable:
        raise UpstreamFailure(SignInProblem.CLAIM_MISSING, str(unusable)) from None
    email = _text(claims, "email", LONGEST_EMAIL)
    if EMAIL.match(email) is None:
        email = ""
    username = _username(claims, subject_key) or email
    given, family = (_text(claims, name, LONGEST_NAME) for name in ("given_name", "family_name"))
    name = _text(claims, "name", LONGEST_NAME) or f"{given} {family}".strip()[:LONGEST_NAME]
    return UpstreamPerson(
        subject_key=subject_key,
        shown=username or name or subject_key,
        username=username,
        name=name,
        given_name=given,
        family_name=family,
        email=email,
        email_verified=bool(email) and _is_verified(provider, claims),
        locale=_locale(claims),
        auth_time=auth_time,
        acr=_text(claims, "acr", LONGEST_ACR),
        amr=_methods(claims),
        upstream_sid=_text(claims, "sid", KEY_CHARACTERS_MAX),
    )


def performed_acr(provider: Provider, person: UpstreamPerson, wanted: Sequence[str]) -> str:
    """Our class of the sign-in: by the provider's table, one of `wanted` before any other."""
    keys = [AMR_START + each for each in person.amr]
    if not person.acr.startswith(AMR_START):
        keys.insert(0, person.acr)
    reached = [provider.acrs[key] for key in keys if key and key in provider.acrs]
    fitting = [each for each in reached if each in wanted]
    return (fitting or reached or [FEDERATED_ACR])[0]


def upstream_acrs(provider: Provider, wanted: Sequence[str]) -> Sequence[str]:
    """What to ask the provider for, so that it comes to one of `wanted`; in that order."""
    return [
        theirs
        for each in wanted
        for theirs, ours in provider.acrs.items()
        if ours == each and not theirs.startswith(AMR_START)
    ]


def _username(claims: Mapping[str, object], subject_key: str) -> str:
    for name in ("preferred_username", "cognito:username", "username"):
        text = _text(claims, name, LONGEST_EMAIL)
        # Cognito gives people who have no name their `sub` as one.
        if text and text not in {subject_key, claims.get("sub")}:
            return text
    return ""


def _is_verified(provider: Provider, claims: Mapping[str, object]) -> bool:
    if provider.email_trust is EmailTrust.VERIFIED:
        said = claims.get("email_verified")
        # Cognito's userinfo has texts where the standard has true and false.
        return said is True or (provider.kind is ProviderKind.COGNITO and said == "true")
    if provider.email_trust is EmailTrust.DOMAIN_OWNER:
        return claims.get("xms_edov") is True
    return False


def _locale(claims: Mapping[str, object]) -> str:
    text = _text(claims, "locale", LONGEST_ACR).replace("_", "-")
    return text if LOCALE.match(text) else ""


def _methods(claims: Mapping[str, object]) -> tuple[str, ...]:
    said = claims.get("amr")
    if not isinstance(said, list):
        return ()
    methods = [each for each in said if isinstance(each, str) and _METHOD.fullmatch(each)]
    return tuple(dict.fromkeys(methods))[:AMR_MAX]


def _text(claims: Mapping[str, object], name: str, longest: int) -> str:
    """A claim that is one line of printable text, else nothing; too long is as if not there."""
    value = claims.get(name)
    if not isinstance(value, str):
        return ""
    text = value.strip()
    return text if text.isprintable() and len(text) <= longest else ""
