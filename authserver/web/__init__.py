"""Pages and the administration API: Flask blueprints by page family."""
