"""What is made of a provider's claims about a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.providers import EmailTrust, ProviderKind
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import FEDERATED_ACR, SignInProblem
from authserver.services.domain_routing import unmistakable_domain
from authserver.services.upstream_people import merged, performed_acr, person_of, upstream_acrs
from tests.services.test_id_token_rules import provider

if TYPE_CHECKING:
    from authserver.domain.upstream_sign_ins import UpstreamPerson

ACRS = {"phr": "urn:strong", "phrh": "urn:stronger", "amr:mfa": "urn:mfa", "amr:pwd": "urn:pwd"}


def person(**claims: object) -> UpstreamPerson:
    """Somebody at a plain provider."""
    return person_of(provider(email_trust=EmailTrust.VERIFIED), {"sub": "s", **claims}, None)


def test_userinfo_fills_what_the_id_token_does_not_say() -> None:
    claims = {"sub": "s", "name": "Grace", "acr": "phr"}
    userinfo = {"sub": "s", "name": "Other", "email": "g@example.com", "amr": ["mfa"], "tid": "t"}
    assert merged(claims, userinfo) == {**claims, "email": "g@example.com"}
    assert merged(claims, None) == claims


@pytest.mark.parametrize("userinfo", [{}, {"sub": "other"}, {"sub": None}, {"sub": ["s"]}])
def test_userinfo_without_the_same_subject_is_refused(userinfo: dict[str, object]) -> None:
    with pytest.raises(UpstreamFailure) as refused:
        merged({"sub": "s"}, userinfo)
    assert refused.value.problem is SignInProblem.ANSWER_UNUSABLE
    with pytest.raises(UpstreamFailure):
        merged({}, userinfo)


def test_whether_an_address_is_verified_comes_with_the_address() -> None:
    claims: dict[str, object] = {"sub": "s", "email": "a@example.com"}
    both = merged(claims, {"sub": "s", "email": "b@example.com", "email_verified": True})
    assert both == claims


def test_cognitos_userinfo_writes_true_as_a_text() -> None:
    said = {"sub": "s", "email": "g@example.com", "email_verified": "true"}
    cognito = provider(kind=ProviderKind.COGNITO, email_trust=EmailTrust.VERIFIED)
    assert person_of(cognito, said, None).email_verified
    assert not person(email="g@example.com", email_verified="true").email_verified


def test_an_address_that_is_none_is_not_verified() -> None:
    for email in ("", "g", "g@", "@example.com", "a b@example.com", "x" * 65 + "@example.com", 7):
        assert not person(email=email, email_verified=True).email
        assert not person(email=email, email_verified=True).email_verified


def test_somebody_without_a_name_is_shown_by_the_subject() -> None:
    assert person().shown == "s"
    assert person(name="Grace").shown == "Grace"
    assert person(given_name="Grace", family_name="Hopper").name == "Grace Hopper"
    assert person(preferred_username="grace", name="Grace").shown == "grace"
    # Cognito's own name for somebody without one.
    assert person(**{"cognito:username": "s"}).username == ""


def test_the_table_makes_classes_of_acr_and_amr_those_asked_for_first() -> None:
    here = provider(acrs=ACRS)
    assert performed_acr(here, person(acr="phr", amr=["mfa", "pwd"]), ()) == "urn:strong"
    assert performed_acr(here, person(acr="phr", amr=["mfa"]), ("urn:mfa",)) == "urn:mfa"
    assert performed_acr(here, person(amr=["pwd", "mfa"]), ()) == "urn:pwd"
    assert performed_acr(here, person(acr="urn:strong"), ()) == FEDERATED_ACR
    # An `acr` that is written like a key for methods is none.
    assert performed_acr(here, person(acr="amr:mfa"), ()) == FEDERATED_ACR


def test_the_provider_is_asked_for_what_comes_to_what_is_wanted() -> None:
    here = provider(acrs=ACRS)
    assert upstream_acrs(here, ("urn:stronger", "urn:strong")) == ["phrh", "phr"]
    assert upstream_acrs(here, ("urn:mfa", "urn:unknown")) == []


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("g@example.com", "example.com"),
        ("g@EXAMPLE.com", "example.com"),
        ("g@b\u00fccher.example", "xn--bcher-kva.example"),
        ("g@xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("g@fa\u00df.example", ""),
        ("g@\uff45xample.com", ""),
        ("g@example\u3002com", ""),
        ("g@example", ""),
        ("", ""),
    ],
)
def test_a_domain_that_two_servers_may_read_as_two_is_none(address: str, domain: str) -> None:
    assert unmistakable_domain(address) == domain
