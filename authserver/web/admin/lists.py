"""Lists: search, filters, order, pages by cursor; and what is asked of them in an address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, TypeVar
from urllib.parse import urlencode

from flask import request

from authserver.domain.errors import InvalidField
from authserver.services.long_lists import MOST_COUNTED
from authserver.web.admin.cells import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from authserver.web.admin.cells import Value
    from authserver.web.cursors import Cursors, Position
    from authserver.web.languages import Text

T = TypeVar("T")

PAGE: Final = 50
CSV: Final = "csv"
LONGEST_SEARCH: Final = 200
CURSOR: Final = "cursor"


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column. `name` is its name in addresses and files; `link` leads below `/admin`.

    An empty link is none. What is `only_in_file` would make the table too wide; `whole` is what
    `value` sums up for it, and stands in the file instead.
    """

    name: str
    label: Text
    value: Callable[[T], Value]
    kind: Kind = Kind.TEXT
    is_sortable: bool = False
    link: Callable[[T], str] | None = None
    only_in_file: bool = False
    whole: Callable[[T], str] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice that narrows a list: values of addresses, each with what it is called.

    Without choices it is a field for any text; `hint` is shown in it.
    """

    name: str
    label: Text
    choices: Sequence[tuple[str, Text]] = ()
    hint: Text = ""


@dataclass(frozen=True, slots=True)
class Bulk:
    """What can be done with the rows that are ticked: leads to the page that asks whether."""

    name: str
    label: Text
    path: str
    needs: str
    is_dangerous: bool = False


@dataclass(frozen=True, slots=True)
class RowAct(Generic[T]):
    """What can be done with one row: a button at its end that leads to the page that asks whether.

    An empty path: not with this one.
    """

    name: str
    label: Text
    path: Callable[[T], str]
    needs: str
    is_dangerous: bool = False


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """What a list is like. `key` tells two rows apart; the first sortable column is the order.

    `descending` says that the order begins with the greatest.
    """

    name: str
    path: str
    columns: Sequence[Column[T]]
    key: Callable[[T], str]
    filters: Sequence[Filter] = ()
    bulk: Sequence[Bulk] = ()
    acts: Sequence[RowAct[T]] = ()
    search_hint: Text = ""
    descending: bool = False

    @property
    def sorts(self) -> Sequence[str]:
        """Names of the columns that can be the order."""
        return [column.name for column in self.columns if column.is_sortable]


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What is asked of a list; `after` is where it goes on, `None` for its beginning."""

    search: str
    filters: Mapping[str, str]
    sort: str
    descending: bool
    after: Position | None = None
    limit: int = PAGE

    @property
    def words(self) -> Sequence[str]:
        """What cursors are bound to."""
        filters = [f"{name}={value}" for name, value in sorted(self.filters.items())]
        return [self.search, self.sort, str(self.descending), *filters]


@dataclass(frozen=True, slots=True)
class ListPage(Generic[T]):
    """Rows, and the position after the last of them; `None` when there are no more.

    `total` is how many there are altogether, `None` where counting them would take too long.
    `note` says in words what all of them come to, where that is not their number.
    """

    items: Sequence[T]
    after: Position | None = None
    total: int | None = None
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Shelf(Generic[T]):
    """A page of a list, ready for `admin/parts.html`."""

    listing: Listing[T]
    query: ListQuery
    page: ListPage[T]
    next_cursor: str
    fixed: Mapping[str, str] = field(default_factory=dict)

    def address(self, **changes: str) -> str:
        """The list's address with something changed, always from its beginning unless stated."""
        query = self.query
        usual = self.listing.sorts[0] if self.listing.sorts else ""
        order = ("-" if query.descending else "") + query.sort
        usual_order = ("-" if self.listing.descending else "") + usual
        asked = {
            "q": query.search,
            **query.filters,
            "sort": "" if order == usual_order else order,
            **changes,
        }
        kept = {name: value for name, value in asked.items() if value}
        return self.listing.path + (f"?{urlencode(kept)}" if kept else "")

    def turned(self, column: Column[T]) -> str:
        """The address of the list in the order of a column, the other way when it is already."""
        is_it = self.query.sort == column.name
        return self.address(
            sort=f"-{column.name}" if is_it and not self.query.descending else column.name
        )

    @property
    def next_address(self) -> str:
        """Where the list goes on."""
        return self.address(cursor=self.next_cursor) if self.next_cursor else ""

    @property
    def most_counted(self) -> int:
        """A greater total only says that there are more than this."""
        return MOST_COUNTED

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a filter leaves something out."""
        return bool(self.query.search or self.query.filters)


def asked_of(listing: Listing[T], cursors: Cursors, *, limit: int = PAGE) -> ListQuery:
    """What the address asks of a list.

    Raises:
        InvalidField: an order or a filter that the list has not, or a cursor it did not give.
    """
    sort = request.args.get("sort", "")
    name = sort.removeprefix("-")
    if sort and name not in listing.sorts:
        raise InvalidField("sort", "one of " + ", ".join(listing.sorts))
    filters = {}
    for each in listing.filters:
        value = request.args.get(each.name, "").strip()[:LONGEST_SEARCH]
        if each.choices and value and value not in [choice for choice, _ in each.choices]:
            raise InvalidField(each.name, "one of " + ", ".join(c for c, _ in each.choices))
        if value:
            filters[each.name] = value
    query = ListQuery(
        search=request.args.get("q", "").strip()[:LONGEST_SEARCH],
        filters=filters,
        sort=name or (listing.sorts[0] if listing.sorts else ""),
        descending=sort.startswith("-") if sort else listing.descending,
        limit=limit,
    )
    cursor = request.args.get(CURSOR, "")
    if not cursor:
        return query
    after = cursors.open(cursor, [listing.name, listing.path, *query.words])
    return ListQuery(query.search, filters, query.sort, query.descending, after, limit)


def shelf(
    listing: Listing[T], cursors: Cursors, fetch: Callable[[ListQuery], ListPage[T]]
) -> Shelf[T]:
    """The page of a list that the address asks for. Raises InvalidField as `asked_of`."""
    query = asked_of(listing, cursors)
    page = fetch(query)
    after = page.after
    following = (
        "" if after is None else cursors.seal(after, [listing.name, listing.path, *query.words])
    )
    return Shelf(listing, query, page, following)


def wants_file() -> bool:
    """Whether the list is asked for as a file."""
    return request.args.get("format", "") == CSV
