// A form that is sent once: a second tap while the first is under way does nothing.
export function once(form) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.getAttribute("aria-busy") === "true") return event.preventDefault();
    form.setAttribute("aria-busy", "true");
    event.submitter?.setAttribute("aria-busy", "true");
  });
  // Coming back by the history must not find a dead form.
  addEventListener("pageshow", () => {
    form.removeAttribute("aria-busy");
    for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  });
}
