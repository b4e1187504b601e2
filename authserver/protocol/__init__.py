"""OAuth and OpenID Connect grammar, on Authlib."""
