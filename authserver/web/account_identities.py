"""`/account/identities`: which accounts at identity providers are connected to mine here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import Blueprint, request

from authserver.domain.errors import Conflict, NotFound
from authserver.domain.upstream_sign_ins import AttemptPurpose
from authserver.services.federated_sign_in import may_link
from authserver.services.identities import LimitKept, SeveralIdentities
from authserver.services.sign_in_problems import SignInFailed
from authserver.services.upstream_attempts import Way
from authserver.web.account import act_of
from authserver.web.federated_login import IDENTITIES, problem_page, visitor_of
from authserver.web.login import AGAIN
from authserver.web.rendering import render

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from authserver.services.connections import Connections
    from authserver.services.federated_sign_in import FederatedSignIn
    from authserver.services.identities import Identities
    from authserver.services.sessions import SignedIn
    from authserver.web.visits import Visits

CONNECT: Final = "connect"
DISCONNECT: Final = "disconnect"
DONE: Final = frozenset({"connected", "disconnected", "kept", "last"})
"""What the page may say happened; `kept` and `last` are why it did not."""


class IdentityPages:
    """Shows a user's connections; makes and ends them after a fresh sign-in here."""

    def __init__(
        self,
        *,
        visits: Visits,
        connections: Connections,
        identities: Identities,
        sign_in: FederatedSignIn,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._connections = connections
        self._identities = identities
        self._sign_in = sign_in

    def show(self) -> Response:
        """GET /account/identities."""
        signed_in = self._visits.signed_in_or_login(IDENTITIES)
        done = request.args.get("done", "")
        return render(
            "account_identities.html",
            here="identities",
            person=signed_in.user,
            known=self._connections.of(signed_in.user.subject),
            done=done if done in DONE else "",
        )

    def connect(self) -> Response:
        """POST /account/identities: go to a provider, and come back connected.

        The answer is a page with a link: a redirect from a form would need the provider's name in
        our policy, and the person sees where this leads.
        """
        visit = self._visits.current()
        visit.check_csrf(CONNECT)
        signed_in = self._fresh()
        name = request.form.get("provider", "")
        try:
            url = self._sign_in.begin(
                name, visitor_of(visit), Way("", IDENTITIES), purpose=AttemptPurpose.LINK
            )
        except SignInFailed as failed:
            return problem_page(failed)
        return render(
            "account_identity_onward.html",
            here="identities",
            person=signed_in.user,
            provider=self._connections.display_name(name),
            url=url,
        )

    def disconnect(self) -> Response:
        """POST /account/identities/disconnect."""
        visit = self._visits.current()
        visit.check_csrf(DISCONNECT)
        signed_in = self._fresh()
        subject, form = signed_in.user.subject, request.form
        try:
            meant = self._identities.at(
                form.get("provider", ""), subject, form.get("identity_id", "")
            )
            self._identities.unlink(meant.provider, meant.subject_key, act_of(visit, subject))
        except NotFound:
            pass  # A second click: it is gone already.
        except SeveralIdentities:
            # A form that an older version made: the page that comes now asks which.
            return self._visits.redirect_to(IDENTITIES)
        except LimitKept:
            return self._visits.redirect_to(IDENTITIES + "?done=kept")
        except Conflict:
            return self._visits.redirect_to(IDENTITIES + "?done=last")
        return self._visits.redirect_to(IDENTITIES + "?done=disconnected")

    def _fresh(self) -> SignedIn:
        """Who is signed in, and proved it a short time ago; anybody else is asked to.

        Raises:
            HTTPException: the way to the sign-in page.
        """
        signed_in = self._visits.signed_in_or_login(IDENTITIES)
        if may_link(signed_in, self._visits.current().call.at):
            return signed_in
        query = urlencode({"next": IDENTITIES, AGAIN: "yes"})
        raise self._visits.sent_to(f"/login?{query}")


def identities_blueprint(pages: IdentityPages) -> Blueprint:
    """Serves /account/identities."""
    blueprint = Blueprint("identities", __name__)
    blueprint.add_url_rule(IDENTITIES, "show", pages.show, methods=["GET"])
    blueprint.add_url_rule(IDENTITIES, "connect", pages.connect, methods=["POST"])
    path = f"{IDENTITIES}/disconnect"
    blueprint.add_url_rule(path, "disconnect", pages.disconnect, methods=["POST"])
    return blueprint
