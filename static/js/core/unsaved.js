// What was typed into a form of the staff and not sent: the browser asks before the page is left.
// data-keeps: its script keeps what is typed there.
export function attach(main) {
  let sending = false;
  // Later than the scripts of the form itself, which may ask something first.
  addEventListener("submit", (event) => (sending = !event.defaultPrevented));
  addEventListener("pageshow", () => (sending = false));
  addEventListener("beforeunload", (event) => {
    if (sending || ![...main.querySelectorAll('form[method="post"]')].some(isUnsaved)) return;
    event.preventDefault();
    // Older browsers look at this alone.
    event.returnValue = true;
  });
}

function isUnsaved(form) {
  if (form.closest("[data-keeps]")) return false;
  const refused = form.querySelector("[aria-invalid=true]") !== null;
  return [...form.elements].some(
    (field) => isTyped(field) && (refused ? field.value !== "" : field.value !== field.defaultValue),
  );
}

// Boxes and selects are set again at a glance.
function isTyped(field) {
  return field.matches("textarea, input:not([type=hidden], [type=password], [type=checkbox], [type=radio])");
}
