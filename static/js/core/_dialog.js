import { openDialog } from "./_back.js";

// A button that opens the <dialog> with the id in data-target; inside it [data-close] closes it.
export function dialog(button) {
  const box = document.getElementById(button.dataset.target);
  button.addEventListener("click", () => openDialog(box));
  for (const closer of box.querySelectorAll("[data-close]")) closer.addEventListener("click", () => box.close());
}
