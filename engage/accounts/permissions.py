"""What may be done, and who is granted what: the one enum and the one table."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """A deed. Named ``<noun>.<verb>``; every guard and every action check uses one of these."""

    ACCOUNT_MANAGE = "account.manage"
    UNIT_MANAGE = "unit.manage"
    SETTINGS_EDIT = "settings.edit"
    AUDIT_READ = "audit.read"

    PLAN_FILE = "plan.file"
    PLAN_ARRANGE = "plan.arrange"
    PLAN_PUBLISH = "plan.publish"
    ACTIVITY_READ = "activity.read"
    ACTIVITY_EDIT = "activity.edit"
    ACTIVITY_PUBLISH = "activity.publish"
    ACTIVITY_CHECK_IN = "activity.check-in"

    SURVEY_READ = "survey.read"
    SURVEY_EDIT = "survey.edit"
    SURVEY_PUBLISH = "survey.publish"
    SURVEY_ENTER = "survey.enter"
    SURVEY_RESULTS = "survey.results"
    RESULTS_PUBLISH = "results.publish"

    CONSULTATION_READ = "consultation.read"
    CONSULTATION_EDIT = "consultation.edit"
    CONSULTATION_PUBLISH = "consultation.publish"
    COMMENT_MODERATE = "comment.moderate"
    COMMENT_REPLY = "comment.reply"
    COMMENT_ADOPT = "comment.adopt"
    COMMENT_ENTER = "comment.enter"

    LIVE_READ = "live.read"
    LIVE_EDIT = "live.edit"
    LIVE_MODERATE = "live.moderate"
    LIVE_ENTER = "live.enter"
    LIVE_PUBLISH = "live.publish"

    CASE_READ = "case.read"
    CASE_ASSIGN = "case.assign"
    CASE_ANSWER = "case.answer"


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    DEPARTMENT = "department"
    APPROVER = "approver"
    MODERATOR = "moderator"
    TYPIST = "typist"
    CHECK_IN = "check-in"


_P = Permission

_DEPARTMENT = frozenset(
    {
        _P.PLAN_FILE,
        _P.ACTIVITY_READ,
        _P.ACTIVITY_EDIT,
        _P.SURVEY_READ,
        _P.SURVEY_EDIT,
        _P.SURVEY_PUBLISH,
        _P.SURVEY_ENTER,
        _P.SURVEY_RESULTS,
        _P.RESULTS_PUBLISH,
        _P.CONSULTATION_READ,
        _P.CONSULTATION_EDIT,
        _P.CONSULTATION_PUBLISH,
        _P.COMMENT_MODERATE,
        _P.COMMENT_REPLY,
        _P.COMMENT_ADOPT,
        _P.COMMENT_ENTER,
        _P.LIVE_READ,
        _P.LIVE_EDIT,
        _P.LIVE_PUBLISH,
        _P.CASE_READ,
        _P.CASE_ANSWER,
    }
)

GRANTS: dict[Role, frozenset[Permission]] = {
    # Runs the installation; does not speak for any unit.
    Role.ADMINISTRATOR: frozenset(
        {
            _P.ACCOUNT_MANAGE,
            _P.UNIT_MANAGE,
            _P.SETTINGS_EDIT,
            _P.AUDIT_READ,
        }
    ),
    Role.COORDINATOR: _DEPARTMENT
    | {
        _P.PLAN_ARRANGE,
        _P.PLAN_PUBLISH,
        _P.ACTIVITY_PUBLISH,
        _P.LIVE_MODERATE,
        _P.LIVE_ENTER,
        _P.CASE_ASSIGN,
        _P.UNIT_MANAGE,
    },
    Role.DEPARTMENT: _DEPARTMENT,
    Role.APPROVER: frozenset(
        {
            _P.SURVEY_READ,
            _P.SURVEY_RESULTS,
            _P.RESULTS_PUBLISH,
            _P.CONSULTATION_READ,
            _P.LIVE_READ,
            _P.LIVE_PUBLISH,
            _P.CASE_READ,
            _P.ACTIVITY_READ,
            _P.ACTIVITY_PUBLISH,
        }
    ),
    Role.MODERATOR: frozenset(
        {
            _P.LIVE_READ,
            _P.LIVE_MODERATE,
            _P.LIVE_ENTER,
            _P.CONSULTATION_READ,
            _P.COMMENT_MODERATE,
        }
    ),
    Role.TYPIST: frozenset(
        {_P.LIVE_READ, _P.LIVE_ENTER, _P.COMMENT_ENTER, _P.CONSULTATION_READ, _P.SURVEY_ENTER}
    ),
    # Reads when and where guests come. Checking them in comes with the sign-up of a later version.
    Role.CHECK_IN: frozenset({_P.ACTIVITY_CHECK_IN}),
}
