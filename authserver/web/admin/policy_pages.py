"""`/admin/policies`: the documents, their versions, and the way back to an older one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.policy_problems import PolicyInvalid
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.forms import REFUSALS, WHOLE, Form
from authserver.web.admin.policy_previews import (
    LONGEST,
    POLICIES,
    READ,
    WRITE,
    PolicyPreviews,
    fingerprint,
    policy_path,
)
from authserver.web.admin.showing import show, what_happened
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.policy_documents import PolicyVersion
    from authserver.domain.policy_problems import PolicyProblem
    from authserver.services.policies import Policies
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.admin.policy_previews import Preview
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

CHECK: Final = "check"
DONE: Final[Mapping[str, Text]] = {
    "applied": _l("The document counts from now on, everywhere."),
    "restored": _l("The older text counts again, as a new version."),
    "unchanged": _l("It is the text that counts already: nothing was changed."),
}


@dataclass(frozen=True, slots=True)
class PolicyPages:
    """Shows documents, and changes them after a preview of just that change."""

    visits: Visits
    policies: Policies
    previews: PolicyPreviews

    def list(self, who: Administrator) -> Response:
        """GET /admin/policies."""
        del who
        return show("admin/policies.html", title=_("Policies"), states=self.policies.list())

    def show(self, who: Administrator, name: str) -> Response:
        """GET /admin/policies/<name>."""
        del who
        versions = self.policies.versions(name)
        return show(
            "admin/policy.html",
            title=name,
            crumbs=[(_("Policies"), POLICIES)],
            path=policy_path(name),
            current=versions[0] if versions else None,
            versions=versions,
            done=what_happened(DONE),
        )

    def show_version(self, who: Administrator, name: str, number: str) -> Response:
        """GET /admin/policies/<name>/versions/<number>."""
        del who
        version = self._version(name, number)
        return show(
            "admin/policy_version.html",
            title=_("Version %(num)s") % {"num": version.number},
            crumbs=_crumbs(name),
            path=policy_path(name),
            version=version,
            is_current=version.number == self.policies.show(name).number,
        )

    def edit(self, who: Administrator, name: str) -> Response:
        """GET /admin/policies/<name>/edit."""
        del who
        versions = self.policies.versions(name)
        text, seen = (versions[0].text, versions[0].number) if versions else ("", 0)
        return self._editor(name, Form(start={"text": text, "seen": str(seen)}))

    def change(self, who: Administrator, name: str) -> Response:
        """POST the same: first what it would do, then, for just that text, do it."""
        form = Form(request.form)
        text = _text()
        if len(text) > LONGEST:
            form.wrong("text", _("At most %(num)s characters.") % {"num": LONGEST})
            return self._editor(name, form)
        try:
            preview = self.previews.of(name, text)
        except PolicyInvalid as refusal:
            form.wrong("text", _("The document is refused; see what is wrong with it."))
            return self._editor(name, form, problems=refusal.problems)
        is_seen = form.value("previewed") == fingerprint(text)
        if form.value("step") == CHECK or not is_seen:
            return self._editor(name, form, preview=preview)
        try:
            applied = self.policies.apply(
                name, text, who.act, expect=_seen(form), comment=form.value("comment")
            )
        except REFUSALS as refusal:
            form.refused(refusal)
            return self._editor(name, form, preview=preview)
        done = "applied" if applied.changed else "unchanged"
        return self.visits.redirect_to(f"/admin{policy_path(name)}?done={done}")

    def ask_restore(self, who: Administrator, name: str, number: str) -> Response:
        """GET /admin/policies/<name>/versions/<number>/restore."""
        del who
        return self._restoring(name, self._version(name, number), Form())

    def restore(self, who: Administrator, name: str, number: str) -> Response:
        """POST the same."""
        version, form = self._version(name, number), Form(request.form)
        try:
            applied = self.policies.rollback(
                name,
                version.number,
                who.act,
                expect=_seen(form),
                comment=form.value("comment"),
            )
        except (*REFUSALS, PolicyInvalid) as refusal:
            form.refused(refusal)
            return self._restoring(name, version, form)
        done = "restored" if applied.changed else "unchanged"
        return self.visits.redirect_to(f"/admin{policy_path(name)}?done={done}")

    def _version(self, name: str, number: str) -> PolicyVersion:
        if not number.isascii() or not number.isdigit() or len(number) > 9:  # noqa: PLR2004 - more than there ever are
            raise NotFound("policy version", number)
        return self.policies.show(name, int(number))

    def _editor(
        self,
        name: str,
        form: Form,
        *,
        preview: Preview | None = None,
        problems: Sequence[PolicyProblem] = (),
    ) -> Response:
        # Blanks and line ends belong to the document.
        text = _text() if request.method == "POST" else form.value("text")
        return show(
            "admin/policy_edit.html",
            title=_("Edit"),
            crumbs=_crumbs(name),
            status=200 if form.is_right else 400,
            form=form,
            path=policy_path(name),
            text=text,
            preview=preview,
            previewed="" if preview is None else fingerprint(text),
            problems=problems,
        )

    def _restoring(self, name: str, version: PolicyVersion, form: Form) -> Response:
        preview = None
        try:
            preview = self.previews.of(name, version.text)
        except PolicyInvalid as refusal:
            form.wrong(WHOLE, str(refusal))
        return show(
            "admin/policy_restore.html",
            title=_("Go back to version %(num)s?") % {"num": version.number},
            crumbs=_crumbs(name),
            status=200 if form.is_right else 400,
            form=form,
            path=policy_path(name),
            version=version,
            preview=preview,
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        needs, both = frozenset({READ}), frozenset({READ, WRITE})
        one = f"{POLICIES}/<name>"
        version = f"{one}/versions/<number>"
        menu = MenuEntry(Section.RULES, _l("Policies"))
        yield ConsolePage(POLICIES, "policies", needs, self.list, menu=menu)
        yield ConsolePage(one, "policy", needs, self.show)
        yield ConsolePage(f"{one}/edit", "policy_edit", both, self.edit, self.change)
        yield ConsolePage(version, "policy_version", needs, self.show_version)
        yield ConsolePage(
            f"{version}/restore", "policy_restore", both, self.ask_restore, self.restore
        )


def _text() -> str:
    """The document as it was typed; browsers send line ends as CRLF."""
    return request.form.get("text", "").replace("\r\n", "\n")


def _seen(form: Form) -> int:
    text = form.value("seen")
    if not text.isascii() or not text.isdigit():
        raise InvalidField("seen", "the number of the version that the form was made from")
    return int(text)


def _crumbs(name: str) -> Sequence[tuple[str, str]]:
    return [(_("Policies"), POLICIES), (name, policy_path(name))]
