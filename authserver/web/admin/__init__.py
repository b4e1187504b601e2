"""The console: what those who administer see and do in a browser."""
