// What is wrong is said at the field too. A field that is still empty is only on the list: nobody has got there yet.
import { make } from "./_elements.js";

/** Puts the sentences of `findings` (path, message) at the fields in `root` that hold something, and takes old ones away. */
export function markFindings(root, findings) {
  for (const line of root.querySelectorAll("[data-finding]")) line.remove();
  for (const input of root.querySelectorAll(":is(input, textarea)[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
  for (const { path, message } of findings) {
    const input = root.querySelector(`:is(input, textarea)[data-path="${path}"]`);
    if (!input?.value) continue;
    const id = `${input.id}-finding`;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", id);
    input.before(make("p", { id, className: "field__error", "data-finding": "" }, message));
  }
}
