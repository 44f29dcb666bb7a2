// Correcting a split: "Split" cuts where the cursor stands, and the page comes back at the same clause.
import { once } from "../core/_once.js";

export function attach(form) {
  once(form);
  form.querySelector("[data-current]")?.scrollIntoView({ block: "center" });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=do]");
    if (!button?.value.startsWith("split:")) return;
    const area = document.getElementById(`text-${button.value.slice("split:".length)}`);
    const place = area.selectionStart;
    if (place > 0 && place < area.value.length) {
      area.value = `${area.value.slice(0, place).trimEnd()}\n---\n${area.value.slice(place).trimStart()}`;
    }
  });
}
