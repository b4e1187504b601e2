"""The administration API: `/admin/api/v1`.

`table.py` lists the endpoints; everything else follows from it: what is served, the OpenAPI
document, the reference page, and the tests that hold each endpoint against each kind of caller.

To add a noun:

1. `models/<nouns>.py`: what callers say (`Said`: unknown members are refused; `unstated()` for what
   a PATCH may leave out), the parameters of its list (`ListQuery`), what answers show (`Shown`),
   and `<noun>_shown(described)`, which turns what the service describes into that. Times are
   `Moment`s, durations end in `_seconds`. What changes by itself (last uses) is not shown where
   there is an ETag, but in a list of its own.
2. `<nouns>.py`: one function from `Asked` to `Answered` per endpoint, each one call of the service
   that the command line calls, with `asked.act`; lists are `page_of(asked, fetch)`, with the
   store's page or `sorted_page`. Then `ENDPOINTS`. A service whose endpoint has `shows` calls
   `act.expect(described(before))` in its transaction; one whose endpoint has `creates` records
   what it made by `Administration.record` (or calls `act.beside` itself).
3. `services.py`: the service by its name in the container. `table.py`: the module's `ENDPOINTS`.
4. `tests/web/admin_api/example_<nouns>.py`: a good call of each endpoint, listed in `examples.py`;
   the generated tests do the rest. `make docs`.
"""
