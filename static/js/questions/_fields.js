// Reading, restoring and checking the fields of a questionnaire in the page.
import { clean } from "../core/_clean.js";
import { readNumber } from "./logic.js";

const inputs = (box) => box.querySelectorAll("input, textarea");

const picked = (input) => input.type === "radio" || input.type === "checkbox";

/** What stands in a question's fields, as texts: the form a draft keeps. */
export function typed(box) {
  const values = [];
  for (const input of inputs(box)) if (picked(input) ? input.checked : input.value) values.push(input.value);
  return values;
}

/** What the server will read there: clean, and in a field of one line without breaks. */
function taken(box) {
  const lines = box.querySelector("textarea") !== null;
  return typed(box)
    .map((text) => clean(text).replaceAll("\t", " ").trim())
    .map((text) => (lines ? text : text.replaceAll("\n", " ")))
    .filter(Boolean);
}

/** Puts kept texts back into a question's fields. */
export function restore(box, values) {
  for (const input of inputs(box)) {
    if (picked(input)) input.checked = values.includes(input.value);
    else {
      input.value = values[0] ?? "";
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}

/** The stored value the server would make of it, or undefined: what conditions look at. */
export function value(box) {
  const texts = taken(box);
  if (!texts.length) return undefined;
  switch (box.dataset.type) {
    case "multiple":
      return fault(box, texts) ? undefined : texts;
    case "number":
      return fault(box, texts) ? undefined : (numberIn(box, texts) ?? undefined);
    case "rating":
      return Number(texts[0]);
    case "text":
      return fault(box, texts) ? undefined : texts[0];
    default:
      return texts[0];
  }
}

/** The sentence about what is wrong with a question's answer, or "". The server has the last word. */
export function fault(box, texts = taken(box)) {
  const { dataset } = box;
  if (!texts.length) return dataset.unanswered ?? "";
  if (dataset.atLeast && texts.length < dataset.atLeast) return dataset.tooFew;
  if (dataset.atMost && texts.length > dataset.atMost) return dataset.tooMany;
  if (dataset.type === "number") return numberFault(dataset, numberIn(box, texts));
  if (dataset.limit && [...texts[0]].length > dataset.limit) return box.querySelector("[data-count]").textContent;
  return "";
}

const numberIn = (box, [text]) => readNumber(text, JSON.parse(box.dataset.units ?? "[]"));

function numberFault(dataset, number) {
  if (number === null) return dataset.wrong;
  if ("wholeOnly" in dataset && !Number.isInteger(number)) return dataset.whole;
  const below = dataset.least !== undefined && number < dataset.least;
  return below || (dataset.greatest !== undefined && number > dataset.greatest) ? dataset.range : "";
}

/** Shows the sentence at the question, or takes it away. */
export function mark(box, sentence) {
  box.classList.toggle("question--wrong", Boolean(sentence));
  const line = box.querySelector("[data-error]");
  line.hidden = !sentence;
  line.querySelector("[data-error-text]").textContent = sentence;
  for (const input of box.querySelectorAll("input:not([type=radio],[type=checkbox]), textarea")) {
    if (sentence) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}
