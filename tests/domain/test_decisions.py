"""Values of decisions: what they show of themselves."""

from __future__ import annotations

from authserver.domain.decisions import AccessRequest, CallSession, Permit


def test_no_representation_shows_a_credential() -> None:
    request = AccessRequest(
        *("d-1", "GET", "/rest/x?jwt=sesame", "Bearer sesame", CallSession.NONE),
        *("", "jira.example", "198.51.100.7", "r-1", 5.0),
    )
    permit = Permit(None, "service-credential", "svc", "Basic sesame", "", ())
    for value in (request, permit):
        assert "sesame" not in repr(value)
        assert "sesame" not in f"{value!s}"
