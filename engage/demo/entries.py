"""What the audit log says about the demonstration."""

from __future__ import annotations

from engage.audit.events import declare
from engage.core.messages import msg

LOADED = declare("demo.loaded", msg("Demonstration content loaded"))
REFRESHED = declare("demo.refreshed", msg("Demonstration content brought up to date"))
REMOVED = declare("demo.removed", msg("Demonstration content removed"))
