"""Saying how allowed calls are handed over to a site."""

from __future__ import annotations

from base64 import b64encode
from enum import StrEnum
from typing import TYPE_CHECKING

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import Conflict, InvalidField
from authserver.domain.hand_over import CREDENTIAL_PURPOSE, HandOver, HandOverKind
from authserver.services.hand_over_rules import (
    DEFAULT_HEADER,
    check_account,
    check_basic_user,
    check_bearer,
    check_header,
    check_kind,
    check_password,
    described,
)
from authserver.services.sites import existing_site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.key_ports import SecretSealer
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration


class CredentialType(StrEnum):
    """How a site wants its service credential."""

    BEARER = "bearer"
    """RFC 6750: a personal access token, or an OAuth token."""
    BASIC = "basic"
    """RFC 7617: user name and password, in Cloud mail address and API token."""


class HandOvers:
    """Use cases of the hand-over."""

    def __init__(self, *, administration: Administration, sealer: SecretSealer) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._sealer = sealer

    def get(self, resource: str) -> HandOver | None:
        """How calls to a resource are handed over; `None` when nobody has said.

        Raises:
            NotFound: there is no such resource.
        """
        with self._administration.database.reading() as stores:
            existing_site(stores, resource)
            return stores.hand_overs.get(resource)

    def by_resource(self) -> Mapping[str, HandOver]:
        """How calls are handed over, by the names of the resources that have a hand-over."""
        with self._administration.database.reading() as stores:
            return {each.resource: each for each in stores.hand_overs.list()}

    def set_credential(
        self, resource: str, act: Act, *, credential_type: str, secret: str, account: str, user: str
    ) -> HandOver:
        """Present calls with one credential of the site's, whoever the caller is.

        `account` is whom it belongs to there, for the record; `user` is for `basic` only. When
        this returns, no worker hands over an earlier credential any more.

        Raises:
            NotFound: there is no such resource.
            InvalidField: names the field and what is allowed, never the secret.
        """
        value = _authorization(credential_type, user, secret)
        checked_account = check_account("account", account)
        with self._administration.changing(changed(resource), takes_power=True) as stores:
            existing_site(stores, resource)
            hand_over = HandOver(
                resource=resource,
                kind=HandOverKind.SERVICE_CREDENTIAL,
                account=checked_account,
                header="",
                sealed=self._sealer.seal(
                    value.encode(), purpose=CREDENTIAL_PURPOSE, context=resource
                ),
                changed_at=self._administration.clock.now(),
            )
            self._put(stores, act, hand_over)
        return hand_over

    def set_plain(self, resource: str, act: Act, *, kind: str, header: str = "") -> HandOver:
        """Present calls as the mapped account's, by a header or by an assertion of ours.

        `header` is for `identity-header` only. A service credential that there was is deleted.

        Raises:
            NotFound: there is no such resource.
            InvalidField: names the field and what is allowed.
        """
        with self._administration.changing(changed(resource), takes_power=True) as stores:
            chosen = check_kind(kind, existing_site(stores, resource).kind)
            by_header = chosen is HandOverKind.IDENTITY_HEADER
            if header and not by_header:
                raise InvalidField("header", f"for {HandOverKind.IDENTITY_HEADER} only")
            hand_over = HandOver(
                resource=resource,
                kind=chosen,
                account="",
                header=check_header(header or DEFAULT_HEADER) if by_header else "",
                sealed=b"",
                changed_at=self._administration.clock.now(),
            )
            self._put(stores, act, hand_over)
        return hand_over

    def unset(self, resource: str, act: Act) -> None:
        """Let no call pass to the site any more; a service credential is deleted.

        Raises:
            NotFound: there is no such resource.
            Conflict: it has no hand-over.
        """
        with self._administration.changing(changed(resource), takes_power=True) as stores:
            existing_site(stores, resource)
            before = stores.hand_overs.get(resource)
            act.expect(state_of(before))
            if before is None:
                raise Conflict(f"resource {resource} has no hand-over")
            stores.hand_overs.remove(resource)
            self._administration.record(
                stores,
                act,
                "resource.hand_over_removed",
                resource,
                {"before": described(before), "after": None},
            )

    def _put(self, stores: Stores, act: Act, hand_over: HandOver) -> None:
        before = stores.hand_overs.get(hand_over.resource)
        act.expect(state_of(before))
        stores.hand_overs.put(hand_over)
        self._administration.record(
            stores,
            act,
            "resource.hand_over_set",
            hand_over.resource,
            {
                "before": None if before is None else described(before),
                "after": described(hand_over),
                "credential_changed": (before.sealed if before else b"") != hand_over.sealed,
            },
        )


def state_of(hand_over: HandOver | None) -> dict[str, object]:
    """A hand-over as it is described, with when it changed; `kind` is `None` where there is none.

    Another credential under the same name is another state, whatever else it has.
    """
    if hand_over is None:
        return {"kind": None, "account": "", "header": "", "changed_at": None}
    return {**described(hand_over), "changed_at": hand_over.changed_at}


def changed(resource: str) -> list[Change]:
    """What workers are told when hand-over or accounts of a resource change."""
    return [Change(ChangeKind.HAND_OVER, resource, 0.0)]


def _authorization(credential_type: str, user: str, secret: str) -> str:
    """The complete value of `Authorization`."""
    if credential_type == CredentialType.BEARER:
        if user:
            raise InvalidField("user", "for type basic only")
        return f"Bearer {check_bearer(secret)}"
    if credential_type == CredentialType.BASIC:
        # As Jira reads it, in UTF-8 (RFC 7617): nothing is form-encoded, other than in OAuth.
        pair = f"{check_basic_user(user)}:{check_password(secret)}"
        return f"Basic {b64encode(pair.encode()).decode()}"
    raise InvalidField("type", "one of " + ", ".join(CredentialType))
