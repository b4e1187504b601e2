"""A world with people in it: an issuer, apps, users and their browsers, all in this process."""
