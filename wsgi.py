"""The WSGI application for any server: `application`, with the settings of the environment."""

from authserver.app import create_app
from authserver.settings_sources import load_settings

application = create_app(load_settings())
