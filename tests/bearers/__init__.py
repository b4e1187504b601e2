"""Access tokens of identity providers, from outside: at the endpoints, worker by worker."""
