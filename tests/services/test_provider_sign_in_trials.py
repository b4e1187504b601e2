"""A dry run of the login request: only what is sure is called a problem; nothing is followed."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from authserver.domain.outbound import (
    OutboundAnswerInvalid,
    OutboundReason,
    OutboundResponse,
    OutboundUnavailable,
)
from authserver.domain.providers import ProviderKind
from authserver.services.provider_drafts import ProviderChanges
from authserver.services.provider_findings import ProviderFinding, Step
from tests.services.provider_office import ProviderOffice
from tests.services.world import ISSUER, World

BACK = f"{ISSUER}/login/oidc/callback"


@pytest.fixture
def office(world: World) -> ProviderOffice:
    return ProviderOffice(world)


def tried(
    office: ProviderOffice,
    answer: OutboundResponse | Exception,
    kind: ProviderKind = ProviderKind.OIDC,
) -> ProviderFinding:
    """What is found when the authorization endpoint answers so."""
    office.fake(kind, faults={"/authorize": answer})
    check = office.add(kind).check
    assert check is not None
    (finding,) = (each for each in check.findings if each.step is Step.SIGN_IN)
    return finding


def page(status: int = 200, body: bytes = b"<html></html>") -> OutboundResponse:
    return OutboundResponse(status, {"content-type": "text/html"}, body)


def redirect(location: str) -> OutboundResponse:
    return OutboundResponse(302, {"location": location}, b"")


def test_the_request_is_one_that_a_browser_of_ours_would_bring(office: ProviderOffice) -> None:
    fake = office.fake()
    office.add(changes=ProviderChanges(scopes=["openid", "email"]))
    (sent,) = fake.http.to("/authorize")
    asked = dict(parse_qsl(urlsplit(sent.url).query))
    assert (sent.method, sent.body) == ("GET", b"")
    assert {name: asked.pop(name) for name in ("state", "nonce", "code_challenge")}.keys()
    assert asked == {
        "response_type": "code",
        "client_id": "client-at-provider",
        "redirect_uri": BACK,
        "scope": "openid email",
        "code_challenge_method": "S256",
    }
    assert "s3cret" not in sent.url


def test_an_endpoint_with_a_query_keeps_it(office: ProviderOffice) -> None:
    fake = office.fake()
    fake.metadata["authorization_endpoint"] = "https://login.example.org/v1/authorize?policy=a"
    office.add()
    (sent,) = fake.http.to("/authorize")
    assert sent.url.startswith(
        "https://login.example.org/v1/authorize?policy=a&response_type=code&"
    )


@pytest.mark.parametrize(
    "answer",
    [
        page(),
        redirect("/login?state=x"),
        redirect("https://sso.example.org/start"),
        redirect(f"{BACK}?error=login_required&state=x"),
        redirect(f"{BACK}?error=consent_required"),
        OutboundAnswerInvalid(OutboundReason.TOO_LARGE),
        OutboundAnswerInvalid(OutboundReason.REDIRECT_REFUSED, status=302),
    ],
)
def test_a_page_for_people_is_what_is_wanted(
    office: ProviderOffice, answer: OutboundResponse | Exception
) -> None:
    found = tried(office, answer)
    assert found.grade == "ok"
    assert len(office.http.sent) == 3
    assert not office.http.strangers


@pytest.mark.parametrize(
    ("location", "told", "fix"),
    [
        (f"{BACK}?error=invalid_scope&error_description=x", "invalid_scope", "--scope"),
        (f"{BACK}?error=unauthorized_client", "unauthorized_client", "authorization code flow"),
        (f"{BACK}#error=access_denied", "access_denied", "who may use the application"),
        ("/error?error=redirect_mismatch&client_id=x", "redirect_mismatch", BACK),
        ("https://x.example/error?error=invalid_request", "invalid_request", BACK),
        (f"{BACK}?error=temporarily_sad", "temporarily_sad", "provider's documentation"),
        (f"{BACK}?error=%3Cscript%3E", "with an error", "provider's documentation"),
        (f"{BACK}?error={'x' * 51}", "with an error", "provider's documentation"),
    ],
)
def test_an_error_in_a_redirect_is_a_problem_by_its_code_alone(
    office: ProviderOffice, location: str, told: str, fix: str
) -> None:
    found = tried(office, redirect(location))
    assert found.grade == "problem"
    assert found.what == f"the provider refuses our login request: {told}"
    assert fix in found.fix


@pytest.mark.parametrize(
    ("body", "fix"),
    [
        (b"The 'redirect_uri' parameter must be a Login redirect URI", BACK),
        (b'{"error":"invalid_scope"}', "--scope"),
        (b"invalid_client", "--client-id"),
        (b"\xff\xfe<b>what?", BACK),
    ],
)
def test_a_page_that_refuses_is_a_problem_and_nothing_of_it_is_shown(
    office: ProviderOffice, body: bytes, fix: str
) -> None:
    found = tried(office, page(400, body))
    assert (found.grade, found.what) == (
        "problem",
        "the provider refuses our login request (400)",
    )
    assert fix in found.fix
    assert "what?" not in found.what + found.fix


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_provider_that_is_busy_could_not_be_tried(office: ProviderOffice, status: int) -> None:
    found = tried(office, page(status))
    assert (found.grade, found.what) == (
        "warning",
        f"could not be tried: the provider answers {status}",
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OutboundUnavailable(OutboundReason.TIMEOUT), "did not answer in time"),
        (OutboundAnswerInvalid(OutboundReason.ENCODING_REFUSED), "(encoding_refused)"),
        (
            OutboundAnswerInvalid(
                OutboundReason.REDIRECT_REFUSED, status=302, location="https://[broken"
            ),
            "no address",
        ),
    ],
)
def test_what_cannot_be_judged_is_a_warning(
    office: ProviderOffice, error: Exception, told: str
) -> None:
    found = tried(office, error)
    assert found.grade == "warning"
    assert told in found.what


@pytest.mark.parametrize(
    ("body", "told", "fix"),
    [
        (b"AADSTS700016: Application with", "the tenant has no such application", "--client-id"),
        (b"AADSTS50011: The redirect URI", "the redirect URI is not registered", "/login/entra/"),
        (b"AADSTS90002: Tenant", "there is no such tenant", "--tenant"),
    ],
)
def test_entras_page_says_by_a_code_what_is_wrong(
    office: ProviderOffice, body: bytes, told: str, fix: str
) -> None:
    found = tried(office, page(200, b"<html>" + body), ProviderKind.ENTRA)
    assert (found.grade, found.what) == ("problem", f"its page says that {told}")
    assert fix in found.fix


def test_codes_that_mean_nothing_here_are_no_problem(office: ProviderOffice) -> None:
    assert tried(office, page(200, b"AADSTS50058 AADSTS1"), ProviderKind.ENTRA).grade == "ok"


def test_nobody_is_asked_to_sign_in_where_nobody_may(office: ProviderOffice) -> None:
    fake = office.fake()
    check = office.add(changes=ProviderChanges(accepts_login=False)).check
    assert check is not None
    assert not fake.http.to("/authorize")
    assert Step.SIGN_IN not in {each.step for each in check.findings}
