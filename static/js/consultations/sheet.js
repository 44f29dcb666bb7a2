// Tapping a clause opens the comment sheet over the draft; without this script the link opens its own page.
import { openDialog } from "../core/_back.js";
import { write } from "../core/_write.js";
import { CommentForm, sent } from "./_form.js";

export function attach(draft) {
  const sheet = document.getElementById(draft.dataset.sheet);
  const form = sheet.querySelector("form");
  const comment = new CommentForm(form);
  const wording = sheet.querySelector("[data-wording]");
  const fresh = form.elements._request_id.value;
  mark();
  // Back from the receipt, a browser may show this page as it was left.
  addEventListener("pageshow", mark);
  draft.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-clause]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
  for (const closer of sheet.querySelectorAll("[data-close]")) closer.addEventListener("click", () => sheet.close());

  function open(link) {
    const address = link.getAttribute("href");
    form.reset();
    form.elements.text.value = "";
    form.elements._request_id.value = fresh;
    form.dataset.clause = link.dataset.clause;
    form.setAttribute("action", address);
    write(sheet.querySelector("[data-quote]"), link.dataset.name);
    show(document.getElementById(`clause-${link.dataset.clause}`));
    sheet.querySelector("[data-read]").href = `${address}#comments`;
    comment.complain([]);
    comment.say("");
    comment.takeUp();
    openDialog(sheet);
    wording.scrollTop = 0;
  }

  /** Says at each clause that was commented on from this phone. */
  function mark() {
    for (const key of sent(form.dataset.consultation)) {
      const foot = key && document.getElementById(`clause-${key}`)?.querySelector(".clause__foot");
      if (!foot || foot.querySelector("[data-mine]")) continue;
      foot.prepend(draft.querySelector("template[data-mark]").content.cloneNode(true));
    }
  }

  // What is commented on is covered by the sheet.
  function show(clause) {
    const text = clause.querySelector(".clause__text");
    wording.hidden = !text?.textContent.trim();
    wording.replaceChildren(...(text?.cloneNode(true).childNodes ?? []));
  }
}
