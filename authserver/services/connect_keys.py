"""Looking after the keys of Connect apps and custom integrations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.connect_keys import CONNECT_PURPOSE, ConnectKey, ConnectKeyKind
from authserver.domain.errors import AlreadyExists, Conflict, NotFound
from authserver.services.connect_key_rules import check_name, check_shared_secret, described
from authserver.services.resources import check_overlap
from authserver.services.sites import existing_site

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from authserver.domain.connect_ports import ConnectKeySets
    from authserver.domain.key_ports import SecretSealer
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration
    from authserver.services.connect_key_rules import (
        ConnectDraft,
        ConnectKeyRules,
        SigningMaterial,
    )

KIND = "Connect key"


@dataclass(frozen=True, slots=True)
class _Verifying:
    """What a key verifies with, as it is kept."""

    kind: ConnectKeyKind
    sealed: bytes
    jwks: str


class ConnectKeys:
    """Use cases of Connect keys; secrets are sealed and never shown again.

    When one has returned, every worker goes by what it did.
    """

    def __init__(
        self,
        *,
        administration: Administration,
        rules: ConnectKeyRules,
        key_sets: ConnectKeySets,
        sealer: SecretSealer,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._rules = rules
        self._key_sets = key_sets
        self._sealer = sealer

    def list(self, resource: str | None = None) -> Sequence[ConnectKey]:
        """All keys, or those of one site, by site and issuer.

        Raises:
            NotFound: there is no such resource.
        """
        with self._administration.database.reading() as stores:
            if resource is not None:
                existing_site(stores, resource)
            return stores.connect_keys.list(resource)

    def get(self, resource: str, issuer: str) -> ConnectKey:
        """One key. Raises NotFound."""
        with self._administration.database.reading() as stores:
            return _existing_key(stores, resource, issuer)

    def add(self, draft: ConnectDraft, act: Act) -> ConnectKey:
        """Register who may sign calls to a site as one of our clients.

        Raises:
            NotFound: there is no such resource.
            InvalidField: names the field and what is allowed, never the secret.
            AlreadyExists: the site has a key of this issuer.
        """
        issuer = check_name("issuer", draft.issuer)
        audience = check_name("audience", draft.audience) if draft.audience else ""
        now = self._administration.clock.now()
        with self._changing(draft.resource) as stores:
            resource = existing_site(stores, draft.resource)
            client = self._rules.client(stores, draft.client_id, resource)
            scopes = self._rules.scopes(draft, client, resource)
            if stores.connect_keys.get(resource.name, issuer) is not None:
                raise AlreadyExists(KIND, issuer)
            key = ConnectKey(
                resource=resource.name,
                issuer=issuer,
                audience=audience,
                client_id=client.client_id,
                kind=ConnectKeyKind.SHARED_SECRET,
                scopes=scopes,
                is_enabled=True,
                sealed=b"",
                jwks="",
                sealed_before=b"",
                before_until=0.0,
                created_at=now,
                changed_at=now,
            )
            made = self._verifying(key, draft.material)
            key = replace(key, kind=made.kind, sealed=made.sealed, jwks=made.jwks)
            stores.connect_keys.put(key)
            self._record(stores, act, "connect_key.added", key, {"after": described(key)})
        return key

    def rotate(
        self,
        resource: str,
        issuer: str,
        material: SigningMaterial,
        act: Act,
        *,
        overlap_seconds: float,
    ) -> ConnectKey:
        """Verify with another secret or key set from now on.

        The secret before goes on for `overlap_seconds`, the one before that ends now. A key set
        is replaced at once: whoever wants an overlap registers both keys in the new one.

        Raises:
            NotFound: there is no such key.
            InvalidField: the secret, the key set or the time is not allowed.
            Conflict: the key is of the other kind, or the secret is the one that it has.
        """
        check_overlap(overlap_seconds)
        now = self._administration.clock.now()
        with self._changing(resource) as stores:
            before = _existing_key(stores, resource, issuer)
            made = self._verifying(before, material)
            if made.kind is not before.kind:
                raise Conflict(
                    f"{issuer} signs with a {before.kind}: remove the key and add it anew to change"
                )
            after = replace(before, sealed=made.sealed, jwks=made.jwks, changed_at=now)
            if made.kind is ConnectKeyKind.SHARED_SECRET:
                after = self._overlapping(before, after, material, now + overlap_seconds)
            stores.connect_keys.put(after)
            told: dict[str, object] = {"kind": str(after.kind)}
            if after.sealed_before:
                told["before_until_at"] = after.before_until
            self._record(stores, act, "connect_key.rotated", after, told)
        return after

    def set_enabled(self, resource: str, issuer: str, act: Act, *, enabled: bool) -> bool:
        """Let the JWTs of a key count, or not; whether anything changed. Raises NotFound."""
        with self._changing(resource) as stores:
            before = _existing_key(stores, resource, issuer)
            if before.is_enabled is enabled:
                return False
            now = self._administration.clock.now()
            after = replace(before, is_enabled=enabled, changed_at=now)
            stores.connect_keys.put(after)
            action = "connect_key.enabled" if enabled else "connect_key.disabled"
            self._record(stores, act, action, after, {})
        return True

    def remove(self, resource: str, issuer: str, act: Act) -> None:
        """Delete a key with its secrets: no JWT of its issuer counts any more. Raises NotFound."""
        with self._changing(resource) as stores:
            key = _existing_key(stores, resource, issuer)
            stores.connect_keys.remove(resource, issuer)
            self._record(stores, act, "connect_key.removed", key, {"before": described(key)})

    def _changing(self, resource: str) -> AbstractContextManager[Stores]:
        # Also where power is given: nobody should meet a worker that does not know it yet.
        return self._administration.changing(
            [Change(ChangeKind.CONNECT_KEY, resource, 0.0)], takes_power=True
        )

    def _verifying(self, key: ConnectKey, material: SigningMaterial) -> _Verifying:
        if material.jwks is not None:
            return _Verifying(ConnectKeyKind.KEY_SET, b"", self._key_sets.normalise(material.jwks))
        sealed = self._sealer.seal(
            check_shared_secret(material.secret or ""), purpose=CONNECT_PURPOSE, context=key.context
        )
        return _Verifying(ConnectKeyKind.SHARED_SECRET, sealed, "")

    def _overlapping(
        self, before: ConnectKey, after: ConnectKey, material: SigningMaterial, until: float
    ) -> ConnectKey:
        if until <= after.changed_at:
            return replace(after, sealed_before=b"", before_until=0.0)
        opened = self._sealer.open(before.sealed, purpose=CONNECT_PURPOSE, context=before.context)
        if opened == (material.secret or "").encode():
            raise Conflict("this is the secret that the key has: nothing was changed")
        return replace(after, sealed_before=before.sealed, before_until=until)

    def _record(
        self,
        stores: Stores,
        act: Act,
        action: str,
        key: ConnectKey,
        details: Mapping[str, object],
    ) -> None:
        self._administration.record(
            stores,
            act,
            action,
            key.issuer,
            details,
            client_id=key.client_id,
            resource=key.resource,
        )


def _existing_key(stores: Stores, resource: str, issuer: str) -> ConnectKey:
    """The key, locked until the end when writing. Raises NotFound."""
    existing_site(stores, resource)
    key = stores.connect_keys.get(resource, issuer)
    if key is None:
        raise NotFound(KIND, issuer)
    return key
