"""What the audit log says about cases."""

from __future__ import annotations

from engage.audit.events import declare
from engage.core.messages import msg

OPENED = declare("case.opened", msg("Case opened"), unit=msg("Unit"), due_on=msg("Due"))
ANSWERED = declare("case.answered", msg("Case answered"), late=msg("Late"))
CORRECTED = declare("case.corrected", msg("Answer of a case corrected"), answer=msg("Answer"))
REASSIGNED = declare("case.reassigned", msg("Case handed over"), unit=msg("Unit"), reason=msg("Reason"))
RETURNED = declare("case.returned", msg("Case given back"), unit=msg("Unit"), reason=msg("Reason"))
WITHDRAWN = declare("case.withdrawn", msg("Case withdrawn"), reason=msg("Reason"))
