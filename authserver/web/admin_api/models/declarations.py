"""Configuration in files, as it comes and goes by REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, field_validator

from authserver.domain.declarations import ChangeSign, DeclaredKind
from authserver.web.admin_api.models.members import Asking, Said, Shown, unstated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.declarations import NewSecret, ObjectChange
    from authserver.services.declaration_export import Export

LONGEST_TEXT: Final = 1_000_000
LONGEST_NAME: Final = 200
LONGEST_SECRET: Final = 16_384
MOST_FILES: Final = 200
MOST_SECRETS: Final = 500
_KINDS: Final = "|".join(DeclaredKind)
_KIND_LIST: Final = ", ".join(f"`{each}`" for each in DeclaredKind)
_CHANGES: Final[dict[ChangeSign, str]] = {
    ChangeSign.ADDED: "added",
    ChangeSign.REMOVED: "removed",
    ChangeSign.CHANGED: "changed",
}


class FileSaid(Said):
    """One file."""

    name: str = Field(
        min_length=1,
        max_length=LONGEST_NAME,
        description="What mistakes name it by; `policies/NAME.toml` is the policy document of that "
        "name, word for word.",
    )
    text: str = Field(max_length=LONGEST_TEXT, description="TOML.")


Secrets = Annotated[dict[str, str], Field(max_length=MOST_SECRETS)]


class DeclarationsSaid(Said):
    """Files, and whether they are to count. One of `text` and `files` has to be stated."""

    text: str = unstated("One file, in TOML.", max_length=LONGEST_TEXT)
    files: list[FileSaid] = unstated(
        "Or several, as `GET /declarations` gives them.", min_length=1, max_length=MOST_FILES
    )
    secrets: Secrets = Field(
        {},
        description="Secrets by the paths that the files refer to them by. Those that are made are "
        "in the answer.",
    )
    dry_run: bool = Field(
        default=False, description="Only check the files and say what would change."
    )
    prune: bool = Field(
        default=False, description="Remove what files made and none states any more."
    )
    plan: str = unstated(
        "`plan` of a dry run: apply only if the same would change.", max_length=LONGEST_NAME
    )

    @field_validator("secrets")
    @classmethod
    def check_secrets(cls, secrets: dict[str, str]) -> dict[str, str]:
        """Hold each against the longest that a file may have."""
        if any(len(value) > LONGEST_SECRET for value in secrets.values()):
            raise ValueError(f"secrets of at most {LONGEST_SECRET} characters")
        return secrets


class ExportQuery(Asking):
    """What is written down."""

    kinds: str = Field(
        "",
        pattern=rf"^(?:(?:{_KINDS})(?:,(?:{_KINDS}))*)?$",
        max_length=LONGEST_NAME,
        description=f"Only these kinds, with commas between: {_KIND_LIST}.",
    )
    people: bool = Field(
        default=False, description="Also who is in which group and has which roles by hand."
    )


class FieldChangeShown(Shown):
    """One key of an object; null where there was, or will be, nothing."""

    name: str
    before: Any
    after: Any


class ObjectChangeShown(Shown):
    """One object with what changes of it."""

    change: Literal["added", "removed", "changed"]
    kind: str
    name: str
    fields: list[FieldChangeShown]


class NewSecretShown(Shown):
    """A secret of something new; nobody can show it again."""

    kind: str
    name: str
    secret: str
    path: str | None = Field(description="What the file says that it is written to.")


class DeclarationsShown(Shown):
    """What changes, or would."""

    applied: bool
    plan: str = Field(description="Stands for these changes, and no others.")
    changes: list[ObjectChangeShown]
    secrets: list[NewSecretShown]


class FileShown(Shown):
    """One file."""

    name: str
    text: str


class ExportShown(Shown):
    """The configuration in files, without secrets."""

    files: list[FileShown]
    secrets_needed: list[str] = Field(
        description="Paths of secrets that have to be sent along where this is applied anew."
    )


def changes_shown(changes: Sequence[ObjectChange]) -> list[ObjectChangeShown]:
    """What changes."""
    return [
        ObjectChangeShown.model_validate(
            {
                "change": _CHANGES[each.sign],
                "kind": str(each.kind),
                "name": each.name,
                "fields": [
                    {"name": one.name, "before": one.before, "after": one.after}
                    for one in each.fields
                ],
            }
        )
        for each in changes
    ]


def secret_shown(secret: NewSecret) -> NewSecretShown:
    """A new secret."""
    return NewSecretShown(
        kind=str(secret.kind),
        name=secret.name,
        secret=secret.value,
        path=secret.written_to or None,
    )


def export_shown(export: Export) -> ExportShown:
    """The configuration."""
    return ExportShown(
        files=[FileShown(name=each.name, text=each.text) for each in export.files],
        secrets_needed=list(export.to_provide),
    )
