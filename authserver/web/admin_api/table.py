"""Every endpoint of the administration API. What is not here is not served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.web.admin_api import (
    audit_checks,
    calls,
    clients,
    connect_keys,
    dashboard,
    declarations,
    describing,
    gateways,
    grants,
    groups,
    hand_overs,
    identities,
    incidents,
    initial_tokens,
    keys,
    leak_reports,
    mails,
    permitted_callers,
    policies,
    policy_tests,
    provider_parts,
    providers,
    records,
    resources,
    scopes,
    sessions,
    settings,
    tokens,
    user_support,
    users,
)

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Endpoint

ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *describing.ENDPOINTS,
    *clients.ENDPOINTS,
    *resources.ENDPOINTS,
    *hand_overs.ENDPOINTS,
    *gateways.ENDPOINTS,
    *connect_keys.ENDPOINTS,
    *initial_tokens.ENDPOINTS,
    *keys.ENDPOINTS,
    *users.ENDPOINTS,
    *user_support.ENDPOINTS,
    *groups.ENDPOINTS,
    *tokens.ENDPOINTS,
    *incidents.ENDPOINTS,
    *leak_reports.ENDPOINTS,
    *sessions.ENDPOINTS,
    *grants.ENDPOINTS,
    *identities.ENDPOINTS,
    *providers.ENDPOINTS,
    *provider_parts.ENDPOINTS,
    *policies.ENDPOINTS,
    *policy_tests.ENDPOINTS,
    *records.ENDPOINTS,
    *calls.ENDPOINTS,
    *audit_checks.ENDPOINTS,
    *permitted_callers.ENDPOINTS,
    *mails.ENDPOINTS,
    *dashboard.ENDPOINTS,
    *settings.ENDPOINTS,
    *declarations.ENDPOINTS,
    *scopes.ENDPOINTS,
)
