"""The WSGI application, for any WSGI server; `authserver serve` does not need this file."""

from authserver.app import create_app
from authserver.settings_sources import load_settings

application = create_app(load_settings())
