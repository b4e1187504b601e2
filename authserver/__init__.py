"""authserver: OAuth 2.0 and OpenID Connect for the REST APIs of Jira and Confluence."""
