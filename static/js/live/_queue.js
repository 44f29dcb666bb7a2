// The columns of the console, drawn from the moderators' stream.
import { write } from "../core/_write.js";
import { dayText, isoDay } from "./_days.js";

export class Queue {
  constructor(root, owner) {
    this.root = root;
    this.owner = owner;
    const template = (name) => root.querySelector(`template[data-${name}]`).content.firstElementChild;
    this.item = template("item");
    this.forms = { simple: template("simple"), reason: template("reasoned"), answer: template("answered") };
    this.columns = new Map([...root.querySelectorAll("[data-column]")].map((box) => [box.dataset.column, box]));
    this.rows = new Map();
    this.drawn = new Map();
    this.whole = new Set();
    this.by = "supports";
    root.addEventListener("click", (event) => this.#clicked(event));
    for (const sort of root.querySelectorAll("[data-sort]")) sort.hidden = false;
  }

  #clicked(event) {
    const sort = event.target.closest("[data-sort] [data-by]");
    const more = event.target.closest("[data-more] a");
    if (sort) {
      this.by = sort.dataset.by;
      for (const each of sort.parentElement.children) each.setAttribute("aria-pressed", String(each === sort));
    } else if (more) {
      event.preventDefault();
      this.whole.add(more.closest("[data-column]").dataset.column);
    }
    if (sort || more) this.draw();
  }

  draw() {
    this.#newDay();
    const views = [...this.owner.stream.questions.values()];
    for (const [name, states] of Object.entries(this.owner.data.columns)) {
      const inside = views.filter((view) => states.includes(view.state));
      this.#sort(name, inside);
      this.#drawColumn(this.columns.get(name), inside);
    }
    for (const [id, row] of this.rows) {
      if (!this.owner.stream.questions.has(id)) {
        row.remove();
        this.rows.delete(id);
      }
    }
    this.ages();
  }

  // What waits is read from the oldest, what is done from the newest, what may come next as the moderator likes.
  #sort(name, views) {
    const total = (view) => this.owner.totals.of(view.id);
    const newest = this.owner.data.done.includes(name) || (name === "approved" && this.by === "new");
    views.sort((a, b) => (newest ? b.number - a.number : a.number - b.number));
    if (name === "approved" && this.by === "supports") views.sort((a, b) => total(b) - total(a));
  }

  #drawColumn(box, views) {
    box.querySelector("[data-count-of]").textContent = views.length;
    const waits = this.owner.data.waiting.includes(box.dataset.column);
    box.querySelector("[data-age]").dataset.at = waits ? Math.min(...views.map((view) => view.at), Infinity) : 0;
    const list = box.querySelector(".console__list");
    const shown = this.whole.has(box.dataset.column) ? views.length : this.owner.data.shown;
    const rows = views.slice(0, shown).map((view) => this.#row(view));
    const more = box.querySelector("[data-more]");
    more.hidden = views.length <= shown;
    more.firstElementChild.textContent = more.dataset.words.replace("{count}", views.length);
    // What leaves goes first: a row that is moved in the document loses the keyboard's focus.
    for (const row of [...list.children]) if (!rows.includes(row)) row.remove();
    let before = list.firstElementChild;
    for (const row of rows) {
      if (row === before) before = before.nextElementSibling;
      else list.insertBefore(row, before);
    }
  }

  ages() {
    this.#newDay();
    for (const box of this.columns.values()) {
      const age = box.querySelector("[data-age]");
      const at = Number(age.dataset.at);
      const minutes = Math.max(0, Math.floor((Date.now() - at) / 60000));
      age.textContent = at > 0 && Number.isFinite(at) ? age.dataset.minutes.replace("{minutes}", minutes) : "";
    }
  }

  // The day too where it was another one than today, which may begin while the console is open.
  #when(view) {
    const day = isoDay(view.at, this.owner.data.zone);
    return day === this.today ? view.clock : `${dayText(day)} ${view.clock}`;
  }

  #newDay() {
    const today = isoDay(Date.now(), this.owner.data.zone);
    if (today === this.today) return;
    this.today = today;
    for (const [id, row] of this.rows) row.querySelector("[data-clock]").textContent = this.#when(this.drawn.get(id));
  }

  counted(id) {
    const row = this.rows.get(id);
    if (!row) return;
    const total = this.owner.totals.of(id);
    row.querySelector("[data-supports]").hidden = !total;
    row.querySelector("[data-count]").textContent = total;
  }

  release(id) {
    this.rows.get(id)?.removeAttribute("aria-busy");
  }

  #row(view) {
    let row = this.rows.get(view.id);
    if (!row) {
      document.getElementById(`q-${view.id}`)?.remove();
      row = this.item.cloneNode(true);
      row.id = `q-${view.id}`;
      row.dataset.id = view.id;
      this.rows.set(view.id, row);
    }
    // Written again only when it is another revision: an open reason form is not torn away by others' arrivals.
    if (this.drawn.get(view.id) !== view) {
      this.drawn.set(view.id, view);
      this.#fill(row, view);
    }
    return row;
  }

  #fill(row, view) {
    const { words } = this.owner.data;
    const put = (name, text) => {
      const part = row.querySelector(`[data-${name}]`);
      write(part, text);
      part.hidden = !text;
    };
    const look = { pending: view.held ? "held" : "new", "on-air": "on-air" }[view.state] ?? "done";
    row.className = `queue-item queue-item--${look}`;
    put("text", view.text || words.withdrawn);
    put("number", `#${view.number}`);
    put("clock", this.#when(view));
    put("who", (view.name || words.anonymous) + (view.source === "web" ? "" : ` · ${words.sources[view.source]}`));
    put("hits", view.hits.map((hit) => words.hits[hit]).join(" · "));
    put("reason", view.reason ? [words.states[view.state], words.reasons[view.reason], view.note].filter(Boolean).join(" · ") : "");
    put("answer", view.answer || (view.due ? words.due.replace("{day}", dayText(view.due)) : ""));
    put("by", view.by ? words.by.replace("{who}", view.by).replace("{deed}", words.done[view.deed] ?? "") : "");
    this.counted(view.id);
    row.querySelector("[data-actions]")?.replaceChildren(...this.deeds(view).map((deed) => this.#form(view, deed)));
  }

  // What may be decided about a question now, undo last.
  deeds(view) {
    const { data, stream } = this.owner;
    if (!data.moderates) return [];
    const offered = data.deeds[stream.session.phase]?.[view.state] ?? [];
    const possible = offered.filter((deed) => view.answer || !data.answered.includes(deed));
    const undoable = view.revision > 0 && data.undoable.includes(view.deed) && view.state !== "withdrawn";
    return undoable ? [...possible, "undo"] : possible;
  }

  #form(view, deed) {
    const { data } = this.owner;
    const kind = data.asks[deed] ?? "simple";
    const box = this.forms[kind].cloneNode(true);
    const key = Object.entries(data.keys).find(([, each]) => each === deed)?.[0] ?? "";
    const form = box.matches("form") ? box : box.querySelector("form");
    form.elements.question.value = view.id;
    form.elements.revision.value = view.revision;
    form.elements.deed.value = deed;
    if (box.matches("details")) box.dataset.deedBox = deed;
    for (const button of box.querySelectorAll("summary, button")) {
      const keys = document.createElement("kbd");
      keys.textContent = key;
      button.replaceChildren(`${data.words.deeds[deed]} `, ...(button.closest("details") && button.matches("button") ? [] : [keys]));
      if (button.matches("[data-deed]")) button.dataset.deed = deed;
    }
    if (kind === "simple") box.querySelector("button").classList.toggle("button--secondary", !["approve", "air"].includes(deed));
    if (deed === "take-down") form.elements.reason.value = data.takeDownReason;
    if (kind === "answer") form.elements.answer.value = view.answer;
    if (deed === "correct") form.querySelector("[data-answer-label]").textContent = data.words.answer;
    return box;
  }
}
