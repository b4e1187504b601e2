"""Stand-ins for identity providers, made from what their makers document."""
