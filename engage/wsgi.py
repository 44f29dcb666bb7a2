"""What gunicorn loads: patched for gevent before anything else is imported, psycopg and sqlite3 included."""

from gevent import monkey

monkey.patch_all()

from engage import create_app

app = create_app()
