"""Adding keys of Connect apps, rotating, stopping and removing them; no secret is shown again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.connect_keys import ConnectKeyKind
from authserver.domain.durations import written_seconds
from authserver.domain.resources import SITE_KINDS
from authserver.services.clients import OVERLAP_SECONDS
from authserver.services.connect_key_rules import ConnectDraft, SigningMaterial
from authserver.web.admin.cells import Kind
from authserver.web.admin.connect_keys import CONNECT_KEYS, KINDS, READ, WRITE, connect_path
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _
from authserver.web.written_names import name_in_segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.connect_keys import ConnectKey
    from authserver.domain.resources import ProtectedResource
    from authserver.services.administration import Act
    from authserver.services.connect_keys import ConnectKeys
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.visits import Visits

CONTROLS: Final[Mapping[str, str]] = {
    "Connect key": "issuer",
    "resource": "resource",
    "descriptor_scopes": "descriptor",
}
"""Names of controls by the service's names of fields and things, where they differ."""
DESCRIPTOR: Final = ("READ", "WRITE", "DELETE", "PROJECT_ADMIN", "SPACE_ADMIN", "ADMIN")
MOST_KEY_CHARACTERS: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class ConnectKeyActs:
    """What is done with keys; `sites` are all that are registered."""

    visits: Visits
    keys: ConnectKeys
    sites: Callable[[], Sequence[ProtectedResource]]

    def new(self, who: Administrator) -> Response:
        """GET /admin/connect-keys/-/new."""
        del who
        start = {
            "resource": request.args.get("resource", ""),
            "kind": ConnectKeyKind.SHARED_SECRET.value,
            "descriptor": "READ",
        }
        return self._new(Form(start=start))

    def add(self, who: Administrator) -> Response:
        """POST the same."""
        form = Form(request.form)
        material = _material(form, form.value("kind"))
        if not form.value("resource"):
            form.wrong("resource", _("Choose one of these."))
        if not form.is_right or material is None:
            return self._new(form)
        draft = ConnectDraft(
            resource=form.value("resource"),
            issuer=form.value("issuer"),
            client_id=form.value("client_id"),
            material=material,
            audience=form.value("audience"),
            scopes=form.value("scopes").split(),
            descriptor_scopes=form.values("descriptor"),
        )
        try:
            added = self.keys.add(draft, who.act)
        except REFUSALS as refusal:
            form.refused(refusal, CONTROLS)
            return self._new(form)
        return self.visits.redirect_to(f"/admin{connect_path(added)}?done=added")

    def ask_rotation(self, who: Administrator, resource: str, key: str) -> Response:
        """GET /admin/connect-keys/<resource>/<key>/rotate."""
        del who
        found = self.keys.get(resource, name_in_segment(key))
        return _rotating(found, Form(start={"overlap": written_seconds(OVERLAP_SECONDS)}))

    def rotate(self, who: Administrator, resource: str, key: str) -> Response:
        """POST the same."""
        found, form = self.keys.get(resource, name_in_segment(key)), Form(request.form)
        material, overlap = _material(form, found.kind), form.seconds("overlap")
        if not form.is_right or material is None:
            return _rotating(found, form)
        try:
            self.keys.rotate(
                resource, found.issuer, material, who.act, overlap_seconds=overlap or 0
            )
        except REFUSALS as refusal:
            form.refused(refusal, CONTROLS)
            return _rotating(found, form)
        return self.visits.redirect_to(f"/admin{connect_path(found)}?done=rotated")

    def asking(self, act: str) -> Callable[..., Response]:
        """The view of the question whether."""

        def view(who: Administrator, resource: str, key: str) -> Response:
            del who
            return ask(_question(act, self.keys.get(resource, name_in_segment(key))), Form())

        return view

    def doing(self, act: str) -> Callable[..., Response]:
        """The view of the answer."""

        def view(who: Administrator, resource: str, key: str) -> Response:
            found, form = self.keys.get(resource, name_in_segment(key)), Form(request.form)
            why = who.act if act == "enable" else reasoned(who.act, form)
            if form.is_right:
                try:
                    self._do(act, found, why)
                except REFUSALS as refusal:
                    form.refused(refusal)
            if not form.is_right:
                return ask(_question(act, found), form)
            where = CONNECT_KEYS if act == "remove" else connect_path(found)
            done = {"remove": "removed", "disable": "disabled", "enable": "enabled"}[act]
            return self.visits.redirect_to(f"/admin{where}?done={done}")

        return view

    def _do(self, act: str, key: ConnectKey, why: Act) -> None:
        if act == "remove":
            self.keys.remove(key.resource, key.issuer, why)
        else:
            self.keys.set_enabled(key.resource, key.issuer, why, enabled=act == "enable")

    def _new(self, form: Form) -> Response:
        return show(
            "admin/connect_new.html",
            title=_("Add a key"),
            crumbs=[(_("Keys of Connect apps"), CONNECT_KEYS)],
            status=200 if form.is_right else 400,
            form=form,
            sites=[(each.name, each.name) for each in self.sites() if each.kind in SITE_KINDS],
            descriptor=[(name, name, "") for name in DESCRIPTOR],
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        both, one = frozenset({READ, WRITE}), f"{CONNECT_KEYS}/<resource>/<key>"
        yield ConsolePage(f"{CONNECT_KEYS}/-/new", "connect_key_new", both, self.new, self.add)
        yield ConsolePage(
            f"{one}/rotate", "connect_key_rotate", both, self.ask_rotation, self.rotate
        )
        for act in ("disable", "enable", "remove"):
            yield ConsolePage(
                f"{one}/{act}", f"connect_key_{act}", both, self.asking(act), self.doing(act)
            )


def _material(form: Form, kind: str) -> SigningMaterial | None:
    """What verifies; nothing, with a word about it, where the form does not say."""
    if kind == ConnectKeyKind.SHARED_SECRET:
        return SigningMaterial(secret=form.value("secret"))
    if kind == ConnectKeyKind.KEY_SET:
        return SigningMaterial(jwks=form.value("jwks")[: MOST_KEY_CHARACTERS + 1])
    form.wrong("kind", _("Choose one of these."))
    return None


def _rotating(key: ConnectKey, form: Form) -> Response:
    is_secret = key.kind is ConnectKeyKind.SHARED_SECRET
    question = Question(
        _("New secret of %(name)s") % {"name": key.issuer}
        if is_secret
        else _("New key set of %(name)s") % {"name": key.issuer},
        _("Paste what the app signs with from now on. It is sealed at once and never shown again.")
        if is_secret
        else _(
            "Paste the public keys that the app signs with. They take the place of the old ones."
        ),
        _("Verify with it"),
        f"{connect_path(key)}/rotate",
        connect_path(key),
        _crumbs(key),
    )
    template = "connect_rotate_secret" if is_secret else "connect_rotate_keys"
    return ask(question, form, template=f"admin/{template}.html")


def _question(act: str, key: ConnectKey) -> Question:
    title, sentence, button = {
        "disable": (
            _("Disable the key of %(name)s?"),
            _("Calls that it signs are refused at once, until it is enabled again."),
            _("Disable"),
        ),
        "enable": (
            _("Enable the key of %(name)s?"),
            _("Calls that it signs count again."),
            _("Enable"),
        ),
        "remove": (
            _("Remove the key of %(name)s?"),
            _("Its secret goes with it. To bring it back, the app has to be installed anew."),
            _("Remove"),
        ),
    }[act]
    return Question(
        title % {"name": key.issuer},
        sentence,
        button,
        f"{connect_path(key)}/{act}",
        connect_path(key),
        _crumbs(key),
        facts=[
            (_("Site"), key.resource, Kind.CODE),
            (_("Speaks for the client"), key.client_id, Kind.CODE),
            (_("Signs with"), str(KINDS[key.kind]), Kind.TEXT),
        ],
        is_dangerous=act != "enable",
        asks_reason=act != "enable",
    )


def _crumbs(key: ConnectKey) -> Sequence[tuple[str, str]]:
    return [(_("Keys of Connect apps"), CONNECT_KEYS), (key.issuer, connect_path(key))]
