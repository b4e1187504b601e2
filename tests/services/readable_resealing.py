"""Changing the key-encryption key of a world in memory, whose seals tests can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services.connect_resealing import ConnectResealing
from authserver.services.mail_resealing import MailResealing
from authserver.services.provider_resealing import ProviderResealing
from authserver.services.resealing import Resealing
from tests.services.collaborators import PlainResealer
from tests.services.seals import PlainCredentialResealer, PlainSecretResealer

if TYPE_CHECKING:
    from tests.services.collaborators import ListedKeyFiles
    from tests.services.world import World


def readable_resealing(world: World, key_files: ListedKeyFiles) -> Resealing:
    """Over everything that is sealed in the world."""
    secrets = PlainSecretResealer(world.sealer, key_files)
    return Resealing(
        administration=world.administration,
        keys=PlainResealer(key_files),
        credentials=PlainCredentialResealer(world.sealer, key_files),
        providers=ProviderResealing(administration=world.administration, secrets=secrets),
        connect=ConnectResealing(administration=world.administration, secrets=secrets),
        mails=MailResealing(administration=world.administration, secrets=secrets),
        key_files=key_files,
    )
