// Reviewing by keyboard: one comment is the current one, one key per decision.
import { once } from "../core/_once.js";

const IGNORED = "input, select, textarea, button, a";

// The reason that says nothing by itself: its author is told why in words.
const NEEDS_WORDS = "other";

export function attach(section) {
  const form = section.querySelector("[data-list]");
  if (form) once(form);
  const items = [...section.querySelectorAll("[data-item]")];
  const all = section.querySelector("[data-all]");
  const keys = section.querySelector("[data-keys]");
  if (keys) keys.hidden = false;
  all?.addEventListener("change", () => {
    for (const item of items) tick(item).checked = all.checked;
  });
  let at = -1;

  const mark = (to) => {
    at = Math.max(0, Math.min(items.length - 1, to));
    for (const item of items) item.removeAttribute("aria-current");
    items[at]?.setAttribute("aria-current", "true");
  };
  const go = (to) => {
    if (!items.length) return;
    mark(to);
    items[at].focus();
    items[at].scrollIntoView({ block: "nearest" });
  };
  const deeds = {
    j: () => go(at + 1),
    k: () => go(at - 1),
    a: () => publish(items[at]),
    m: () => items[at]?.querySelector("[data-cover]")?.click(),
    d: () => items[at]?.querySelector("[data-reason]")?.focus(),
    x: () => items[at] && (tick(items[at]).checked = !tick(items[at]).checked),
    // Also where nothing is left in the list: the last decision is the one most likely to be undone.
    u: () => section.querySelector("[data-undo]")?.click(),
    "/": () => document.getElementById("q").focus(),
  };
  section.addEventListener("focusin", (event) => {
    const item = event.target.closest("[data-item]");
    if (item && items.indexOf(item) !== at) {
      at = items.indexOf(item);
      for (const other of items) other.toggleAttribute("aria-current", other === item);
    }
  });
  section.addEventListener("change", (event) => event.target.matches("[data-reason]") && ask(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Enter" && event.target.matches("[data-reason], [data-note] input")) {
      event.preventDefault();
      if (!event.target.value.trim()) return;
      const item = event.target.closest("[data-item]");
      const words = item.querySelector("[data-note]:not([hidden]) input");
      if (words && !words.value.trim()) words.focus();
      else item.querySelector("[data-decline]").click();
      return;
    }
    const deed = deeds[event.key.toLowerCase()];
    if (!deed || (event.target.matches(IGNORED) && !event.target.matches("[data-item]"))) return;
    event.preventDefault();
    deed();
  });
  const wrong = section.querySelector("[aria-invalid]");
  if (wrong) show(wrong);
  // The first is the current one; nothing scrolls or takes the focus by itself.
  else if (keys) mark(0);
}

// Where to go on after a refusal: at the field it is about, whose comment then is the current one.
function show(field) {
  field.focus();
  (field.closest("[data-item]") ?? field).scrollIntoView({ block: "center" });
}

// Where personal data was noticed, the key only goes to the button: a slip must not publish a telephone number.
function publish(item) {
  const button = item?.querySelector("[data-publish]");
  const look = button?.closest("[data-look]");
  if (!look) return button?.click();
  look.open = true;
  button.focus();
}

function ask(reason) {
  reason.closest("[data-item]").querySelector("[data-note]").hidden = reason.value !== NEEDS_WORDS;
}

function tick(item) {
  return item.querySelector("input[name=pick]");
}
