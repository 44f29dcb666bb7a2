"""What gunicorn loads: patched for gevent before anything else is imported, psycopg and sqlite3 included."""

from gevent import monkey

monkey.patch_all()

from gunicorn.errors import AppImportError

from engage import create_app
from engage.cli import require_current
from engage.config import ConfigError
from engage.core.running import Running, hold_running
from engage.core.schema import SchemaError
from engage.web.logs import log_what_nobody_caught, warn_of_root
from engage.web.warming import warm

try:
    app = create_app()
    log_what_nobody_caught()
    warm(app)
    running = hold_running(app.config["ENGAGE"].instance)
    warn_of_root()
    # Only now: until that lock is had, the database may be in the making.
    require_current(app)
except (ConfigError, Running, SchemaError) as error:
    # gunicorn prints the sentence and ends, where it would start again and again after any other error.
    raise AppImportError(str(error)) from error
