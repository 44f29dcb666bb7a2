"""What the kinds of this domain are called on pages."""

from __future__ import annotations

from engage.analysis.models import ExportFormat, ExportState
from engage.core.messages import Message, msg

LABELS: dict[object, Message] = {
    ExportFormat.CSV: msg("CSV"),
    ExportFormat.EXCEL: msg("Excel"),
    ExportState.WAITING: msg("Waiting"),
    ExportState.RUNNING: msg("Being made"),
    ExportState.DONE: msg("Ready"),
    ExportState.FAILED: msg("Failed"),
}
