"""A rehearsal of the OpenID Foundation's conformance suite: each of its plans, module by module.

Each test is named after the suite's module and checks what that module checks, against clients
registered as `docs/howto/conformance.md` has them. Modules with `skipped` in their names are those
that the suite skips by what the server announces.
"""
