"""`/admin/keys`: the keys that sign tokens, what becomes of each, and a change before its time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.errors import NotFound
from authserver.domain.key_prospects import next_change, since
from authserver.domain.key_rotation import early_rotation_at
from authserver.domain.keys import KeyState, SigningAlgorithm
from authserver.domain.roles import Area, to_read, to_write
from authserver.web.admin.cells import Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.forms import REFUSALS, WHOLE, Form
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.showing import show, what_happened
from authserver.web.core_words import refusal_words
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.keys import SigningKey
    from authserver.domain.ports import Clock
    from authserver.services.signing_keys import SigningKeys
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

KEYS: Final = "/keys"
NEXT_WORDS: Final[Mapping[KeyState, Text]] = {
    KeyState.ACTIVE: _l("signs from"),
    KeyState.RETIRING: _l("stops signing at"),
    KeyState.GONE: _l("leaves the list at"),
}
DONE: Final[Mapping[str, Text]] = {
    "rotated": _l("The announced keys sign from now on. Tokens signed before stay good."),
    "revoked": _l("The key is revoked: no token that it signed counts any more."),
}
_ORDER: Final = tuple(KeyState)


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key in the table; `word` and `at` say what comes next."""

    key: SigningKey
    since: float
    word: Text
    at: float | None


@dataclass(frozen=True, slots=True)
class KeyPages:
    """Shows the rings, rotates them, ends keys."""

    visits: Visits
    keys: SigningKeys
    clock: Clock

    def list(self, who: Administrator) -> Response:
        """GET /admin/keys."""
        del who
        everything = bool(request.args.get("all"))
        found = self.keys.list()
        shown = [key for key in found if everything or key.state.is_published]
        ordered = sorted(
            shown, key=lambda key: (key.algorithm, _ORDER.index(key.state), -key.created_at)
        )
        return show(
            "admin/keys.html",
            title=_("Signing keys"),
            lines=[self._line(key, found) for key in ordered],
            everything=everything,
            times=self.keys.times,
            done=what_happened(DONE),
        )

    def ask_rotation(self, who: Administrator) -> Response:
        """GET /admin/keys/rotate."""
        del who
        return ask(self._rotation(), Form())

    def rotate(self, who: Administrator) -> Response:
        """POST the same."""
        form = Form(request.form)
        try:
            self.keys.rotate(None, who.act)
        except REFUSALS as refusal:
            form.refused(refusal)
            return ask(self._rotation(), form)
        return self.visits.redirect_to(f"/admin{KEYS}?done=rotated")

    def ask_revocation(self, who: Administrator, kid: str) -> Response:
        """GET /admin/keys/<kid>/revoke."""
        del who
        return ask(self._revocation(kid), Form())

    def revoke(self, who: Administrator, kid: str) -> Response:
        """POST the same."""
        form = Form(request.form)
        act = reasoned(who.act, form)
        if not form.is_right:
            return ask(self._revocation(kid), form)
        try:
            self.keys.revoke(kid, act)
        except REFUSALS as refusal:
            refused = Form(request.form)
            refused.wrong(WHOLE, refusal_words(refusal))
            return ask(self._revocation(kid), refused)
        return self.visits.redirect_to(f"/admin{KEYS}?done=revoked")

    def _line(self, key: SigningKey, keys: Sequence[SigningKey]) -> KeyLine:
        ring = [each for each in keys if each.algorithm is key.algorithm]
        following = next_change(key, ring, self.keys.times)
        if following is None:
            return KeyLine(key, since(key), "", None)
        return KeyLine(key, since(key), NEXT_WORDS[following[0]], following[1])

    def _rotation(self) -> Question:
        keys = self.keys.list()
        now = self.clock.now()
        possible = [early_rotation_at(keys, each, self.keys.times) for each in SigningAlgorithm]
        waits = [at for at in possible if at is not None and at > now]
        return Question(
            _("Let the announced keys sign now?"),
            _(
                "They would do so by themselves later. Tokens signed by the old keys stay good "
                "until they expire."
            ),
            _("Rotate now"),
            f"{KEYS}/rotate",
            KEYS,
            [(_("Signing keys"), KEYS)],
            facts=[(_("Possible from"), max(waits), Kind.MOMENT)] if waits else (),
        )

    def _revocation(self, kid: str) -> Question:
        key = next((each for each in self.keys.list() if each.kid == kid), None)
        if key is None:
            raise NotFound("key", kid)
        question = Question(
            _("Revoke this key for ever?"),
            _(
                "For a key that somebody else may have. Every token it signed is refused at once, "
                "and clients have to get new ones."
            ),
            _("Revoke the key"),
            f"{KEYS}/{kid}/revoke",
            KEYS,
            [(_("Signing keys"), KEYS)],
            facts=[
                (_("Key"), kid, Kind.CODE),
                (_("Algorithm"), str(key.algorithm), Kind.CODE),
                (_("State"), str(key.state), Kind.STATE),
            ],
        )
        return replace(question, is_dangerous=True, asks_reason=True)

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        read, write = to_read(Area.KEYS), to_write(Area.KEYS)
        menu, both = MenuEntry(Section.SERVER, _l("Signing keys")), frozenset({read, write})
        yield ConsolePage(KEYS, "keys", frozenset({read}), self.list, menu=menu)
        yield ConsolePage(f"{KEYS}/rotate", "keys_rotate", both, self.ask_rotation, self.rotate)
        yield ConsolePage(
            f"{KEYS}/<kid>/revoke", "key_revoke", both, self.ask_revocation, self.revoke
        )
