// The browser's twin of engage/questions/logic.py: the same conditions give the same path.
// A test runs generated cases through both; an operator added there is added here.

const isNumber = (value) => typeof value === "number";

const OPERATORS = {
  answered: () => true,
  equals: (answer, value) => !Array.isArray(answer) && answer === value,
  any_of: (answer, values) =>
    Array.isArray(values) && (Array.isArray(answer) ? answer.some((picked) => values.includes(picked)) : values.includes(answer)),
  contains: (answer, value) => typeof value === "string" && !isNumber(answer) && answer.includes(value),
  greater: (answer, value) => isNumber(answer) && isNumber(value) && answer > value,
  less: (answer, value) => isNumber(answer) && isNumber(value) && answer < value,
};

/** Whether a condition holds. `answers` is a Map from question id to a stored value; without an answer a test is false. */
export function evaluate(condition, answers) {
  switch (condition.op) {
    case "all":
      return condition.of.every((part) => evaluate(part, answers));
    case "any":
      return condition.of.some((part) => evaluate(part, answers));
    case "not":
      return !evaluate(condition.of, answers);
    default:
      return answers.has(condition.question) && OPERATORS[condition.op](answers.get(condition.question), condition.value);
  }
}

/** The ids of the questions asked, in order. `rules` are [id, page, condition]; an answer not on the path never counts. */
export function path(rules, answers) {
  const counted = new Map();
  const shown = [];
  for (const [id, , condition] of rules) {
    if (condition && !evaluate(condition, counted)) continue;
    shown.push(id);
    if (answers.has(id)) counted.set(id, answers.get(id));
  }
  return shown;
}

const PLAIN = /^(?:[+-]?[0-9]{1,16}(?:\.[0-9]*)?|[+-]?\.[0-9]+)$/;
const GROUPED = /^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?$/;
const SIGNS = { "−": "-", "–": "-", "。": ".", "\u3000": " " };
const narrow = (sign) => SIGNS[sign] ?? String.fromCharCode(sign.charCodeAt(0) - 0xfee0);

const closed = (text) => {
  const plain = text.replace(/[−–。\u3000\uff01-\uff5e]/g, narrow).trim();
  return [...plain].length > 40 ? "" : plain.replaceAll(" ", "");
};

function plainNumber(text) {
  const plain = GROUPED.test(text) ? text.replaceAll(",", "") : text;
  return PLAIN.test(plain) ? Number(plain) + 0 : null;
}

/** The number people mean (full-width digits, thousands commas, one of `units` behind it), or null when it is none. */
export function readNumber(text, units = []) {
  const plain = closed(text);
  const number = plainNumber(plain);
  if (number !== null) return number;
  for (const unit of units.map(closed)) {
    if (!unit || plain.slice(-unit.length).toLowerCase() !== unit.toLowerCase()) continue;
    const before = plainNumber(plain.slice(0, -unit.length));
    if (before !== null) return before;
  }
  return null;
}
