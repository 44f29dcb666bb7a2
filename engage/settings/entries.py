"""What the settings write into the audit log."""

from __future__ import annotations

from engage.audit.events import declare
from engage.core.messages import msg

WORKING_DAYS_CHANGED = declare(
    "working-days.changed",
    msg("Working days changed"),
    year=msg("Year"),
    holidays=msg("Holidays"),
    worked=msg("Days worked instead"),
)

SETTINGS_CHANGED = declare(
    "settings.changed",
    msg("Site settings changed"),
    city=msg("Name of the city"),
    name=msg("Name of the site"),
    organiser=msg("Organiser"),
    undertaker=msg("Operated by"),
    contact=msg("Contact"),
    icp=msg("ICP filing number"),
    police_filing=msg("Public-security filing number"),
    site_code=msg("Site identification code"),
    primary_colour=msg("Main colour"),
    time_zone=msg("Time zone"),
    emblem=msg("Emblem"),
)
