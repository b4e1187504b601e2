"""Setting an installation up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.crypto.key_file_making import ensure_key_files
from authserver.crypto.key_files import KeyKind, list_key_ids
from authserver.domain.errors import Conflict
from authserver.domain.installation import SchemaUpgrade
from authserver.domain.keys import KeyState
from authserver.settings_secrets import connection_url
from authserver.storage.issuers import remember_issuer
from authserver.wiring_inspection import inspecting
from authserver.wiring_people import PeopleParts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from authserver.settings import Settings


class Installer:
    """The steps of `authserver init`; satisfies `domain.installation.InitialisationSteps`."""

    def __init__(self, settings: Settings) -> None:
        """Remember the settings; nothing is opened yet."""
        self._settings = settings
        self._parts = PeopleParts(settings)

    def ensure_key_files(self) -> Sequence[Path]:
        """Make the missing key files; those made now."""
        directory = self._settings.keys.directory
        lost = _lost(directory)
        if lost and self._needs_old_keys():
            raise Conflict(
                f"{directory}: {', '.join(lost)} missing, but the database was made with such "
                "files: restore them from your backup; new ones would end every secret, signature "
                "and seal made with the old ones"
            )
        return [directory / name for name in ensure_key_files(directory, self._parts.entropy)]

    def upgrade_database(self) -> SchemaUpgrade:
        """Create the database where needed and bring its schema up to date."""
        return upgrade_schema(self._settings)

    def remember_issuer(self) -> bool:
        """Store the issuer for ever; True when that happened now."""
        return remember_issuer(self._parts.database, self._settings.issuer, self._parts.clock.now())

    def ensure_signing_keys(self) -> Sequence[str]:
        """Make and activate a first key for each ring without one."""
        signing_keys = self._parts.signing_keys
        before = {key.kid for key in signing_keys.list()}
        signing_keys.maintain(self._parts.holder, self._parts.operator)
        return [
            f"{key.algorithm} {key.kid}"
            for key in signing_keys.list()
            if key.kid not in before and key.state is KeyState.ACTIVE
        ]

    def ensure_administration_api(self) -> bool:
        """Make the resource that tokens for the administration API are for; True when made now."""
        return self._parts.administration_resource.ensure(self._parts.operator)

    def ensure_administrator(self, username: str) -> str | None:
        """The one-time password of an administrator made now; `None` when there is one."""
        return self._parts.users.ensure_administrator(username, self._parts.operator)

    def close(self) -> None:
        """Let go of the database."""
        self._parts.close()

    def _needs_old_keys(self) -> bool:
        with inspecting(self._settings) as look:
            return look.schema().is_current and bool(look.published_keys())


def upgrade_schema(settings: Settings) -> SchemaUpgrade:
    """Bring the schema up to date.

    Raises:
        Conflict: the database belongs to a newer version.
        StorageUnavailable: it does not answer.
    """
    with inspecting(settings) as look:
        before = look.schema()
    if not before.is_known:
        raise Conflict(
            f"the database has schema {before.current}, newer than this version knows "
            f"({before.head}): install the version that made it"
        )
    from authserver.storage.schema import upgrade  # noqa: PLC0415 - Alembic loads for a quarter second

    after = upgrade(connection_url(settings))
    return SchemaUpgrade(before.current, after.current or "")


def _lost(directory: Path) -> list[str]:
    """The first file of each kind that has none."""
    if not directory.is_dir():
        return [kind.file_name("1") for kind in KeyKind]
    return [kind.file_name("1") for kind, ids in list_key_ids(directory).items() if not ids]
