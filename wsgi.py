"""The WSGI application, for any WSGI server; `authserver serve` does not need this file.

Loading it refuses what `authserver serve` refuses. The application itself is made at the first
request, in the process that serves it: the server may fork before or after.
"""

from authserver.app import create_app
from authserver.cli.starting import fit_settings
from authserver.per_process import ApplicationPerProcess

_settings = fit_settings()
application = ApplicationPerProcess(lambda: create_app(_settings))
