"""gunicorn as it is shipped, but for the limits that would refuse the viewers: to be measured against."""

import resource

worker_class = "gevent"
workers = 1
worker_connections = 16_000
backlog = 4096
errorlog = "-"
loglevel = "warning"


def on_starting(_server: object) -> None:
    """As many open files as the system lets us have."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
