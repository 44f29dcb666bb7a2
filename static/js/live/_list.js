// The list of published questions: one page of them, and nobody's reading place is moved by arrivals.
import { write } from "../core/_write.js";
import { dayText } from "./_days.js";

// Rows in the page where arrivals came to the newest ones.
const MOST = 60;
const TAGS = { "on-air": "open", answered: "good", written: "soon" };

export class QuestionList {
  constructor(root, room) {
    this.room = room;
    this.box = root.querySelector("#questions");
    this.list = root.querySelector("[data-list]");
    this.fresh = root.querySelector("[data-new]");
    this.none = root.querySelector("[data-none]");
    this.count = root.querySelector("[data-question-count]");
    this.say = root.querySelector("[data-announce]");
    this.template = root.querySelector("[data-question]").content.firstElementChild;
    this.sort = root.querySelector("[data-sort]");
    this.pager = root.querySelector("[data-pages]");
    this.rows = new Map();
    this.drawn = new Map(); // id → what its row shows
    this.busy = new Set();
    this.waiting = 0;
  }

  start() {
    this.#opened(this.room.data.public);
    this.fresh.addEventListener("click", () => this.#showFresh());
    this.list.addEventListener("submit", (event) => this.#supported(event));
    this.sort.addEventListener("click", (event) => this.#followed(event));
    this.pager.addEventListener("click", (event) => this.#followed(event));
    this.#draw();
  }

  #opened({ by, page, pages, newest, order }) {
    Object.assign(this, { by, page, pages, newest, shown: order, waiting: 0 });
    this.begun = this.#stream.begun;
    this.#noteOnAir();
  }

  // Arrivals wait behind a button while someone reads; what left or changed does so at once.
  changed() {
    if (!this.shown) return;
    if (this.begun !== this.#stream.begun) return this.#again();
    const arrivals = this.#arrivals();
    const placed = this.#reading() ? [] : arrivals.filter((id) => this.#belongs(id));
    this.shown = this.shown.filter((id) => this.#listed(id));
    for (const id of placed) this.#place(id);
    this.shown = this.shown.slice(0, MOST);
    const waiting = arrivals.length - placed.length;
    if (!waiting) this.newest = Math.max(this.newest, ...placed.map((id) => this.#views().get(id).at));
    const more = placed.length > 0 || waiting > this.waiting;
    this.waiting = waiting;
    if (more) this.say.textContent = this.room.words.arrived.replace("{count}", arrivals.length);
    this.#noteOnAir();
    this.#draw();
  }

  // What is no longer on air takes its place in the list again.
  #noteOnAir() {
    this.onAir = [...this.#views().values()].find((view) => view.state === "on-air")?.id ?? this.onAir;
  }

  // Whether an arrival stands on the page that is shown: of the most supported it needs supports to be there.
  #belongs(id) {
    if (this.by === "new" || this.pages === 1) return true;
    return this.shown.length > 0 && this.room.totals.of(id) > this.room.totals.of(this.shown.at(-1));
  }

  // The rows that are there keep their order, whatever their totals are by now.
  #place(id) {
    const before = this.by === "new" ? (other) => this.#newer(id, other) < 0 : (other) => this.room.totals.of(other) < this.room.totals.of(id);
    const at = this.shown.findIndex(before);
    this.shown.splice(at < 0 ? this.shown.length : at, 0, id);
  }

  counted(ids) {
    for (const id of ids) {
      const row = this.rows.get(id);
      if (row) row.querySelector("[data-count]").textContent = this.room.totals.of(id);
    }
    // With the one on air and those that wait behind the button: the figure of the theme day and of the record.
    this.count.textContent = this.room.totals.published[0];
  }

  get #stream() {
    return this.room.streams.public;
  }

  #views() {
    return this.#stream.questions;
  }

  #listed(id) {
    const view = this.#views().get(id);
    return view && view.state !== "on-air";
  }

  // What was published since this page was made, and what belongs among its rows again.
  #arrivals() {
    const shown = new Set(this.shown);
    const first = this.by === "new" && this.page === 1;
    const oldest = first ? Math.min(...this.shown.map((id) => this.#views().get(id)?.at ?? Infinity)) : this.newest + 1;
    const from = this.pages === 1 ? 0 : oldest;
    const ids = [...this.#views().keys()].filter((id) => this.#listed(id) && !shown.has(id));
    return ids.filter((id) => this.#views().get(id).at >= from || (id === this.onAir && this.#belongs(id)));
  }

  #newer(a, b) {
    return this.#views().get(b).at - this.#views().get(a).at || (a < b ? -1 : 1);
  }

  #reading() {
    const away = this.list.getBoundingClientRect().top < 0 || this.page > 1 || this.by === "answered";
    return away || this.list.contains(document.activeElement);
  }

  async #showFresh() {
    if (!(await this.#load("new", 1))) return;
    this.list.querySelector("button")?.focus({ preventScroll: true });
    this.box.scrollIntoView({ block: "start" });
  }

  // The links work without a script; with one the page stays and only its list changes.
  async #followed(event) {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const asked = new URL(link.href).searchParams;
    const paged = this.pager.contains(link);
    if ((await this.#load(asked.get("by"), Number(asked.get("page") ?? 1))) && paged) {
      this.box.scrollIntoView({ block: "start" });
    }
  }

  // The stream began anew: what this page holds of other questions may be old.
  #again() {
    this.begun = this.#stream.begun;
    this.#draw();
    return this.#load(this.by, this.page);
  }

  async #load(by, page) {
    this.box.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(`${this.room.base}/questions?by=${by}&page=${page}`, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(response.status);
      const answer = await response.json();
      this.#stream.merge(answer);
      this.#opened(answer);
      const supported = new Set(answer.supported);
      for (const id of answer.order) this.room.supported[supported.has(id) ? "add" : "delete"](id);
      this.room.totals.take(answer.totals);
      history.replaceState(history.state, "", `?by=${this.by}&page=${this.page}`);
      this.shown = this.shown.filter((id) => this.#listed(id));
      this.#forget();
      this.#draw();
      this.counted([]);
      return true;
    } catch {
      this.room.asking.tell(this.room.words.unsent);
      return false;
    } finally {
      this.box.removeAttribute("aria-busy");
    }
  }

  // Of thousands of questions a phone holds those it shows, those that wait, and the one on air.
  #forget() {
    const wanted = new Set([...this.shown, ...this.#arrivals()]);
    this.#stream.keep((id) => wanted.has(id) || this.#views().get(id).state === "on-air");
  }

  #draw() {
    const visible = this.shown.filter((id) => this.#listed(id));
    const wanted = new Set(visible);
    for (const [id, row] of this.rows) if (!wanted.has(id)) this.#drop(id, row);
    let before = this.list.firstElementChild;
    for (const id of visible) {
      const row = this.#row(id);
      if (row === before) before = before.nextElementSibling;
      else this.list.insertBefore(row, before);
    }
    while (before) before = this.#removeFrom(before);
    this.none.hidden = visible.length > 0;
    this.fresh.hidden = !this.waiting;
    this.fresh.textContent = this.room.words.fresh.replace("{count}", this.waiting);
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
    this.drawn.delete(id);
  }

  #drawPages() {
    for (const link of this.sort.children) {
      if (link.dataset.by === this.by) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    this.pager.hidden = this.pages === 1;
    const { page: words } = this.room.words;
    this.pager.querySelector("[data-page]").textContent = words.replace("{number}", this.page).replace("{pages}", this.pages);
    this.#step("prev", this.page - 1, this.page > 1);
    this.#step("next", this.page + 1, this.page < this.pages);
  }

  #step(rel, page, there) {
    const link = this.pager.querySelector(`[rel=${rel}]`);
    link.hidden = !there;
    link.href = `?by=${this.by}&page=${page}#questions`;
  }

  // A row the server rendered is taken over by its id, and written only once something it shows is another: what
  // the page came with need not be laid out twice.
  #row(id) {
    let row = this.rows.get(id);
    if (!row && (row = document.getElementById(`q-${id}`))) this.drawn.set(id, { ...this.#shows(id), mine: false });
    if (!row) {
      row = this.template.cloneNode(true);
      row.id = `q-${id}`;
      row.dataset.id = id;
      row.querySelector("[name=question]").value = id;
      // The button is named with its question.
      const [text, button] = [row.querySelector("[data-text]"), row.querySelector(".support")];
      text.id = `q-${id}-text`;
      button.id = `q-${id}-support`;
      button.setAttribute("aria-labelledby", `${button.id} ${text.id}`);
    }
    this.rows.set(id, row);
    const [was, is] = [this.drawn.get(id), this.#shows(id)];
    if (!was || Object.keys(is).some((name) => is[name] !== was[name])) this.#fill(row, this.#views().get(id));
    return row;
  }

  #shows(id) {
    const { totals, supported, streams } = this.room;
    return {
      view: this.#views().get(id),
      total: totals.of(id),
      on: supported.has(id),
      supporting: streams.public.session.supporting,
      mine: streams.mine.questions.has(id),
    };
  }

  #fill(row, view) {
    const { words } = this.room;
    const is = this.#shows(view.id);
    this.drawn.set(view.id, is);
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
    row.classList.toggle("room-question--mine", is.mine);
    put("count", String(is.total));
    put("support-word", is.on ? words.supported : words.support);
    const button = row.querySelector(".support");
    button.setAttribute("aria-pressed", String(is.on));
    button.disabled = !is.supporting;
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
