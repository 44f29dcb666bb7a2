"""How often receipt codes may be looked up, whatever page asks."""

from __future__ import annotations

from engage.web.limits import limited

# 53 random bits at 600 tries an hour from one network: a million years for one hit among a million codes.
receipt_lookup = limited("receipt", per_device="30/hour", per_network="600/hour")
