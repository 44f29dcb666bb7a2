// What a moderator is typing, kept over a reload: the console of another phase is another page.

export class Kept {
  constructor(root, session) {
    this.root = root;
    this.key = `console:${session}:kept`;
  }

  // Open boxes with their fields, and the form for questions from the hall.
  keep() {
    const boxes = [...this.root.querySelectorAll("details[data-deed-box][open], form[data-deed-box]")].map((box) => ({
      question: box.closest("[data-id]").dataset.id,
      deed: box.dataset.deedBox,
      fields: fieldsOf(formOf(box)),
    }));
    const form = this.root.querySelector("[data-enter]");
    const kept = { boxes, enter: form && fieldsOf(form) };
    try {
      sessionStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      // A browser that stores nothing keeps nothing; the decision itself is not in danger.
    }
  }

  // Puts everything back; answers the words for which there is no place any more.
  restore() {
    const kept = this.#take();
    const left = [];
    const form = this.root.querySelector("[data-enter]");
    if (kept.enter && form) {
      fill(form, kept.enter);
      if (kept.enter.text || kept.enter.name) form.closest("details").open = true;
    }
    if (!form && kept.enter?.text) left.push(kept.enter.text);
    for (const { question, deed, fields } of kept.boxes ?? []) {
      const row = this.root.querySelector(`[data-id="${CSS.escape(question)}"]`);
      const box = row?.querySelector(`[data-deed-box="${deed}"]`);
      if (box) {
        box.open = true;
        fill(formOf(box), fields);
      } else if (fields.answer || fields.note) {
        left.push(fields.answer || fields.note);
      }
    }
    return left;
  }

  #take() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key));
      sessionStorage.removeItem(this.key);
      return kept ?? {};
    } catch {
      return {};
    }
  }
}

export function formOf(box) {
  return box.matches("form") ? box : box.querySelector("form");
}

const TYPED = ["reason", "note", "answer", "text", "name", "source"];

function fieldsOf(form) {
  return Object.fromEntries(
    TYPED.filter((name) => form.elements[name]).map((name) => [name, form.elements[name].value]),
  );
}

function fill(form, fields) {
  for (const [name, value] of Object.entries(fields)) if (form.elements[name]) form.elements[name].value = value;
}
