"""Deeds of the cases: opening, answering, handing over, giving back and withdrawing."""

from engage.cases.actions.answering import ANSWER_LIMIT, answer_case, correct_case
from engage.cases.actions.handing_over import REASON_LIMIT, reassign_case, return_case
from engage.cases.actions.opening import DUE_WORKING_DAYS, close_case_of, open_case, withdraw_case_of

__all__ = [
    "ANSWER_LIMIT",
    "DUE_WORKING_DAYS",
    "REASON_LIMIT",
    "answer_case",
    "close_case_of",
    "correct_case",
    "open_case",
    "reassign_case",
    "return_case",
    "withdraw_case_of",
]
