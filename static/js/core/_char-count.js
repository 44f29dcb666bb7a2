// Says how many characters are left, counted as the server counts; the server holds the limit: a browser that
// holds it cuts what is pasted without a word.
import { clean } from "./_clean.js";

export function charCount(field) {
  const area = field.querySelector("textarea, input");
  const line = field.querySelector("[data-count]");
  const limit = Number(area.dataset.limit);
  if (!limit) return;
  const say = () => {
    const left = limit - [...clean(area.value).trim()].length;
    line.hidden = left > limit / 2;
    line.textContent = (left < 0 ? line.dataset.over : line.dataset.left).replace("{count}", Math.abs(left));
  };
  area.addEventListener("input", (event) => event.isComposing || say());
  area.addEventListener("compositionend", say);
  say();
}
