"""The words for the enums of this domain, registered by the factory."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from engage.live.models import NamePolicy, Phase, QuestionState, Source
from engage.live.rules.deeds import Deed
from engage.live.rules.life import Step

LABELS = {
    Phase.DRAFT: _l("Draft"),
    Phase.ANNOUNCED: _l("Announced"),
    Phase.COLLECTING: _l("Collecting questions"),
    Phase.LIVE: _l("Live now"),
    Phase.ENDED: _l("Ended"),
    Phase.RECORDED: _l("Record published"),
    QuestionState.PENDING: _l("Waiting for review"),
    QuestionState.APPROVED: _l("Approved"),
    QuestionState.ON_AIR: _l("Being answered now"),
    QuestionState.ANSWERED: _l("Answered"),
    QuestionState.WRITTEN: _l("Written answer"),
    QuestionState.DECLINED: _l("Not published"),
    QuestionState.TAKEN_DOWN: _l("Taken down"),
    QuestionState.WITHDRAWN: _l("Withdrawn"),
    Source.WEB: _l("Online"),
    Source.HALL: _l("From the hall"),
    Source.PAPER: _l("On paper"),
    Source.TELEPHONE: _l("By telephone"),
    NamePolicy.CHOICE: _l("Anonymous or with a nickname"),
    NamePolicy.ANONYMOUS: _l("Anonymous only"),
    Step.ANNOUNCE: _l("Announce"),
    Step.RECALL: _l("Take the announcement back"),
    Step.COLLECT: _l("Start collecting questions"),
    Step.START: _l("Go live"),
    Step.END: _l("End the live session"),
    Step.REOPEN: _l("Go live again"),
    Step.PUBLISH_RECORD: _l("Publish the record"),
    Step.WITHDRAW_RECORD: _l("Withdraw the record"),
    Deed.APPROVE: _l("Approve"),
    Deed.MASK: _l("Cover the numbers and publish"),
    Deed.DECLINE: _l("Decline"),
    Deed.AIR: _l("Put on air"),
    Deed.BACK: _l("Back to the queue"),
    Deed.ANSWER: _l("Answered"),
    Deed.DEFER: _l("Answer in writing"),
    Deed.CORRECT: _l("Correct the answer"),
    Deed.TAKE_DOWN: _l("Take down"),
    Deed.UNDO: _l("Undo the decision"),
}
