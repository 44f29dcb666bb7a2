// The options of a question as a list: one afresh, and what becomes of a pasted text of several lines.
import { setLanguage, shortId } from "./_elements.js";

/** A new option with these Chinese words. */
export const freshChoice = (text = "") => ({ id: shortId(), text: text ? { zh_CN: text } : {} });

/**
 * The options after a text was pasted into the one at `at`: a line each from there on, whole, and none empty.
 * null where the text is a single line, which the field takes by itself. Too long or too many is told on saving.
 */
export function pasteChoices(choices, at, text) {
  const lines = text.split(/[\n\r\v\f\u0085\u2028\u2029]+/).map((line) => line.trim()).filter(Boolean);
  if (lines.length < 2) return null;
  const [first, ...others] = lines;
  setLanguage(choices[at], "text", "zh_CN", first);
  const all = [...choices.slice(0, at + 1), ...others.map((line) => freshChoice(line)), ...choices.slice(at + 1)];
  return all.filter((choice) => Object.values(choice.text).some((words) => words.trim()));
}
