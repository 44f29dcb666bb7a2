"""Conditions as data, and their pure evaluation.

A condition is a tree of `all`, `any` and `not` over tests. A test names an earlier question, one of the
operators in `OPERATORS` and, for most, a value. `static/js/questions/logic.js` is its twin for the browser; a
test holds the two equal, so an operator added here is added there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engage.core.messages import msg
from engage.questions import limits
from engage.questions.reading import Finding, Reader, clean, is_id

Value = str | int | float | Sequence[str]
"""A stored answer: an option id, a text, a number, or the ids of the options picked. Never empty or None."""
Answers = Mapping[str, Value]
Operand = str | int | float | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class All:
    """True when every part is true; true when there are none."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """True when at least one part is true; false when there are none."""

    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when the part is false, hence also when the question it asks about was not answered."""

    of: "Condition"


@dataclass(frozen=True, slots=True)
class Test:
    """One question about one answer. Without an answer every test is false."""

    __test__ = False  # pytest would otherwise try to collect the class

    op: str
    question: str
    value: Operand = None


Condition = All | Any | Not | Test


def _number(value: object) -> bool:
    return isinstance(value, int | float)


def _equals(answer: Value, value: Operand) -> bool:
    return not isinstance(answer, list | tuple) and answer == value


def _any_of(answer: Value, values: Operand) -> bool:
    if not isinstance(values, tuple):
        return False
    if isinstance(answer, list | tuple):
        return any(picked in values for picked in answer)
    return answer in values


def _contains(answer: Value, value: Operand) -> bool:
    return isinstance(value, str) and isinstance(answer, str | list | tuple) and value in answer


def _greater(answer: Value, value: Operand) -> bool:
    return _number(answer) and _number(value) and answer > value  # type: ignore[operator]


def _less(answer: Value, value: Operand) -> bool:
    return _number(answer) and _number(value) and answer < value  # type: ignore[operator]


OPERATORS: Final[dict[str, Callable[[Value, Operand], bool]]] = {
    "answered": lambda answer, value: True,
    "equals": _equals,
    "any_of": _any_of,
    "contains": _contains,
    "greater": _greater,
    "less": _less,
}


def evaluate(condition: Condition, answers: Answers) -> bool:
    """Whether `condition` holds for `answers` (only those that count: the ones on the path so far)."""
    match condition:
        case Test(op, question, value):
            answer = answers.get(question)
            return answer is not None and OPERATORS[op](answer, value)
        case All(of):
            return all(evaluate(part, answers) for part in of)
        case Any(of):
            return any(evaluate(part, answers) for part in of)
        case Not(part):
            return not evaluate(part, answers)


def tests(condition: Condition | None) -> Iterator[Test]:
    """Every test in the tree."""
    match condition:
        case Test():
            yield condition
        case All(of) | Any(of):
            for part in of:
                yield from tests(part)
        case Not(part):
            yield from tests(part)


def both(first: Condition | None, second: Condition | None) -> Condition | None:
    """The condition that holds when both hold; None stands for always."""
    if first is None or second is None:
        return first or second
    return All((first, second))


def read_condition(data: object, path: str, findings: list[Finding]) -> Condition | None:
    """The condition in untrusted JSON, None for null. After a fault in `findings` it is of no use."""
    if data is None:
        return None
    return _read(data, path, findings, limits.CONDITION_DEPTH, [limits.CONDITION_NODES])


def _read(data: object, path: str, findings: list[Finding], depth: int, left: list[int]) -> Condition:
    left[0] -= 1
    if depth == 0 or left[0] < 0:
        if left[0] >= -1 or depth == 0:
            findings.append(Finding(path, msg("This condition is too complicated. Make it simpler.")))
        return All(())
    reader = Reader(data, path, findings)
    op = reader.get("op")
    condition: Condition
    if op in ("all", "any"):
        parts = reader.get("of")
        if not isinstance(parts, list) or len(parts) > limits.CONDITION_NODES:
            reader.fault("of", msg("This must be a list."))
            parts = []
        of = tuple(
            _read(part, f"{reader.at('of')}.{n}", findings, depth - 1, left) for n, part in enumerate(parts)
        )
        condition = All(of) if op == "all" else Any(of)
    elif op == "not":
        condition = Not(_read(reader.get("of"), reader.at("of"), findings, depth - 1, left))
    elif isinstance(op, str) and op in OPERATORS:
        question = reader.get("question")
        if not is_id(question):
            reader.fault("question", msg("The condition names no question."))
        condition = Test(op, str(question)[:16], _read_operand(reader, op))
    else:
        reader.fault("op", msg("This kind of condition is not known."))
        reader.get("of"), reader.get("question"), reader.get("value")
        condition = All(())
    reader.done()
    return condition


def _read_operand(reader: Reader, op: str) -> Operand:
    value = reader.get("value")
    if op == "answered":
        if value is not None:
            reader.fault("value", msg("This kind of condition takes no value."))
        return None
    if op == "any_of":
        if isinstance(value, list) and len(value) <= limits.CHOICES and all(map(_is_short_text, value)):
            return tuple(map(clean, value))
        reader.fault("value", msg("This must be a list of options."))
        return ()
    wants_number = op in ("greater", "less")
    if type(value) in (int, float) and abs(value) <= limits.NUMBER:  # type: ignore[arg-type]
        return value  # type: ignore[return-value]
    if not wants_number and isinstance(value, str) and len(value) <= limits.CONDITION_VALUE:
        return clean(value)  # an empty one is a draft's: nobody has said yet what to compare with
    reader.fault("value", msg("This must be a number.") if wants_number else msg("Say what to compare with."))
    return 0 if wants_number else ""


def _is_short_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= limits.CONDITION_VALUE


def write_condition(condition: Condition | None) -> dict[str, object] | None:
    """The JSON form, read back by `read_condition` to an equal condition."""
    match condition:
        case None:
            return None
        case All(of):
            return {"op": "all", "of": [write_condition(part) for part in of]}
        case Any(of):
            return {"op": "any", "of": [write_condition(part) for part in of]}
        case Not(part):
            return {"op": "not", "of": write_condition(part)}
        case Test(op, question, None):
            return {"op": op, "question": question}
        case Test(op, question, value):
            return {
                "op": op,
                "question": question,
                "value": list(value) if isinstance(value, tuple) else value,
            }
