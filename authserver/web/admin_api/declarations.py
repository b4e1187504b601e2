"""`/declarations`: the configuration in files, applied whole or not at all, and written down."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.declarations import DeclarationsInvalid, DeclaredFile, DeclaredKind
from authserver.domain.errors import Conflict, InvalidField
from authserver.domain.roles import Area, to_read, to_write
from authserver.web.admin_api import problem_kinds as kinds
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.declarations import (
    DeclarationsSaid,
    DeclarationsShown,
    ExportQuery,
    ExportShown,
    changes_shown,
    export_shown,
    secret_shown,
)
from authserver.web.admin_api.problems import Mistake, Problem
from authserver.web.admin_api.sent_secrets import SentSecrets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.declarations import ObjectChangeShown
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

PATH: Final = "/declarations"
TEXT: Final = "text"
"""What mistakes call the only file."""
LONGEST: Final = 4 * 1024 * 1024
"""Of all files together: a whole configuration."""
_POLICY: Final = re.compile(r"policies/([^/]+)\.toml")


def apply_declarations(asked: Asked[DeclarationsSaid, NoQuery]) -> Answered:
    """Let everything be as files say, or say what that would change."""
    said, service = asked.said, asked.services.declarations
    files, secrets = _files(said), SentSecrets(said.secrets)
    made = []
    try:
        # What is planned is undone: the Idempotency-Key is taken when it is done.
        planning = replace(asked.act, beside=None)
        plan = service.plan(files, planning, secrets, prune=said.prune)
        changes = changes_shown(plan.changes)
        mark = _mark(changes)
        if "plan" in said.model_fields_set and said.plan != mark:
            raise Conflict("other things would change than those of the plan: look again")
        if not said.dry_run:
            made = list(service.apply(plan, asked.act, secrets))
    except DeclarationsInvalid as refusal:
        raise _refusal(refusal, said) from refusal
    return Answered(
        DeclarationsShown(
            applied=not said.dry_run,
            plan=mark,
            changes=changes,
            secrets=[secret_shown(each) for each in made],
        )
    )


def export_declarations(asked: Asked[NothingSaid, ExportQuery]) -> Answered:
    """Everything that files can say."""
    stated = asked.query.kinds
    wanted = [DeclaredKind(each) for each in stated.split(",")] if stated else list(DeclaredKind)
    people = asked.query.people or (bool(stated) and DeclaredKind.USER in wanted)
    found = asked.services.declaration_export.export(asked.act, people=people, kinds=wanted)
    return Answered(export_shown(found))


def _files(said: DeclarationsSaid) -> Sequence[DeclaredFile]:
    if len({"text", "files"} & said.model_fields_set) != 1:
        raise InvalidField(TEXT, "one file here, or several in files")
    if "text" in said.model_fields_set:
        return [DeclaredFile(TEXT, said.text)]
    return [DeclaredFile(each.name, each.text, _policy(each.name)) for each in said.files]


def _policy(name: str) -> str:
    found = _POLICY.fullmatch(name)
    return found[1] if found else ""


def _mark(changes: Sequence[ObjectChangeShown]) -> str:
    said = "\n".join(each.model_dump_json() for each in changes)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _refusal(refusal: DeclarationsInvalid, said: DeclarationsSaid) -> Problem:
    """Every mistake, with its file, line and key, at the member that holds the file."""
    pointers = {TEXT: "#/text"}
    if "files" in said.model_fields_set:
        # Where two have one name, the first is told.
        places = reversed([*enumerate(said.files)])
        pointers = {each.name: f"#/files/{number}/text" for number, each in places}
    mistakes = [
        Mistake(
            each.allowed,
            pointer=pointers[each.file],
            file=each.file,
            line=each.line,
            field=each.path,
        )
        for each in refusal.problems
    ]
    count = len(refusal.problems)
    return Problem(kinds.INVALID, f"the files are refused: {count} mistakes", mistakes)


ENDPOINTS: Final = (
    Endpoint(
        *("GET", PATH, "exportDeclarations", "Write the configuration down"),
        *(to_read(Area.DECLARATIONS), export_declarations),
        about="In the form that `POST /declarations` takes, without secrets. Each kind that is "
        "written takes the scope to look at its area besides.",
        query=ExportQuery,
        answer=ExportShown,
    ),
    Endpoint(
        *("POST", PATH, "applyDeclarations", "Let everything be as files say"),
        *(to_write(Area.DECLARATIONS), apply_declarations),
        about="All of it, or nothing: one mistake in one file is enough, and each is told with "
        "file, line and key. Each object takes the scopes to look at its area and, where it "
        "changes, to change it. The same files again change nothing. Look first with `dry_run`.",
        said=DeclarationsSaid,
        answer=DeclarationsShown,
        creates=True,
        shows_secret=True,
        longest_body=LONGEST,
    ),
)
