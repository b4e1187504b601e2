"""Validated authorization requests and requested claims as the texts of one column each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.authorization_profiles import ResponseMode
from authserver.domain.authorization_requests import AuthorizationParameters, Prompt
from authserver.domain.requested_claims import RequestedClaims
from authserver.storage.access_details import coded_details, details_from
from authserver.storage.json_texts import Members, coded

if TYPE_CHECKING:
    from collections.abc import Mapping


def parameters_text(parameters: AuthorizationParameters) -> str:
    """The parameters as a JSON object."""
    return coded(
        {
            "client_id": parameters.client_id,
            "redirect_uri": parameters.redirect_uri,
            "response_mode": parameters.response_mode,
            "scopes": sorted(parameters.scopes),
            "audience": parameters.audience,
            "resource": parameters.resource,
            "state": parameters.state,
            "nonce": parameters.nonce,
            "code_challenge": parameters.code_challenge,
            "prompts": sorted(parameters.prompts),
            "max_age": parameters.max_age,
            "login_hint": parameters.login_hint,
            "hinted_subject": parameters.hinted_subject,
            "acr_values": parameters.acr_values,
            "claims": _claims_values(parameters.claims),
            "ui_locales": parameters.ui_locales,
            "details": coded_details(parameters.details) or "",
        }
    )


def parameters_from(text: str) -> AuthorizationParameters:
    """The parameters in a row. Raises StorageUnavailable for anything else."""
    members = Members(text, "stored authorization request")
    parameters = AuthorizationParameters(
        client_id=members.text("client_id"),
        redirect_uri=members.text("redirect_uri"),
        response_mode=members.choice("response_mode", ResponseMode),
        scopes=frozenset(members.texts("scopes")),
        audience=members.text("audience"),
        resource=members.text("resource"),
        state=members.optional_text("state"),
        nonce=members.text("nonce"),
        code_challenge=members.text("code_challenge"),
        prompts=members.choices("prompts", Prompt),
        max_age=members.optional_number("max_age"),
        login_hint=members.text("login_hint"),
        hinted_subject=members.text("hinted_subject"),
        acr_values=members.texts("acr_values"),
        claims=_claims(members.members("claims")),
        ui_locales=members.texts("ui_locales"),
        # A request that was stored before there were any has none.
        details=details_from(members.text("details") or None, "details of a request")
        if "details" in members.names()
        else None,
    )
    members.finish()
    return parameters


def claims_text(claims: RequestedClaims) -> str:
    """The claims as a JSON object."""
    return coded(_claims_values(claims))


def claims_from(text: str) -> RequestedClaims:
    """The claims in a row. Raises StorageUnavailable for anything else."""
    return _claims(Members(text, "stored claims"))


def _claims_values(claims: RequestedClaims) -> Mapping[str, object]:
    return {
        "userinfo": sorted(claims.userinfo),
        "id_token": sorted(claims.id_token),
        "essential_acr": claims.essential_acr,
    }


def _claims(members: Members) -> RequestedClaims:
    claims = RequestedClaims(
        userinfo=frozenset(members.texts("userinfo")),
        id_token=frozenset(members.texts("id_token")),
        essential_acr=members.texts("essential_acr"),
    )
    members.finish()
    return claims
