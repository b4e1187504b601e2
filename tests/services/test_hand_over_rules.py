"""What credentials and headers of a hand-over may look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.errors import InvalidField
from tests.services.world import ADMIN, World

if TYPE_CHECKING:
    from authserver.domain.hand_over import HandOver

TOKEN: Final = "NjY2MDEz-personal-access-token"


@pytest.fixture
def world(world: World) -> World:
    world.add_resource()
    return world


def set_credential(world: World, **stated: Any) -> HandOver:
    values = {"credential_type": "bearer", "secret": TOKEN, "account": "svc-gateway", "user": ""}
    return world.hand_overs.set_credential("jira-main", ADMIN, **(values | stated))


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        ({"credential_type": "digest"}, "type"),
        ({"secret": ""}, "secret"),
        ({"secret": "two words"}, "secret"),
        ({"secret": "Bearer abc"}, "secret"),
        ({"secret": "a=b"}, "secret"),
        ({"secret": "abc\r\nX-Evil: 1"}, "secret"),
        ({"secret": "abc\n"}, "secret"),
        ({"secret": "ä"}, "secret"),
        ({"secret": "x" * 4097}, "secret"),
        ({"user": "svc"}, "user"),
        ({"account": ""}, "account"),
        ({"account": " svc"}, "account"),
        ({"account": "svc "}, "account"),
        ({"account": "a\nb"}, "account"),
        ({"account": "a\n"}, "account"),
        ({"account": "jürgen"}, "account"),
        ({"account": "x" * 256}, "account"),
        ({"credential_type": "basic"}, "user"),
        ({"credential_type": "basic", "user": "a:b"}, "user"),
        ({"credential_type": "basic", "user": "a\nb"}, "user"),
        ({"credential_type": "basic", "user": "x" * 256}, "user"),
        ({"credential_type": "basic", "user": "u", "secret": ""}, "secret"),
        ({"credential_type": "basic", "user": "u", "secret": "a\x00b"}, "secret"),
        ({"credential_type": "basic", "user": "u", "secret": "a\x7fb"}, "secret"),
        ({"credential_type": "basic", "user": "u", "secret": "two\nlines"}, "secret"),
        ({"credential_type": "basic", "user": "u", "secret": "\ud800"}, "secret"),
        ({"credential_type": "basic", "user": "u", "secret": "ä" * 2049}, "secret"),
    ],
)
def test_what_cannot_travel_in_a_header_is_refused_and_not_repeated(
    world: World, stated: dict[str, str], field: str
) -> None:
    before = world.database.state
    with pytest.raises(InvalidField) as refused:
        set_credential(world, **stated)
    assert refused.value.field == field
    secret = stated.get("secret", TOKEN)
    assert len(secret) < 2 or secret not in str(refused.value)
    assert world.database.state is before


@pytest.mark.parametrize(
    "stated",
    [
        {"secret": "x" * 4096},
        {"secret": "abc.DEF-123_~+/=="},
        {"account": "a"},
        {"account": "x" * 255},
        {"account": "5b10ac8d82e05b22cc7d4ef5"},
        {"account": "557058:0d9-ab"},
        {"account": "First Last"},
        {"credential_type": "basic", "user": "u", "secret": "x" * 4096},
    ],
)
def test_what_can_travel_is_taken(world: World, stated: dict[str, str]) -> None:
    set_credential(world, **stated)


@pytest.mark.parametrize(
    "header",
    [
        "Authorization", "AUTHORIZATION", "Proxy-Authorization", "Cookie", "Set-Cookie", "Host",
        "Content-Length", "Content-Type", "Content-Anything", "Transfer-Encoding", "TE",
        "Connection", "Keep-Alive", "Upgrade", "Trailer", "Expect", "X-Forwarded-For",
        "X-Forwarded-User", "x-forwarded", "Forwarded", "X-Real-IP", "X-Original-URI",
        "X-Gateway-Authorization", "X-Auth-User", "X-Upstream-Identity", "X-Atlassian-Token",
        "X-HTTP-Method-Override", "Accept", "Accept-Encoding", "Sec-Fetch-Site", "If-Match",
        "Range", "User-Agent", "Referer", "Origin", "X-Request-ID", "X-Decision-Id",
    ],
)  # fmt: skip
def test_a_header_that_means_something_else_cannot_carry_the_account(
    world: World, header: str
) -> None:
    with pytest.raises(InvalidField, match="header: a name without a meaning of its own"):
        world.hand_overs.set_plain("jira-main", ADMIN, kind="identity-header", header=header)


@pytest.mark.parametrize(
    "header",
    ["X User", "X:User", "X-User\n", "X_User", "$user", "X-Üser", "-X", "X-", "1X", "x" * 65, "X;"],
)
def test_a_header_is_a_plain_name(world: World, header: str) -> None:
    with pytest.raises(InvalidField, match="header: 1 to 64 letters, digits and hyphens"):
        world.hand_overs.set_plain("jira-main", ADMIN, kind="identity-header", header=header)
