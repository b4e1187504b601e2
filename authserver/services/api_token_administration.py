"""Making API tokens, looking at them, and giving them new secrets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import (
    API_TOKEN_PREFIX,
    API_TOKEN_PURPOSE,
    ApiToken,
    ApiTokenFilter,
    ApiTokenStatus,
    SubjectType,
)
from authserver.services.administrators import guard_subject
from authserver.services.api_token_drafts import Delivery, MadeApiToken
from authserver.services.api_token_limits import checked_networks, checked_presentations
from authserver.services.api_token_lookup import changed, existing_token, held_lineage
from authserver.services.api_token_people import (
    check_maker,
    check_reach,
    held_client,
    parties,
    subject_of,
    within_reach,
)
from authserver.services.api_token_records import described, record
from authserver.services.api_token_rotations import check_rotatable
from authserver.services.api_token_terms import TokenTexts, check_room, checked_texts, lifetime
from authserver.services.resources import check_overlap
from authserver.services.security_notices import SILENT, SecurityNotices
from authserver.services.token_mail_ends import cancel_warnings
from authserver.services.token_policy import TokenPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import SecretMaker, Stores
    from authserver.services.administration import Act, Administration
    from authserver.services.api_token_drafts import ApiTokenDraft, Maker
    from authserver.services.api_token_limits import ApiTokenLimits
    from authserver.services.fresh_secrets import FreshSecrets
    from authserver.services.token_pick_ups import TokenPickUps

PAGE: Final = 100


class ApiTokens:
    """Use cases of those who make API tokens, for themselves and for others."""

    def __init__(
        self,
        *,
        administration: Administration,
        limits: ApiTokenLimits,
        fresh_secrets: FreshSecrets,
        secret_maker: SecretMaker,
        pick_ups: TokenPickUps,
        notices: SecurityNotices = SILENT,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._limits = limits
        self._fresh_secrets = fresh_secrets
        self._secret_maker = secret_maker
        self._pick_ups = pick_ups
        self._notices = notices

    def get(self, token_id: str) -> ApiToken:
        """One token. Raises NotFound."""
        with self._administration.database.reading() as stores:
            return existing_token(stores, token_id)

    def lineage(self, token: ApiToken) -> Sequence[ApiToken]:
        """A token with all that it was rotated into or out of, oldest first."""
        with self._administration.database.reading() as stores:
            found = stores.api_tokens.page(ApiTokenFilter(lineage_id=token.lineage_id))
        return sorted(found, key=lambda each: (each.created_at, each.token_id))

    def page(
        self, chosen: ApiTokenFilter, *, after: str = "", limit: int = PAGE
    ) -> Sequence[ApiToken]:
        """Those meant, by id, beginning behind `after`."""
        with self._administration.database.reading() as stores:
            return stores.api_tokens.page(chosen, after=after, limit=limit)

    def count(self, chosen: ApiTokenFilter) -> int:
        """How many are meant."""
        with self._administration.database.reading() as stores:
            return stores.api_tokens.count(chosen)

    def create(
        self, draft: ApiTokenDraft, act: Act, maker: Maker, *, delivery: Delivery = Delivery.MAIL
    ) -> MadeApiToken:
        """Make a token.

        The secret is in the answer, and nowhere else, for a user's own token and for services.
        A token made for another user has none yet: a link goes to its owner (see `Delivery`),
        who signs in to get it.

        Raises:
            NotFound: there is no such user.
            InvalidField: names the field and what is allowed; nothing was stored.
            TokenRefused: a policy does not let `maker` make it, or the user hold it.
            Forbidden: the user administers, is not the maker, and the act may not touch such users.
            Conflict: there are as many as there may be, somebody is stopped, or mail is off.
        """
        with self._administration.database.reading() as stores:
            owner = subject_of(stores, draft.user)
            names = frozenset(each.name for each in self._limits.sites(stores, draft.resources))
        token_id = self._secret_maker.identifier()
        now = self._administration.clock.now()
        with self._administration.changing([changed(token_id, now)], takes_power=False) as stores:
            # Locked in this order everywhere: documents, clients, sites, users.
            rules = TokenPolicy.of(stores, names)
            client = held_client(stores, draft.client_id)
            sites = self._limits.sites(stores, draft.resources)
            concerned = parties(stores, draft.subject_type, owner, client, maker)
            check_maker(stores, maker, concerned, rules, act)
            scopes = self._limits.scopes(draft.scopes, sites)
            check_reach(stores, concerned, scopes, names)
            said = TokenTexts(draft.name, draft.purpose, draft.team, draft.ticket)
            texts = checked_texts(said, rules)
            token = ApiToken(
                token_id=token_id,
                lineage_id=token_id,
                subject_type=draft.subject_type,
                subject=concerned.subject,
                owner=concerned.owner.subject,
                client_id=draft.client_id,
                name=texts.name,
                purpose=texts.purpose,
                team=texts.team,
                ticket=texts.ticket,
                scopes=scopes,
                resources=names,
                presentations=checked_presentations(draft.presentations, rules.presentations),
                details=self._limits.details(sites, draft.operations, draft.projects),
                networks=checked_networks(draft.networks),
                status=ApiTokenStatus.PENDING,
                secret=None,
                created_at=now,
                created_by=_shown(act),
                created_from=act.peer,
                expires_at=now + lifetime(draft.expires_in, rules),
                status_changed_at=now,
            )
            check_room(stores, token.subject, rules, now)
            made = self._add(stores, token, hands_out=_hands_out(token, maker))
            after = described(made.token)
            record(stores, act, "token.created", made.token, at=now, details={"after": after})
            return self._handed(stores, made, act, maker, delivery)

    def rotate(
        self,
        token_id: str,
        act: Act,
        maker: Maker,
        *,
        overlap_seconds: float,
        expires_in: float | None = None,
        team: str | None = None,
        ticket: str | None = None,
        delivery: Delivery = Delivery.MAIL,
    ) -> MadeApiToken:
        """Put a new token, with a new secret and all else as it was, in the place of one.

        The old secret goes on for `overlap_seconds` and never longer than it would have. The new
        one lives as long as the old one was made for, or `expires_in` seconds. Policy is asked as
        for a new token: its life, presentations and scopes shrink to what may be now. `None` leaves
        `team` and `ticket` as they are. Both tokens count as one. Who gets its secret is as in
        `create`.

        Raises:
            NotFound: there is no such token.
            InvalidField: a time is out of range, nothing is left of the scopes, or policy wants a
                team or ticket by now.
            TokenRefused: a policy does not let `maker` make such a token any more.
            Conflict: it is not the latest of its lineage, is not enabled or over, or there are as
                many secrets as there may be.
        """
        check_overlap(overlap_seconds)
        # A token keeps its sites, and with them its documents, which are locked before it.
        names = self.get(token_id).resources
        new_id = self._secret_maker.identifier()
        now = self._administration.clock.now()
        changes = [changed(token_id, now), changed(new_id, now)]
        with self._administration.changing(changes, takes_power=True) as stores:
            rules = TokenPolicy.of(stores, names)
            # Before its client, owner and maker, as everywhere.
            before, others = held_lineage(stores, token_id, now)
            client = held_client(stores, before.client_id)
            concerned = parties(stores, before.subject_type, before.owner, client, maker)
            check_rotatable(before, others, now, overlap_seconds)
            check_maker(stores, maker, concerned, rules, act)
            said = TokenTexts(
                before.name,
                before.purpose,
                before.team if team is None else team,
                before.ticket if ticket is None else ticket,
            )
            texts = checked_texts(said, rules)
            usual = before.expires_at - before.created_at
            after = replace(
                before,
                token_id=new_id,
                status=ApiTokenStatus.PENDING,
                secret=None,
                team=texts.team,
                ticket=texts.ticket,
                scopes=within_reach(stores, concerned, before.scopes),
                presentations=before.presentations & rules.presentations,
                created_at=now,
                created_by=_shown(act),
                created_from=act.peer,
                expires_at=now + lifetime(expires_in, rules, usual=usual),
                status_changed_at=now,
                reason="",
                exposed_at=None,
                last_use=None,
            )
            checked_presentations(sorted(after.presentations), rules.presentations)
            old_ends_at = min(before.expires_at, now + overlap_seconds)
            for each in others if not overlap_seconds else ():
                stores.api_tokens.save(replace(each, expires_at=now))
                changes.append(changed(each.token_id, now))
            stores.api_tokens.save(replace(before, expires_at=old_ends_at, successor_id=new_id))
            cancel_warnings(stores, token_id)
            made = self._add(stores, after, hands_out=_hands_out(after, maker))
            record(
                stores,
                act,
                "token.rotated",
                before,
                at=now,
                details={
                    "successor_id": new_id,
                    "old_expires_at": old_ends_at,
                    "overlap_seconds": overlap_seconds,
                    "expires_at": after.expires_at,
                },
            )
            made = self._handed(stores, made, act, maker, delivery)
        return replace(made, old_ends_at=old_ends_at)

    def offer_again(self, token_id: str, act: Act, delivery: Delivery) -> MadeApiToken:
        """Give whoever has not picked a token up another link; the ones before end.

        Raises:
            NotFound: there is no such token.
            Conflict: nobody has to pick it up, or mail is off.
        """
        with self._administration.changing([], takes_power=False) as stores:
            token = existing_token(stores, token_id)
            guard_subject(stores, act, token.owner)
            return self._offered(stores, MadeApiToken(token), act, delivery)

    def _add(self, stores: Stores, token: ApiToken, *, hands_out: bool) -> MadeApiToken:
        """Store a token, with a secret if whoever makes it may see that."""
        value = ""
        if hands_out:
            fresh = self._fresh_secrets.make(API_TOKEN_PREFIX, API_TOKEN_PURPOSE, None)
            token = replace(token, status=ApiTokenStatus.ENABLED, secret=fresh.stored)
            value = fresh.value
        stores.api_tokens.add(token)
        return MadeApiToken(token, value)

    def _handed(
        self, stores: Stores, made: MadeApiToken, act: Act, maker: Maker, delivery: Delivery
    ) -> MadeApiToken:
        """What whoever makes it gets; its owner is told, by the link or that there is one."""
        by_owner = maker.subject == made.token.owner
        if made.token.secret is None:
            made = self._offered(stores, made, act, delivery)
        if made.value or made.link:
            call = act.call(made.token.created_at)
            self._notices.token_made_in(stores, made.token, call, by_owner=by_owner)
        return made

    def _offered(
        self, stores: Stores, made: MadeApiToken, act: Act, delivery: Delivery
    ) -> MadeApiToken:
        if delivery is Delivery.LINK:
            return replace(made, link=self._pick_ups.link_in(stores, made.token, act))
        self._pick_ups.offer_in(stores, made.token, act)
        return made


def _hands_out(token: ApiToken, maker: Maker) -> bool:
    """Whether whoever makes a token sees its secret.

    A user's only the user. A service is nobody: whoever sets it up needs the secret.
    """
    return token.subject_type is SubjectType.SERVICE or maker.subject == token.owner


def _shown(act: Act) -> str:
    return f"{act.actor.kind}:{act.actor.identifier}"
