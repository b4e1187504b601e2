"""A walk past every page there is: for pictures, for rules that hold on each of them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from playwright.sync_api import expect

from authserver.domain.clients import GrantType
from authserver.domain.scopes import USER_SCOPES
from authserver.services.client_profiles import ProfileChanges
from authserver.services.resources import ResourceDraft
from tests.browser.console_gallery import console_walk
from tests.browser.pick_up_gallery import pick_up_walk
from tests.browser.provider_gallery import providers_walk
from tests.browser.served import CALLBACK
from tests.browser.steps import let_requests_expire, reached_app, redeem, request_url, sign_in
from tests.browser.token_gallery import token_walk
from tests.instances import Site
from tests.people.cast import ADA, USER_GRANTS, App, Person, add_app, add_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from authserver.wiring import Container
    from tests.browser.served import ServedPeople

    Look = Callable[[str, Page], None]
    """Called at each page with a name for it."""

CLOUD_SCOPES: Final = (
    *("read:issue:jira", "write:issue:jira", "delete:issue:jira", "read:project:jira"),
    *("read:user:jira", "read:comment:jira", "write:comment:jira", "delete:comment:jira"),
    *("read:sprint:jira-software", "write:sprint:jira-software", "manage:jira-configuration"),
    *("read:request:jira-service-management", "write:organization:jira-service-management"),
    *("read:board-scope:jira-software", "read:jira-work", "write:jira-work"),
)
LONG_NAME: Final = "Quarterly planning and reporting companion for distributed teams"


@dataclass(frozen=True, slots=True)
class Exhibits:
    """Those who are seen on the walk and nowhere else."""

    ada: Person
    newcomer: Person
    app: App
    planner: App


def exhibits(served: ServedPeople) -> Exhibits:
    """Register them."""
    number = next(served.numbers)
    with served.container() as container:
        cloud = _cloud(container, number)
        ada = add_user(container, f"ada.lovelace.{number}", data=ADA)
        newcomer = add_user(container, f"grace-{number}", must_change_password=True)
        planner = add_app(
            container,
            cloud,
            f"planner-{number}",
            CALLBACK,
            scopes=(*CLOUD_SCOPES, *USER_SCOPES),
            grant_types=(*USER_GRANTS, GrantType.DEVICE_CODE),
            name=LONG_NAME,
            profile=ProfileChanges(
                consent="always",
                publisher="Companion Software Aktiengesellschaft & Co. KG",
                client_uri="https://app.example.test/about",
                policy_uri="https://app.example.test/privacy",
                tos_uri="https://app.example.test/terms",
                post_logout_redirect_uris=(CALLBACK,),
            ),
        )
        app = add_app(container, served.jira, f"reports-{number}", CALLBACK, name="Weekly reports")
    return Exhibits(ada, newcomer, app, planner)


def walk(served: ServedPeople, context: BrowserContext, look: Look) -> None:
    """See every page, in an order in which a person might."""
    seen, page = exhibits(served), context.new_page()
    _outside(page, look)
    _first_sign_in(page, seen, look)
    _requests(served, page, seen, look)
    _device(served, page, seen, look)
    _account(page, look)
    providers_walk(served, page, seen.ada, look)
    pick_up_walk(served, page, seen.ada, look)
    token_walk(served, page, seen.ada, look)
    _leaving(page, seen, look)
    console_walk(served, page, look)


def _cloud(container: Container, number: int) -> Site:
    draft = ResourceDraft(
        f"jira-cloud-{number}", "jira-cloud", f"https://example-{number}.atlassian.net"
    )
    made = container.resources.create(draft, container.operator)
    return Site(made.resource.name, made.resource.identifier, made.introspection_secret.value)


def _outside(page: Page, look: Look) -> None:
    page.goto("/")
    look("front", page)
    page.goto("/no/such/page")
    look("not-found", page)
    page.goto("/oauth2/authorize?client_id=unknown&response_type=code")
    look("authorization-error", page)
    page.goto("/signed-out")
    look("signed-out", page)


def _first_sign_in(page: Page, seen: Exhibits, look: Look) -> None:
    page.goto("/login")
    look("login", page)
    sign_in(page, seen.newcomer)
    expect(page.locator("#change-password")).to_be_visible()
    look("one-time-password", page)
    page.locator("#current-password").fill("wrong")
    page.locator("#new-password").fill("short")
    page.locator("#repeat-password").fill("other")
    page.locator("#change-password").click()
    expect(page.locator(".wrong").first).to_be_visible()
    look("one-time-password-wrong", page)
    page.context.clear_cookies()


def _requests(served: ServedPeople, page: Page, seen: Exhibits, look: Look) -> None:
    page.goto(request_url(seen.app))
    look("login-for-an-app", page)
    page.locator("#username").fill(seen.ada.username)
    page.locator("#password").fill("wrong wrong wrong")
    page.locator("#sign-in").click()
    expect(page.locator("#password-error")).to_be_visible()
    look("login-wrong", page)
    sign_in(page, seen.ada)
    expect(page.locator("#allow")).to_be_visible()
    look("consent", page)
    token = page.locator("form:has(#allow) input[name=csrf]")
    token.evaluate("field => { field.value = 'foreign'; }")
    page.locator("#allow").click()
    expect(page.locator("#error")).to_be_visible()
    look("foreign-form", page)
    page.goto(request_url(seen.app, scope="READ WRITE offline_access openid email profile"))
    page.locator("#allow").click()
    redeem(served, seen.app, reached_app(page)["code"])
    _answer_by_form(page, seen, look)
    page.goto(request_url(seen.app, prompt="select_account"))
    expect(page.locator("#continue")).to_be_visible()
    look("select-account", page)
    page.goto(request_url(seen.planner, scope=" ".join((*CLOUD_SCOPES, *USER_SCOPES))))
    expect(page.locator("#allow")).to_be_visible()
    look("consent-long", page)
    for details in page.locator("details").all():
        details.locator("summary").click()
    look("consent-long-open", page)
    let_requests_expire(served)
    page.locator("#deny").click()
    expect(page.locator("#error")).to_be_visible()
    look("expired", page)


def _answer_by_form(page: Page, seen: Exhibits, look: Look) -> None:
    """The page that sends itself on, in a browser that runs no scripts."""
    context = page.context
    assert context.browser is not None
    plain = context.browser.new_context(
        java_script_enabled=False,
        locale=page.evaluate("navigator.language"),
        storage_state=context.storage_state(),
    )
    with closing(plain):
        still = plain.new_page()
        still.goto(request_url(seen.app, response_mode="form_post"))
        expect(still.locator("#continue")).to_be_visible()
        look("answer-by-form", still)


def _device(served: ServedPeople, page: Page, seen: Exhibits, look: Look) -> None:
    page.goto("/device")
    look("device", page)
    page.locator("#user-code").fill("BCDF-GHJK")
    page.locator("#continue").click()
    expect(page.locator("#user-code-error")).to_be_visible()
    look("device-wrong", page)
    for decision in ("allow", "deny"):
        page.goto(f"/device?user_code={device_code(served, seen.planner)}")
        look(f"device-{decision}-code", page)
        page.locator("#continue").click()
        expect(page.locator("#allow")).to_be_visible()
        look(f"device-{decision}-question", page)
        page.locator(f"#{decision}").click()
        expect(page.locator("#allowed, #denied")).to_be_visible()
        look(f"device-{decision}-done", page)


def device_code(served: ServedPeople, app: App) -> str:
    """The user code that a device shows."""
    form = {"scope": "openid read:issue:jira offline_access"}
    answer = served.instance.post("/oauth2/device_authorization", form, app.authorization or "")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["user_code"])


def _account(page: Page, look: Look) -> None:
    for name in ("account", "account/authorizations", "account/sessions", "account/password"):
        page.goto(f"/{name}")
        look(name.replace("/", "-"), page)
    page.goto("/account/authorizations")
    page.locator("#revoke-1").click()
    expect(page.locator("#done")).to_be_visible()
    look("account-authorizations-none", page)


def _leaving(page: Page, seen: Exhibits, look: Look) -> None:
    page.goto(f"/oauth2/logout?client_id={seen.planner.client_id}")
    expect(page.locator("#stay")).to_be_visible()
    look("sign-out", page)
    page.goto("/oauth2/logout?post_logout_redirect_uri=https://nowhere.example.test/")
    look("sign-out-wrong", page)
