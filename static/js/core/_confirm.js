// Asks before a form is sent: data-question, data-yes and data-no bring the words.
export function confirmFirst(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sure !== undefined) return;
    event.preventDefault();
    ask(form, event.submitter);
  });
}

function ask(form, submitter) {
  const box = document.createElement("dialog");
  box.className = "dialog";
  const words = document.createElement("p");
  words.id = "confirm-question";
  words.textContent = form.dataset.question;
  box.setAttribute("aria-labelledby", words.id);
  const row = document.createElement("div");
  row.className = "button-row";
  const yes = button(form.dataset.yes, submitter?.classList.contains("button--danger") ? "button button--danger" : "button");
  const no = button(form.dataset.no, "button button--secondary");
  row.append(yes, no);
  box.append(words, row);
  document.body.append(box);
  yes.addEventListener("click", () => {
    form.dataset.sure = "";
    box.close();
    form.requestSubmit(submitter ?? undefined);
  });
  no.addEventListener("click", () => box.close());
  box.addEventListener("close", () => box.remove());
  box.showModal();
  no.focus();
}

function button(label, css) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = css;
  element.textContent = label;
  return element;
}
