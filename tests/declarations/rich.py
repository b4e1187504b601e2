"""A server with one of everything that files can say, made by the services."""

from __future__ import annotations

from itertools import cycle, product
from typing import TYPE_CHECKING, Final

from authserver.domain.authorization_profiles import AssertionAudience, ConsentRule
from authserver.domain.clients import ClientAuthMethod
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.providers import ProviderKind
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientDraft
from authserver.services.provider_drafts import BearerChanges, ProviderChanges
from authserver.services.resources import ResourceDraft
from authserver.services.users import UserUpdate
from tests.crypto.assertions import public_jwk
from tests.services.provider_office import SECRET, draft

if TYPE_CHECKING:
    from tests.declarations.office import Office

USERS: Final = ("ada", "grace", "linus")
SECRETS: Final = (
    "secrets/resource-jira-cloud-credential",
    "secrets/resource-wiki-dc-credential",
    "secrets/provider-okta",
    "secrets/provider-entra",
    "secrets/provider-cognito",
    "secrets/provider-oidc",
    "secrets/provider-entra-directory",
)
POLICY: Final = """\
# Who may do what, \\ and "why".
[access]
groups = ["developers"]
reason = '''Developers only'''

[[network]]
name = "office"
allow = ["192.0.2.0/24"]
reason = "Only from the office \\u00fc"
"""


def furnish(office: Office) -> None:
    """Users, sites, gateways, clients, groups, providers, policies."""
    container, act = office.container, office.act
    add_users(office)
    _sites(office)
    _clients(office)
    for name in ("developers", "testers"):
        container.groups.create(name, f"The {name}", act)
    for user in USERS[:2]:
        container.groups.add("developers", user, act)
    container.users.update("grace", UserUpdate(add_roles=["auditor", "help-desk"]), act)
    _providers(office)
    container.policies.apply("default", POLICY, act)
    container.policies.apply("jira-dc", '[emails]\ndomains = []\nreason = "x"\r\n', act)
    container.policies.apply("wiki-dc", POLICY, act)
    container.policies.apply("wiki-dc", "", act)


def add_users(office: Office) -> None:
    """What files refer to and do not make."""
    for name in USERS:
        office.add_user(name, is_administrator=name == "ada")


def add_secrets(office: Office) -> None:
    """Secrets that an export refers to."""
    for name in SECRETS:
        office.write(name, SECRET + "\n")


def fakes(office: Office) -> None:
    """Providers that answer."""
    for kind in ProviderKind:
        office.fake(kind)


def _sites(office: Office) -> None:
    container, act = office.container, office.act
    for kind in ("jira-dc", "jira-cloud", "wiki-dc"):
        real = kind.replace("wiki", "confluence")
        container.resources.create(
            ResourceDraft(kind, real, f"https://{kind}.example/x", context_path="/jira"), act
        )
    container.resources.create(
        ResourceDraft("old", "jira-dc", "http://localhost:8080", "", "https://id.example", "RS256"),
        act,
    )
    container.resources.disable("old", act)
    container.resources.create(ResourceDraft("gone", "jira-dc", "https://gone.example"), act)
    container.hand_overs.set_plain("jira-dc", act, kind="identity-header", header="X-Who")
    container.hand_overs.set_plain("old", act, kind="assertion")
    container.hand_overs.set_credential(
        "jira-cloud", act, credential_type="bearer", secret=SECRET, account="bot", user=""
    )
    container.hand_overs.set_credential(
        "wiki-dc", act, credential_type="basic", secret=SECRET, account="bot", user="us:er"[:2]
    )
    container.subject_accounts.map("jira-dc", "client:c1", "svc-1", act)
    container.subject_accounts.map("jira-dc", "client:c2", "svc-2", act)
    container.subject_accounts.map("jira-dc", "user:somebody", "jdoe", act)
    for name, cookies in (("a", "block"), ("b", "observe"), ("c", "allow")):
        container.gateways.add(f"gw-{name}", "jira-dc", act, session_cookies=cookies)


def _clients(office: Office) -> None:
    container, act = office.container, office.act
    flags = cycle(product((True, False), repeat=3))
    methods = cycle(ClientAuthMethod)
    for number in range(9):
        method = next(methods)
        pushed, session, backchannel = next(flags)
        grants = ["authorization_code", "refresh_token"]
        if method is not ClientAuthMethod.NONE:
            grants.append("client_credentials")
        profile = ProfileChanges(
            application_type=("web", "native")[number % 2],
            redirect_uris=[f"https://app{number}.example/b", f"https://app{number}.example/a"],
            post_logout_redirect_uris=[f"https://app{number}.example/bye"][: number % 2],
            response_modes=[["query"], ["form_post"], ["query", "form_post"]][number % 3],
            require_pushed_requests=pushed,
            consent=list(ConsentRule)[number % 2],
            publisher="" if session else f'Pub "{number}" ü',
            client_uri=f"https://app{number}.example/"[: 40 * (number % 2)] or "",
            id_token_algorithm=list(SigningAlgorithm)[number % 2],
            userinfo_algorithm=["none", *SigningAlgorithm][number % 3],
            assertion_audience=list(AssertionAudience)[number % 2],
            default_max_age=-1 if pushed else number * 60,
            backchannel_logout_uri=f"https://app{number}.example/out" if backchannel else "",
            backchannel_logout_session_required=backchannel,
            session_refresh=session,
            refresh_idle_seconds=-1 if session else 3600,
            refresh_absolute_seconds=-1 if session else 7200 + number,
            software_version=str(number),
        )
        by_keys = method is ClientAuthMethod.PRIVATE_KEY_JWT
        container.clients.create(
            ClientDraft(
                name=f"Client {number}" if number % 2 else f"c{number}xx",
                client_id=f"c{number}xx",
                auth_method=method,
                grant_types=grants,
                scopes=["READ", "openid", "offline_access"],
                resources=["jira-dc", "gone"][: 1 + number % 2],
                access_token_seconds=60 + number,
                contact=f"team-{number}" * (number % 2),
                jwks={"keys": [public_jwk("ES256") | {"kid": "k"}]} if by_keys else None,
                profile=profile,
            ),
            act,
        )
    container.clients.disable("c3xx", act)
    container.clients.delete("c4xx", act)
    container.resources.delete("gone", act)


def _providers(office: Office) -> None:
    container, act = office.container, office.act
    fakes(office)
    for kind in ProviderKind:
        container.providers.add(draft(kind), act)
    changes = ProviderChanges(
        display_name="Our Okta",
        acrs={"amr:mfa": "urn:mfa"},
        creation="on",
        creation_groups=["Everyone", "A"],
        is_linkable=False,
        living_seconds=0,
        groups_limit=7,
        email_trust="never",
        bearer=BearerChanges(
            is_on=True,
            add_audiences=["api://us"],
            clients={"theirs": "c1xx", "other": ""},
            scopes={"jira.read": ["READ"]},
            longest_seconds=3600,
        ),
    )
    container.providers.update("okta", changes, act)
    container.providers.update("entra", ProviderChanges(groups_source="graph"), act)
    container.provider_secrets.set_directory_secret("entra", SECRET, act)
    rules = container.provider_group_rules
    rules.add("okta", "Devs", "group", act, value="developers", label="The developers")
    rules.add("okta", "Bad", "deny", act)
    rules.add("okta", "Readers", "scopes", act, value="WRITE READ")
    rules.add("entra", "0f2b1c8e-0000-4000-8000-000000000001", "role", act, value="auditor")
    container.provider_domains.set("okta", "example.org", "suggest", act)
    container.provider_domains.set("oidc", "example.net", "force", act)
    container.providers.disable("cognito", act)
