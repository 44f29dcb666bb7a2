"""A questionnaire as people write it: pages of questions, in languages, with stable ids. Immutable.

`read` accepts every well-formed draft, also an unfinished one; `check` says what still keeps it from being
published. `write` is loss-free: `read(write(definition)) == definition`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from engage.core.messages import Message, msg
from engage.core.types import Localized
from engage.questions import limits
from engage.questions.logic import Condition, read_condition, tests, write_condition
from engage.questions.reading import NO_TEXT, Finding, Reader, Rejected, write_text
from engage.questions.types import KINDS, Kind, Text


@dataclass(frozen=True, slots=True)
class Question:
    """One question. It is asked only when `show_if` holds (None: always).

    Settings that cannot be used are kept in `rejected`; `kind` then has its defaults in their place.
    """

    id: str
    kind: Kind
    text: Localized
    help: Localized = NO_TEXT
    required: bool = False
    show_if: Condition | None = None
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Questions asked together. The page is left out when `show_if` does not hold."""

    id: str
    questions: tuple[Question, ...] = ()
    title: Localized = NO_TEXT
    introduction: Localized = NO_TEXT
    show_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole questionnaire."""

    pages: tuple[Page, ...] = ()

    @property
    def questions(self) -> Iterator[Question]:
        """Every question in order."""
        return (question for page in self.pages for question in page.questions)


class BadDefinition(Exception):
    """Raised for JSON that is no definition; `findings` names every fault, at least one."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(f"{finding.path}: {finding.message}" for finding in findings[:5]))
        self.findings = tuple(findings)


def read_text(text: str | bytes) -> Definition:
    """The definition in JSON text of unknown origin. Raises `BadDefinition`."""
    if len(text) > limits.JSON_BYTES:
        raise BadDefinition([Finding("", msg("This questionnaire is too large."))])
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadDefinition([Finding("", msg("This is not a questionnaire in JSON."))]) from None
    return read(data)


def read(data: object) -> Definition:
    """The definition in untrusted JSON data (what `json.loads` gives). Raises `BadDefinition`."""
    findings: list[Finding] = []
    reader = Reader(data, "", findings)
    pages = tuple(_read_page(item) for item in reader.objects("pages", limits.PAGES))
    reader.done()
    definition = Definition(pages)
    if not findings:
        findings += _size(definition) + _duplicates(definition)
    if findings:
        raise BadDefinition(findings)
    return definition


def _read_page(reader: Reader) -> Page:
    page = Page(
        id=reader.id(),
        questions=tuple(_read_question(item) for item in reader.objects("questions", limits.QUESTIONS)),
        title=reader.text("title", limits.TITLE),
        introduction=reader.text("introduction", limits.HELP_TEXT),
        show_if=read_condition(reader.get("show_if"), reader.at("show_if"), reader.findings),
    )
    reader.done()
    return page


def _read_question(reader: Reader) -> Question:
    name = reader.get("type")
    kind_class = KINDS.get(name) if isinstance(name, str) else None
    if kind_class is None:
        reader.fault("type", msg("This type of question is not known."))
        return Question(reader.id(), Text(), NO_TEXT)
    question = Question(
        id=reader.id(),
        kind=kind_class.read(reader),
        text=reader.text("text", limits.QUESTION_TEXT),
        help=reader.text("help", limits.HELP_TEXT),
        required=reader.flag("required"),
        show_if=read_condition(reader.get("show_if"), reader.at("show_if"), reader.findings),
        rejected=tuple(reader.rejected),
    )
    reader.done()
    return question


def _size(definition: Definition) -> list[Finding]:
    count = sum(len(page.questions) for page in definition.pages)
    if count <= limits.QUESTIONS:
        return []
    return [
        Finding(
            "pages",
            msg(
                "There are {count} questions; at most {limit} are possible.",
                count=count,
                limit=limits.QUESTIONS,
            ),
        )
    ]


def _duplicates(definition: Definition) -> list[Finding]:
    findings = []
    seen: set[str] = set()
    for place, page in enumerate(definition.pages):
        for path, id in (
            (f"pages.{place}", page.id),
            *((f"pages.{place}.questions.{n}", each.id) for n, each in enumerate(page.questions)),
        ):
            if id in seen:
                findings.append(Finding(f"{path}.id", msg("Another page or question has the same id.")))
            seen.add(id)
    return findings


def write(definition: Definition) -> dict[str, object]:
    """The definition as JSON data."""
    return {"pages": [_write_page(page) for page in definition.pages]}


def _write_page(page: Page) -> dict[str, object]:
    data: dict[str, object] = {"id": page.id}
    for key, text in (("title", page.title), ("introduction", page.introduction)):
        if text:
            data[key] = write_text(text)
    if page.show_if is not None:
        data["show_if"] = write_condition(page.show_if)
    data["questions"] = [write_question(question) for question in page.questions]
    return data


def write_question(question: Question) -> dict[str, object]:
    """One question as JSON data."""
    data: dict[str, object] = {
        "id": question.id,
        "type": question.kind.name,
        "text": write_text(question.text),
        "required": question.required,
    }
    if question.help:
        data["help"] = write_text(question.help)
    if question.show_if is not None:
        data["show_if"] = write_condition(question.show_if)
    return data | question.kind.write() | {each.key: each.value for each in question.rejected}


def check(definition: Definition) -> list[Finding]:
    """What keeps a well-formed definition from being published, each where it is; empty when nothing does."""
    findings: list[Finding] = []
    if not any(page.questions for page in definition.pages):
        findings.append(Finding("pages", msg("Add at least one question.")))
    places = {question.id for question in definition.questions}
    earlier: dict[str, Question] = {}
    for n, page in enumerate(definition.pages):
        path = f"pages.{n}"
        if not page.questions:
            findings.append(Finding(path, msg("This page has no question. Add one or remove the page.")))
        findings += _check_condition(page.show_if, f"{path}.show_if", earlier, places)
        for m, question in enumerate(page.questions):
            where = f"{path}.questions.{m}"
            if not question.text:
                findings.append(Finding(f"{where}.text", msg("This question has no text.")))
            findings += question.kind.check(where)
            findings += [Finding(f"{where}.{each.key}", each.message) for each in question.rejected]
            findings += _check_condition(question.show_if, f"{where}.show_if", earlier, places)
            earlier[question.id] = question
    return findings


def _check_condition(
    condition: Condition | None, path: str, earlier: dict[str, Question], places: set[str]
) -> list[Finding]:
    return [
        Finding(path, fault)
        for test in tests(condition)
        if (fault := _fault(test.op, test.question, test.value, earlier, places)) is not None
    ]


def _fault(op: str, id: str, value: object, earlier: dict[str, Question], places: set[str]) -> Message | None:
    question = earlier.get(id)
    if question is None:
        if id in places:
            return msg(
                "The condition asks about a question that comes later. Move that question before this one."
            )
        return msg("The condition asks about a question that does not exist.")
    if op not in question.kind.tests:
        return msg("This condition does not fit the type of the question it asks about.")
    if not question.kind.operand_ok(op, value):  # type: ignore[arg-type]
        return msg("The condition compares with something that cannot be answered.")
    return None
