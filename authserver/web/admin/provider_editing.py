"""`/admin/providers/<name>/edit` and `/bearer`: how a provider is used from now on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from flask import request

from authserver.domain.errors import Conflict
from authserver.domain.providers import ProviderKind
from authserver.services.provider_drafts import NOTHING_CHANGES
from authserver.services.provider_findings import ProviderUnusable
from authserver.services.provider_presets import PRESETS
from authserver.services.provider_rules import ALGORITHMS
from authserver.web.admin import provider_bearer_forms, provider_forms, provider_words
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, WHOLE, Form
from authserver.web.admin.provider_bearer_forms import form_of_bearer, read_bearer
from authserver.web.admin.provider_forms import (
    SEEN,
    WITH_DIRECTORY,
    fingerprint,
    form_of,
    read_changes,
    unchanged_since,
)
from authserver.web.admin.provider_lists import PROVIDERS, READ, WRITE, crumbs_to, provider_path
from authserver.web.admin.provider_words import choices
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.providers import Provider
    from authserver.services.provider_drafts import ProviderChanges
    from authserver.services.provider_findings import ProviderFinding
    from authserver.services.providers import Providers
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.admin.provider_pages import ProviderPages

CONTROLS: Final[Mapping[str, str]] = {**provider_forms.CONTROLS, **provider_bearer_forms.CONTROLS}


@dataclass(frozen=True, slots=True)
class ProviderEditing:
    """Two forms: how people sign in, and which access tokens count. Both are looked at after."""

    providers: Providers
    pages_of: ProviderPages

    def edit(self, who: Administrator, name: str) -> Response:
        """GET /admin/providers/<name>/edit: what it is now."""
        del who
        provider = self.providers.get(name)
        return _usage(provider, Form(start=form_of(provider)))

    def save(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        return self._save(who, name, read_changes, _usage)

    def edit_bearer(self, who: Administrator, name: str) -> Response:
        """GET /admin/providers/<name>/bearer: which of its access tokens count now."""
        del who
        provider = self.providers.get(name)
        return _bearer(provider, Form(start=form_of_bearer(provider)))

    def save_bearer(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        return self._save(who, name, read_bearer, _bearer)

    def _save(
        self,
        who: Administrator,
        name: str,
        read: Callable[[Form, Provider], ProviderChanges],
        page: Callable[..., Response],
    ) -> Response:
        """Change what is otherwise, look at the provider, and show what was found."""
        provider = self.providers.get(name)
        form = Form(request.form)
        changes = read(form, provider)
        if not form.is_right:
            return page(provider, form)
        if changes == NOTHING_CHANGES:
            return self.pages_of.page(name, done=_("Nothing was changed."))
        act = replace(who.act, expects=unchanged_since(form.value(SEEN)))
        try:
            checked = self.providers.update(name, changes, act)
        except ProviderUnusable as unusable:
            form.wrong(WHOLE, _("With this the provider could not be used. What was found:"))
            return page(provider, form, unusable.check.findings)
        except Conflict as refusal:
            form.refused(refusal)
            now = self.providers.get(name)
            return page(now, form, seen=fingerprint(now))
        except REFUSALS as refusal:
            form.refused(refusal, CONTROLS)
            return page(provider, form)
        check = checked.check or self.providers.test(name, who.act).check
        return self.pages_of.page(
            name,
            () if check is None else check.findings,
            done=_("Saved: it counts from now on, everywhere."),
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        one, both = f"{PROVIDERS}/<name>", frozenset({READ, WRITE})
        yield ConsolePage(f"{one}/edit", "provider_edit", both, self.edit, self.save)
        yield ConsolePage(
            f"{one}/bearer", "provider_bearer", both, self.edit_bearer, self.save_bearer
        )


def _usage(
    provider: Provider, form: Form, findings: Sequence[ProviderFinding] = (), *, seen: str = ""
) -> Response:
    kind = provider.kind
    return show(
        "admin/provider_edit.html",
        title=_("Edit %(name)s") % {"name": provider.display_name},
        **_shown(provider, form, findings, seen),
        kind=PRESETS[kind].title,
        auths=choices(provider_words.AUTH, kind),
        creations=choices(provider_words.CREATIONS, kind),
        emails=choices(provider_words.EMAILS, kind),
        sources=choices(provider_words.GROUPS, kind),
        logouts=choices(provider_words.LOGOUTS, kind),
        algorithms=[(each, each, "") for each in ALGORITHMS] if kind is ProviderKind.OIDC else (),
        has_directory=kind in WITH_DIRECTORY,
    )


def _bearer(
    provider: Provider, form: Form, findings: Sequence[ProviderFinding] = (), *, seen: str = ""
) -> Response:
    return show(
        "admin/provider_bearer.html",
        title=_("Access tokens of %(name)s") % {"name": provider.display_name},
        **_shown(provider, form, findings, seen),
    )


def _shown(
    provider: Provider, form: Form, findings: Sequence[ProviderFinding], seen: str
) -> Mapping[str, Any]:
    """What both pages show: the provider, what is wrong with it, and the state that was edited."""
    return {
        "crumbs": crumbs_to(provider),
        "status": 200 if form.is_right else 400,
        "form": form,
        "findings": findings,
        "seen": seen or form.value(SEEN),
        "provider": provider,
        "path": provider_path(provider.name),
    }
