"""The registry of personal data: of every column that holds words somebody has decided what it is."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import JSON, Column, String

from engage import registry
from engage.core.db import EnumText, Model
from engage.core.personal import personal_columns

assert registry.REGISTERING  # every table is known

# Columns that hold words and nobody's data, by the reason why. A table name alone stands for all of them.
_NOT_PERSONAL = {
    "names, codes and random ids of things": (
        "*.public_id *.language activity.address site_settings unit deletion receipt.kind outbox_job.name "
        "outbox_job.key owed_case.source_kind consultation_comment.clause "
        "report_photo.file_name live_question.decided_deed live_decision.deed live_session.join_code"
    ),
    "hashes with a key or of random secrets, deleted by their clocks": (
        "receipt.code_hash write_request sign_in_failure sign_in_link.token_hash "
        "live_guest_link.token_hash consultation_comment.row_hash"
    ),
    "sealed or hashed, gone with the second factor or the closed account": (
        "authenticator.secret recovery_code.code_hash"
    ),
    "written by units for publication": (
        "theme_day activity schedule_change report_photo plan_round consultation draft_version survey "
        "survey_version published_result published_figures live_session.title live_session.introduction "
        "live_session.video_address live_session.record_summary"
    ),
    "working papers of units about the matter": (
        "plan_row live_session.moderators_note owed_case.title owed_case.reassign_reason "
        "owed_case.return_reason"
    ),
    "speakers in public office, announced and kept in the record with their posts": "live_session.guests",
    "the city's own words and decisions; blanked when the author erases": (
        "consultation_comment.reply consultation_comment.reason_note consultation_comment.adoption_reason "
        "live_question.answer live_question.reason_note live_question.hits "
        "live_decision.before live_decision.displaced_before"
    ),
    "numbers of rows only; given-up work is deleted after a month": "outbox_job.payload outbox_job.error",
}


def _words() -> Iterator[Column[object]]:
    """Every column that can hold words."""
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            kind = getattr(column.type, "impl_instance", column.type)
            if isinstance(kind, String | JSON) and not isinstance(column.type, EnumText):
                yield column


def _decided(column: Column[object], names: set[str]) -> bool:
    table = column.table.name
    return bool({table, f"{table}.{column.name}", f"*.{column.name}"} & names)


def test_every_column_that_holds_words_is_declared_or_decided() -> None:
    declared = {column for column, _ in personal_columns(Model.metadata)}
    # Where the row goes, all of it goes.
    whole = {column.table for column, personal in personal_columns(Model.metadata) if personal.whole_row}
    names = {name for listed in _NOT_PERSONAL.values() for name in listed.split()}
    open_ones = [
        f"{column.table.name}.{column.name}"
        for column in _words()
        if column not in declared and column.table not in whole and not _decided(column, names)
    ]
    assert open_ones == [], "declare with info=personal(…), or decide here with the reason"


def test_what_is_decided_exists_and_is_decided_once() -> None:
    names = [name for listed in _NOT_PERSONAL.values() for name in listed.split()]
    assert len(names) == len(set(names))
    known = {f"{column.table.name}.{column.name}" for column in _words()}
    known |= {column.table.name for column in _words()} | {f"*.{column.name}" for column in _words()}
    assert set(names) - known == set()
    declared = {f"{column.table.name}.{column.name}" for column, _ in personal_columns(Model.metadata)}
    assert not declared & set(names)


def test_every_declaration_can_be_carried_out() -> None:
    for column, declared in personal_columns(Model.metadata):
        where = f"{column.table.name}.{column.name}"
        assert declared.since in column.table.columns, f"{where}: no column {declared.since}"
        assert declared.days > 0, where
        assert declared.what is not None, f"{where}: say in plain words what it is (what=…)"
        assert declared.whole_row or not column.primary_key, where
        if declared.derived is not None:
            assert declared.derived[1] in column.table.columns, where
