// Asks before a form is sent, and sends it once: data-question, data-yes and data-no bring the words. A button of
// the form may bring its own; without any question the form is sent as it is.
import { openDialog } from "./_back.js";
import { once } from "./_once.js";

export function confirmFirst(form) {
  form.addEventListener("submit", (event) => {
    const words = { ...form.dataset, ...event.submitter?.dataset };
    if (!words.question || form.dataset.sure !== undefined) return;
    event.preventDefault();
    const css = event.submitter?.classList.contains("button--danger") ? "button button--danger" : "button";
    const submitter = event.submitter;
    agreed(words, css).then((sure) => sure && send(form, submitter));
  });
  once(form);
}

// Asks in a dialog; whether it was agreed to.
export async function agreed({ question, yes: agree, no: refuse }, css) {
  const box = document.createElement("dialog");
  box.className = "dialog";
  const words = document.createElement("p");
  words.id = "confirm-question";
  words.textContent = question;
  box.setAttribute("aria-labelledby", words.id);
  const row = document.createElement("div");
  row.className = "button-row";
  const yes = button(agree, css);
  const no = button(refuse, "button button--secondary");
  row.append(yes, no);
  box.append(words, row);
  document.body.append(box);
  let sure = false;
  yes.addEventListener("click", () => {
    sure = true;
    box.close();
  });
  no.addEventListener("click", () => box.close());
  const closed = openDialog(box);
  no.focus();
  await closed;
  box.remove();
  return sure;
}

function send(form, submitter) {
  form.dataset.sure = "";
  form.requestSubmit(submitter ?? undefined);
  delete form.dataset.sure;
}

function button(label, css) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = css;
  element.textContent = label;
  return element;
}
