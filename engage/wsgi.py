"""What gunicorn loads: patched for gevent before anything else is imported, psycopg and sqlite3 included."""

from gevent import monkey

monkey.patch_all()

from engage import create_app
from engage.core.running import hold_running
from engage.web.logs import log_what_nobody_caught, warn_of_root
from engage.web.warming import warm

app = create_app()
log_what_nobody_caught()
warm(app)
running = hold_running(app.config["ENGAGE"].instance)
warn_of_root()
