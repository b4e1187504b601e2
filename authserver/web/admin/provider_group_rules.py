"""`/admin/providers/<name>/group-rules`: what groups of a provider mean here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.group_rules import GroupEffect
from authserver.domain.providers import GroupSource
from authserver.domain.roles import Area, Role, to_read
from authserver.web.admin.cells import ROLE_WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Column, Filter, Listing, ListPage, ListQuery, RowAct
from authserver.web.admin.provider_lists import READ, WRITE, crumbs_to, provider_path
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.short_lists import page_of
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.languages import ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.group_rules import GroupRule
    from authserver.domain.groups import GroupHead
    from authserver.domain.providers import Provider
    from authserver.services.provider_group_rules import ProviderGroupRules
    from authserver.services.providers import Providers
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

EFFECTS: Final[Mapping[GroupEffect, Text]] = {
    GroupEffect.LOCAL_GROUP: _l("is in the local group"),
    GroupEffect.ADMINISTRATOR: _l("administers as an owner"),
    GroupEffect.ROLE: _l("has the role"),
    GroupEffect.SCOPES: _l("may have the scopes"),
    GroupEffect.DENY: _l("may not come in"),
}
"""What being in the group means, as the beginning of what the rule's value ends."""
CHOICES: Final = (GroupEffect.LOCAL_GROUP, GroupEffect.ROLE, GroupEffect.SCOPES, GroupEffect.DENY)
"""What the form asks for; an owner is a role there."""
PLACES: Final[Mapping[GroupEffect, str]] = {
    GroupEffect.LOCAL_GROUP: "local_group",
    GroupEffect.ROLE: "role",
    GroupEffect.SCOPES: "scopes",
}
"""The control for the value of each."""


def rules_path(name: str) -> str:
    """Where the rules of a provider are, below /admin."""
    return f"{provider_path(name)}/group-rules"


def listing_of(name: str) -> Listing[GroupRule]:
    """The list of one provider's rules."""
    return Listing(
        name="rules",
        path=rules_path(name),
        columns=(
            Column("group", _l("Group there"), lambda r: r.external, Kind.CODE, is_sortable=True),
            Column("label", _l("Called"), lambda r: r.label, is_sortable=True),
            Column("effect", _l("Whoever is in it"), lambda r: str(EFFECTS[r.effect])),
            Column("value", _l("Which"), lambda r: r.value.split(), Kind.NAMES),
            Column(
                "created_at", _l("Since"), lambda r: r.created_at, Kind.MOMENT, only_in_file=True
            ),
            Column("rule_id", _l("Rule"), lambda r: r.rule_id, Kind.CODE, only_in_file=True),
        ),
        key=lambda rule: rule.rule_id,
        filters=(
            Filter("effect", _l("Whoever is in it"), [(str(e), w) for e, w in EFFECTS.items()]),
        ),
        acts=(
            RowAct(
                "remove",
                _l("Remove"),
                lambda rule: f"{rules_path(name)}/{rule.rule_id}/remove",
                WRITE,
                is_dangerous=True,
            ),
        ),
        search_hint=_l("group, what it is called, or value"),
    )


@dataclass(frozen=True, slots=True)
class ProviderRulePages:
    """Shows, adds and removes rules; `groups` are the local ones."""

    visits: Visits
    providers: Providers
    rules: ProviderGroupRules
    groups: Callable[[], Sequence[GroupHead]]
    cursors: Cursors

    def list(self, who: Administrator, name: str) -> Response:
        """GET /admin/providers/<name>/group-rules."""
        del who
        provider = self.providers.get(name)
        listing = listing_of(name)

        def page(query: ListQuery) -> ListPage[GroupRule]:
            return page_of(
                self.rules.list(name),
                listing,
                query,
                searched=lambda rule: (rule.external, rule.label, rule.value),
                filters={"effect": lambda rule, value: rule.effect == value},
            )

        return show_list(
            listing,
            self.cursors,
            page,
            title=_("Group rules"),
            template="admin/provider_rules.html",
            crumbs=crumbs_to(provider),
            lead=_(
                "What the groups of a person there mean here. Without a rule a group means nothing."
            ),
            empty=_("There is no rule: groups of this provider mean nothing here."),
            new=(_("Add a rule"), f"{rules_path(name)}/-/new", WRITE),
            reads_groups=provider.groups.source is not GroupSource.NONE,
            edit=f"{provider_path(name)}/edit",
            done=_done(),
        )

    def new(self, who: Administrator, name: str) -> Response:
        """GET /admin/providers/<name>/group-rules/-/new."""
        start = {"effect": GroupEffect.LOCAL_GROUP.value, "external": request.args.get("group", "")}
        return self._new(who, self.providers.get(name), Form(start=start))

    def add(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        provider, form = self.providers.get(name), Form(request.form)
        if form.value("effect") not in CHOICES:
            form.wrong("effect", _("Choose one of these."))
            return self._new(who, provider, form)
        chosen = GroupEffect(form.value("effect"))
        place = PLACES.get(chosen, "")
        effect, value = chosen, " ".join(form.value(place).split()) if place else ""
        if chosen is GroupEffect.LOCAL_GROUP:
            value = form.value(place)
        if chosen is GroupEffect.ROLE and value == Role.OWNER:
            effect, value = GroupEffect.ADMINISTRATOR, ""
        try:
            added = self.rules.add(
                name,
                form.value("external"),
                effect.value,
                who.act,
                value=value,
                label=form.value("label"),
            )
        except AlreadyExists:
            form.wrong("external", _("The group has this meaning already."))
        except REFUSALS as refusal:
            form.refused(refusal, {"value": place, "group": place})
        if not form.is_right:
            return self._new(who, provider, form)
        return self._to_list(name, "added", added.people)

    def ask_remove(self, who: Administrator, name: str, rule_id: str) -> Response:
        """GET /admin/providers/<name>/group-rules/<rule_id>/remove."""
        del who
        return ask(self._removal(name, rule_id), Form())

    def remove(self, who: Administrator, name: str, rule_id: str) -> Response:
        """POST the same."""
        question, form = self._removal(name, rule_id), Form(request.form)
        act = reasoned(who.act, form)
        if form.is_right:
            try:
                removed = self.rules.remove(name, rule_id, act)
            except REFUSALS as refusal:
                form.refused(refusal)
        if not form.is_right:
            return ask(question, form)
        return self._to_list(name, "removed", removed.people)

    def _to_list(self, name: str, done: str, people: int) -> Response:
        return self.visits.redirect_to(f"/admin{rules_path(name)}?done={done}&people={people}")

    def _new(self, who: Administrator, provider: Provider, form: Form) -> Response:
        del who
        path = rules_path(provider.name)
        return show(
            "admin/provider_rule_new.html",
            title=_("Add a rule"),
            crumbs=[*crumbs_to(provider), (_("Group rules"), path)],
            status=200 if form.is_right else 400,
            form=form,
            provider=provider,
            path=path,
            roles=[(str(role), str(ROLE_WORDS[role])) for role in Role],
            local_groups=[(each.name, each.name) for each in self.groups()],
        )

    def _removal(self, name: str, rule_id: str) -> Question:
        provider = self.providers.get(name)
        rule = next((each for each in self.rules.list(name) if each.rule_id == rule_id), None)
        if rule is None:
            raise NotFound("group rule", rule_id)
        path = rules_path(name)
        question = Question(
            _("Remove this rule?"),
            _(
                "The group means that no more, for everybody whose groups are known. What rested "
                "on the rule alone ends at once."
            ),
            _("Remove"),
            f"{path}/{rule_id}/remove",
            path,
            [*crumbs_to(provider), (_("Group rules"), path)],
            facts=[
                (_("Group there"), rule.external, Kind.CODE),
                (_("Called"), rule.label, Kind.TEXT),
                (_("Whoever is in it"), str(EFFECTS[rule.effect]), Kind.TEXT),
                (_("Which"), rule.value.split(), Kind.NAMES),
                (_("Since"), rule.created_at, Kind.MOMENT),
            ],
        )
        return replace(question, is_dangerous=True, asks_reason=True)

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        path, both = rules_path("<name>"), frozenset({READ, WRITE})
        yield ConsolePage(path, "provider_rules", frozenset({READ}), self.list)
        needs = both | {to_read(Area.PEOPLE)}
        yield ConsolePage(f"{path}/-/new", "provider_rule_new", needs, self.new, self.add)
        yield ConsolePage(
            f"{path}/<rule_id>/remove", "provider_rule_remove", both, self.ask_remove, self.remove
        )


def _done() -> str:
    """What happened, with how many people it reached; nothing for what nobody says here."""
    said = request.args.get("done", "")
    if said not in {"added", "removed"}:
        return ""
    people = Form(request.args).number("people") or 0
    first = _("The rule counts from now on.") if said == "added" else _("The rule is removed.")
    reached = ngettext(
        "That changed something for %(num)s person at once.",
        "That changed something for %(num)s people at once.",
        people,
    )
    return f"{first} {reached % {'num': people}}"
