"""What gunicorn loads: patched for gevent before anything else is imported, psycopg and sqlite3 included."""

from gevent import monkey

monkey.patch_all()

from engage import create_app
from engage.core.running import hold_running
from engage.web.warming import warm

app = create_app()
warm(app)
running = hold_running(app.config["ENGAGE"].instance)
