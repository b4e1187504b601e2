"""A stand-in for a Jira or Confluence site, built from the catalogue. It is no Jira.

It shows what would reach a site and what would not, nothing more: it answers every operation that
the catalogue knows, looks at the credential it is handed, and notes what came on the wire.
"""
