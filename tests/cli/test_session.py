"""`authserver session`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.sessions import PASSWORD_ACR, PASSWORD_AMR

if TYPE_CHECKING:
    from authserver.services.sessions import StartedSession
    from tests.cli.administered import Administered


def signed_in(here: Administered, username: str) -> StartedSession:
    user = here.world.users.get(username).user
    with here.world.database.writing() as stores:
        return here.world.sessions.begin(
            stores,
            user,
            acr=PASSWORD_ACR,
            amr=PASSWORD_AMR,
            previous=None,
            call=here.world.call(),
            user_agent="Firefox",
        )


def test_sessions_are_listed_without_their_cookies(here: Administered) -> None:
    assert here.done("session", "list").stderr == "nobody is signed in\n"
    for name in ("ada", "bob"):
        here.done("user", "create", name)
    first, second = signed_in(here, "ada"), signed_in(here, "bob")
    table = here.done("session", "list").stdout
    for started in (first, second):
        assert started.session.session_id in table
        assert started.cookie not in table
    (told,) = here.json("session", "list", "--user", "bob")["sessions"]
    assert told["username"] == "bob"
    assert told["session_id"] == second.session.session_id
    assert told["expires_at"].endswith("Z")


def test_a_session_is_ended_once(here: Administered) -> None:
    here.done("user", "create", "ada")
    started = signed_in(here, "ada")
    name = started.session.session_id
    assert here.done("session", "end", name).stdout == f"session {name} has ended\n"
    assert here.world.sessions.find(started.cookie, here.world.call()) is None
    assert "authserver session list" in here.refused(1, "session", "end", name)


def test_all_sessions_of_a_user_end(here: Administered) -> None:
    for name in ("ada", "bob"):
        here.done("user", "create", name)
    for _ in range(3):
        signed_in(here, "ada")
    kept = signed_in(here, "bob")
    assert here.run("session", "end-all", "ada", input_text="n\n").exit_code != 0
    told = here.json("session", "end-all", "ada", "--yes")
    assert told == {"username": "ada", "ended": 3}
    assert here.world.sessions.find(kept.cookie, here.world.call()) is not None
    assert "0 sessions" in here.done("session", "end-all", "ada", "--yes").stdout


def test_scripts_end_one_too(here: Administered) -> None:
    here.done("user", "create", "ada")
    name = signed_in(here, "ada").session.session_id
    assert here.json("session", "end", name) == {"session_id": name, "ended": True}
