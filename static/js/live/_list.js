// The list of published questions: at most WINDOW rows in the page, and nobody's reading place is moved by arrivals.
import { write } from "../core/_write.js";
import { dayText } from "./_days.js";

const WINDOW = 150;
const TAGS = { "on-air": "open", answered: "good", written: "soon" };

export class QuestionList {
  constructor(root, room) {
    this.room = room;
    this.list = root.querySelector("[data-list]");
    this.fresh = root.querySelector("[data-new]");
    this.none = root.querySelector("[data-none]");
    this.count = root.querySelector("[data-question-count]");
    this.say = root.querySelector("[data-announce]");
    this.template = root.querySelector("[data-question]").content.firstElementChild;
    this.sort = root.querySelector("[data-sort]");
    this.more = root.querySelector("[data-more]");
    this.by = "new";
    this.from = 0;
    this.rows = new Map();
    this.busy = new Set();
    this.shown = [];
  }

  start() {
    this.sort.hidden = false;
    this.sort.addEventListener("click", (event) => this.#sorted(event.target.closest("[data-by]")));
    this.fresh.addEventListener("click", () => this.#showFresh());
    this.list.addEventListener("submit", (event) => this.#supported(event));
    this.more?.remove();
    this.pages = document.createElement("p");
    this.pages.className = "cluster";
    this.list.after(this.pages);
    this.shown = this.#order();
    this.#draw();
  }

  // Arrivals wait behind a button while someone reads; what left or changed does so at once.
  changed() {
    if (!this.pages) return;
    const order = this.#order();
    const known = new Set(this.shown);
    const arrivals = order.filter((id) => !known.has(id));
    const gone = this.shown.filter((id) => !this.#views().has(id));
    if (gone.length) this.shown = this.shown.filter((id) => this.#views().has(id));
    if (arrivals.length && !this.#reading()) {
      this.shown = order;
      this.say.textContent = this.room.words.arrived.replace("{count}", arrivals.length);
      this.waiting = 0;
    } else if (arrivals.length !== this.waiting) {
      this.waiting = arrivals.length;
      if (arrivals.length) this.say.textContent = this.room.words.arrived.replace("{count}", arrivals.length);
    }
    this.#draw();
  }

  counted(ids) {
    for (const id of ids) {
      const row = this.rows.get(id);
      if (row) row.querySelector("[data-count]").textContent = this.room.totals.of(id);
    }
  }

  #views() {
    return this.room.streams.public.questions;
  }

  #order() {
    const views = [...this.#views().values()].filter((view) => view.state !== "on-air");
    const newest = (a, b) => b.at - a.at || (a.id < b.id ? -1 : 1);
    const total = (view) => this.room.totals.of(view.id);
    if (this.by === "supports") views.sort((a, b) => total(b) - total(a) || newest(a, b));
    else if (this.by === "answered") views.sort((a, b) => answered(b) - answered(a) || newest(a, b));
    else views.sort(newest);
    return views.map((view) => view.id);
  }

  #reading() {
    const away = this.list.getBoundingClientRect().top < 0 || this.from > 0 || this.by !== "new";
    return away || this.list.contains(document.activeElement);
  }

  #showFresh() {
    this.from = 0;
    this.waiting = 0;
    this.shown = this.#order();
    this.#draw();
    this.list.querySelector("button")?.focus({ preventScroll: true });
    this.list.parentElement.scrollIntoView({ block: "start" });
  }

  #sorted(button) {
    if (!button) return;
    this.by = button.dataset.by;
    for (const each of this.sort.children) each.setAttribute("aria-pressed", String(each === button));
    this.from = 0;
    this.waiting = 0;
    this.shown = this.#order();
    this.#draw();
  }

  #draw() {
    const visible = this.shown.slice(this.from, this.from + WINDOW);
    const wanted = new Set(visible);
    for (const [id, row] of this.rows) if (!wanted.has(id)) this.#drop(id, row);
    let before = this.list.firstElementChild;
    for (const id of visible) {
      const row = this.#row(id);
      if (row === before) before = before.nextElementSibling;
      else this.list.insertBefore(row, before);
    }
    while (before) before = this.#removeFrom(before);
    // With the one on air and those that wait behind the button: the figure of the theme day and of the record.
    this.count.textContent = this.#views().size;
    this.none.hidden = this.shown.length > 0;
    this.fresh.hidden = !this.waiting;
    this.fresh.textContent = this.room.words.fresh.replace("{count}", this.waiting ?? 0);
    this.#drawPages();
  }

  #removeFrom(row) {
    const next = row.nextElementSibling;
    row.remove();
    return next;
  }

  #drop(id, row) {
    row.remove();
    this.rows.delete(id);
  }

  #drawPages() {
    const steps = [];
    if (this.from > 0) steps.push([this.room.words.newer, -WINDOW]);
    if (this.from + WINDOW < this.shown.length) steps.push([this.room.words.older, WINDOW]);
    this.pages.replaceChildren(...steps.map(([label, by]) => this.#pageButton(label, by)));
  }

  #pageButton(label, by) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--secondary";
    button.textContent = label;
    button.addEventListener("click", () => {
      this.from = Math.max(0, this.from + by);
      this.#draw();
      this.list.scrollIntoView({ block: "start" });
    });
    return button;
  }

  // A row the server rendered is taken over by its id; its texts are written again only where they differ.
  #row(id) {
    let row = this.rows.get(id) ?? document.getElementById(`q-${id}`);
    if (!row) {
      row = this.template.cloneNode(true);
      row.id = `q-${id}`;
      row.dataset.id = id;
      row.querySelector("[name=question]").value = id;
    }
    this.rows.set(id, row);
    this.#fill(row, this.#views().get(id));
    return row;
  }

  #fill(row, view) {
    const { words, totals, supported, streams } = this.room;
    const put = (name, text) => {
      const part = row.querySelector(`[data-${name}]`);
      write(part, text);
      return part;
    };
    put("text", view.text);
    const source = view.source === "web" ? "" : ` · ${words.sources[view.source]}`;
    put("who", (view.name || words.anonymous) + source);
    const state = put("state", words.shown[view.state] ?? "");
    state.hidden = !words.shown[view.state];
    state.className = `tag tag--${TAGS[view.state] ?? "closed"}`;
    const answer = row.querySelector("[data-answer]");
    answer.hidden = !view.answer && !view.due;
    put("answer-head", view.due ? words.due.replace("{day}", dayText(view.due)) : words.answer);
    put("answer-text", view.answer);
    row.classList.toggle("room-question--mine", streams.mine.questions.has(view.id));
    put("count", String(totals.of(view.id)));
    const on = supported.has(view.id);
    put("support-word", on ? words.supported : words.support);
    const button = row.querySelector(".support");
    button.setAttribute("aria-pressed", String(on));
    button.disabled = !streams.public.session.supporting;
  }

  async #supported(event) {
    event.preventDefault();
    const id = event.target.closest("[data-id]").dataset.id;
    if (this.busy.has(id)) return;
    this.busy.add(id);
    const button = event.target.querySelector(".support");
    button.setAttribute("aria-busy", "true");
    try {
      await this.room.support(id, !this.room.supported.has(id));
    } catch (error) {
      this.room.asking.tell(error.message || this.room.words.unsent);
    } finally {
      this.busy.delete(id);
      button.removeAttribute("aria-busy");
      if (this.#views().has(id)) this.#fill(this.rows.get(id) ?? event.target.closest("[data-id]"), this.#views().get(id));
    }
  }
}

function answered(view) {
  return view.state === "answered" || Boolean(view.answer) ? 1 : 0;
}
