"""What people are told when a sign-in at a provider did not succeed, and what they can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from authserver.web.languages import Text


class Told(NamedTuple):
    """A page: its status, what is wrong, what it means, and what to do now.

    4xx where the browser's request may be the cause; nothing that somebody sends makes a 5xx.
    """

    status: int
    title: Text
    sentence: Text
    advice: Text


_AGAIN: Final = _l("Try again. If that does not help, tell whoever runs this server.")
_LATER: Final = _l("Try again in a few minutes, or sign in in another way if you can.")
_ASK: Final = _l("Ask whoever runs this server.")

TOLD: Final = {
    SignInProblem.STATE_UNKNOWN: Told(
        400,
        _l("This sign-in is over"),
        _l(
            "It took too long, was finished already, or began in another browser. "
            "Nobody was signed in by this."
        ),
        _l("Begin again at the app you came from. If you did not begin it, you need do nothing."),
    ),
    SignInProblem.WRONG_PROVIDER: Told(
        400,
        _l("This answer came from somewhere else"),
        _l("Another identity provider answered than the one you chose. Nobody was signed in."),
        _l("Begin again. If it happens a second time, tell whoever runs this server."),
    ),
    SignInProblem.PROVIDER_STOPPED: Told(
        403,
        _l("This way to sign in is closed"),
        _l("Whoever runs this server has switched it off."),
        _l("Sign in in another way, or ask whoever runs this server."),
    ),
    SignInProblem.REFUSED_BY_USER: Told(
        403,
        _l("You were not signed in"),
        _l("You stopped at the identity provider, or it does not let you use this server."),
        _l("Try again, or ask those who look after your account there to give you access."),
    ),
    SignInProblem.INTERACTION_NEEDED: Told(
        403,
        _l("The identity provider wants something from you first"),
        _l("It could not sign you in without asking you, and was not able to ask."),
        _l("Sign in there directly, answer what it asks, and then try again here."),
    ),
    SignInProblem.PROVIDER_BUSY: Told(
        503,
        _l("The identity provider is busy"),
        _l("It asks to come back later. Your account is all right."),
        _LATER,
    ),
    SignInProblem.PROVIDER_UNREACHABLE: Told(
        503,
        _l("The identity provider does not answer"),
        _l("This server could not reach it in time. Your account is all right."),
        _LATER,
    ),
    SignInProblem.PROVIDER_REFUSED: Told(
        403,
        _l("The identity provider did not accept our request"),
        _l("You may have done everything right: the two servers do not agree with each other."),
        _AGAIN,
    ),
    SignInProblem.ANSWER_UNUSABLE: Told(
        403,
        _l("The identity provider's answer makes no sense"),
        _l("It cannot be used, so nobody was signed in."),
        _AGAIN,
    ),
    SignInProblem.ID_TOKEN_INVALID: Told(
        403,
        _l("The identity provider's answer is not valid"),
        _l("It did not pass the checks that protect you from others, so nobody was signed in."),
        _AGAIN,
    ),
    SignInProblem.TENANT_NOT_ALLOWED: Told(
        403,
        _l("Your organization may not sign in here"),
        _l("You signed in with an account of an organization that this server does not know."),
        _l("Choose another account there, or ask whoever runs this server."),
    ),
    SignInProblem.NOT_FRESH: Told(
        403,
        _l("You have to prove yourself once more"),
        _l(
            "The app, or this page, needs a sign-in of this moment or of a certain strength, "
            "and the identity provider did not ask you for it."
        ),
        _l(
            "Try again and answer everything it asks, or sign out there first. If it stays so, "
            "tell whoever runs this server: the provider has to send the claim auth_time (at "
            "Entra ID an optional claim of the ID token)."
        ),
    ),
    SignInProblem.CLAIM_MISSING: Told(
        403,
        _l("The identity provider does not say who you are"),
        _l("Its answer lacks what tells you from everybody else."),
        _ASK,
    ),
    SignInProblem.GROUPS_UNUSABLE: Told(
        403,
        _l("Your groups are not known"),
        _l(
            "Who may sign in here depends on groups at the identity provider, and it did not "
            "tell all of yours."
        ),
        _l("Try again later. If it stays so, tell whoever runs this server."),
    ),
    SignInProblem.DENIED_BY_GROUP: Told(
        403,
        _l("You may not sign in here"),
        _l("A group that you are in at the identity provider is not allowed."),
        _l("If that is wrong, ask whoever runs this server."),
    ),
    SignInProblem.NO_ACCOUNT: Told(
        403,
        _l("Your account is not set up here"),
        _l("You signed in at the identity provider, but this server has no account for you."),
        _l("Ask whoever runs this server to set one up, or sign in in another way."),
    ),
    SignInProblem.ACCOUNT_STOPPED: Told(
        403,
        _l("Your account here is stopped"),
        _l("You signed in at the identity provider, but your account here may not be used."),
        _ASK,
    ),
    SignInProblem.LINKED_TO_OTHER: Told(
        403,
        _l("This account is connected to somebody else"),
        _l("At this server it belongs to another user. Nothing was changed."),
        _l("Choose another account at the identity provider, or ask whoever runs this server."),
    ),
    SignInProblem.ALREADY_CONNECTED: Told(
        403,
        _l("You are connected to another account there"),
        _l("Each user has one account at each identity provider. Nothing was changed."),
        _l("Disconnect the other one first, then connect this one."),
    ),
    SignInProblem.LINK_NOT_PROVED: Told(
        403,
        _l("Nothing was connected"),
        _l("You signed out here, or signed in too long ago, since you began to connect it."),
        _l("Sign in here again, then connect it once more."),
    ),
}
"""One for each problem."""
