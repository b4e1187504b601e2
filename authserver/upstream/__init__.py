"""The servers this server is a client of."""
