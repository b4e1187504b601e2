"""Access tokens of identity providers as bearer tokens: what they are worth here, now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.external_tokens import ExternalProblem, ForeignAccessToken, ForeignMention
from authserver.domain.resources import ResourceStatus
from authserver.domain.upstream_ports import ForeignTokenRefused
from authserver.services.external_reading import ExternalTokenRefused, OwnIssuer
from authserver.services.introspection import NOT_OURS, TokenProblem, UnfitToken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.external_tokens import ExternalToken
    from authserver.domain.resources import ProtectedResource, ResourceKind
    from authserver.domain.tokens import AccessToken
    from authserver.services.authority import AuthorityView
    from authserver.services.external_reading import ExternalReading, ReadExternal
    from authserver.services.external_speakers import ExternalSpeakers, Speaker
    from authserver.services.provider_view import ProviderView

DOTS_OF_A_JWT: Final = 2
NOBODY: Final = ForeignMention("")
NOTHING: Final[frozenset[str]] = frozenset()


class ExternalTokens:
    """The verdict on tokens that others issued. `Introspection` asks it when one is not ours."""

    def __init__(
        self,
        *,
        view: AuthorityView,
        providers: ProviderView,
        reading: ExternalReading,
        speakers: ExternalSpeakers,
        scopes_of_kind: Mapping[ResourceKind, frozenset[str]],
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._view = view
        self._providers = providers
        self._reading = reading
        self._speakers = speakers
        self._scopes_of_kind = scopes_of_kind

    def judge(
        self, token_value: str, resource: ProtectedResource, now: float
    ) -> AccessToken | UnfitToken:
        """What a token that we did not issue is worth at `resource`, or why it is worth nothing.

        Only to be asked after `AuthorityView.ensure_fresh`. Where no provider's tokens count, and
        of what is no JWT, nothing is looked at.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        if token_value.count(".") < DOTS_OF_A_JWT or not self._providers.takes_bearers:
            return NOT_OURS
        seen = self._view.seq
        verdict = self._verdict(token_value, resource, now)
        if isinstance(verdict, UnfitToken):
            return verdict
        # It may have waited, for keys or for a directory; whoever took power away meanwhile has
        # been told that nobody believes in it any more.
        self._view.ensure_fresh()
        return verdict if self._view.seq == seen else self._verdict(token_value, resource, now)

    def _verdict(
        self, token_value: str, resource: ProtectedResource, now: float
    ) -> AccessToken | UnfitToken:
        mention = NOBODY
        try:
            read = self._reading.read(token_value, now)
            mention = mention_of(read.token)
            return self._worth(read, self._speakers.of(read, now), resource)
        except OwnIssuer:
            return NOT_OURS
        except ExternalTokenRefused as error:
            return _unfit(error, error.mention)
        except ForeignTokenRefused as error:
            return _unfit(error, mention)

    def read(self, token_value: str, now: float) -> ExternalToken:
        """A provider's token that may be exchanged for ours, verified; nobody was asked who it is.

        Raises:
            ForeignTokenRefused: it may not, or does not count.
            StorageUnavailable: nobody can be sure now.
        """
        return self._for_exchange(token_value, now).token

    def speaker(self, token_value: str, now: float) -> tuple[ExternalToken, Speaker]:
        """The same, and for whom it speaks: a user, or a client of ours for itself.

        Raises:
            ForeignTokenRefused: it may not, does not count, or speaks for nobody who may act.
            StorageUnavailable: nobody can be sure now.
        """
        read = self._for_exchange(token_value, now)
        try:
            speaker = self._speakers.of(read, now)
            self._check_denials(_in_our_words(read.token, speaker, audience="", scopes=NOTHING))
        except ForeignTokenRefused as error:
            raise ExternalTokenRefused(error, mention_of(read.token)) from None
        return read.token, speaker

    def _for_exchange(self, token_value: str, now: float) -> ReadExternal:
        self._view.ensure_fresh()
        return self._reading.read(token_value, now, for_exchange=True)

    def _worth(
        self, read: ReadExternal, speaker: Speaker, resource: ProtectedResource
    ) -> AccessToken | UnfitToken:
        token, client = read.token, speaker.client
        if resource.status is not ResourceStatus.ENABLED:
            return UnfitToken(TokenProblem.RESOURCE_STOPPED, None, mention_of(token))
        if client is not None and resource.name not in client.resources:
            raise ForeignTokenRefused(ExternalProblem.CLIENT_STOPPED, "not at this resource")
        scopes = speaker.scopes & self._scopes_of_kind[resource.kind]
        if not scopes:
            raise ForeignTokenRefused(ExternalProblem.NO_MAPPED_SCOPE, "none of this resource")
        worth = _in_our_words(token, speaker, audience=resource.identifier, scopes=scopes)
        self._check_denials(worth)
        return worth

    def _check_denials(self, worth: ForeignAccessToken) -> None:
        if self._view.is_denied(worth):
            # Everything that speaks for the subject was ended: a sign-out everywhere, lost groups.
            raise ForeignTokenRefused(ExternalProblem.DENIED, "of the subject")


def _in_our_words(
    token: ExternalToken, speaker: Speaker, *, audience: str, scopes: frozenset[str]
) -> ForeignAccessToken:
    client = speaker.client
    subject = speaker.user.subject if speaker.user is not None else ""
    if client is not None and not subject:
        subject = client.subject
    return ForeignAccessToken(
        issuer=token.issuer,
        subject=subject,
        audience=audience,
        client_id=f"{token.provider}:{token.client_id}" if client is None else client.client_id,
        scopes=scopes,
        issued_at=int(token.issued_at),
        expires_at=int(token.expires_at),
        token_id=f"{token.provider}:{token.token_id}",
        grant_id="",
        provider=token.provider,
        provider_client=token.client_id,
    )


def mention_of(token: ExternalToken) -> ForeignMention:
    """What records say of a verified token."""
    return ForeignMention(token.provider, token.client_id, token.token_id)


def _unfit(error: ForeignTokenRefused, mention: ForeignMention) -> UnfitToken:
    return UnfitToken(error.problem, None, mention, error.detail)
