// The columns of the console, drawn from the moderators' stream.
import { write } from "../core/_write.js";
import { clockText, dayText, isoDay } from "./_days.js";
import { Windows } from "./_windows.js";

// What a button is named with of its question.
const NAMED = 40;
const TYPING_MS = 250;
const HOUR = 60;
const DAY = 24 * HOUR;

export class Queue {
  constructor(root, owner) {
    this.root = root;
    this.owner = owner;
    const template = (name) => root.querySelector(`template[data-${name}]`).content.firstElementChild;
    this.item = template("item");
    this.forms = { simple: template("simple"), reason: template("reasoned"), answer: template("answered"), shown: template("shown"), air: template("air") };
    this.columns = new Map([...root.querySelectorAll("[data-column]")].map((box) => [box.dataset.column, box]));
    this.rows = new Map();
    this.drawn = new Map();
    this.views = new Map();
    this.windows = new Windows(root, owner, { draw: () => owner.draw(), pinned: (id) => this.#inUse(id) });
    this.oldest = root.querySelector("[data-oldest]");
    root.addEventListener("click", (event) => this.#clicked(event));
    this.#searches(root.querySelector("[data-search]"));
    for (const sort of root.querySelectorAll("[data-sort]")) sort.hidden = false;
  }

  #clicked(event) {
    const sort = event.target.closest("[data-sort] [data-by]");
    const more = event.target.closest("[data-more] a");
    if (sort) {
      for (const each of sort.parentElement.children) each.setAttribute("aria-pressed", String(each === sort));
      this.windows.order(sort.dataset.by);
    } else if (more) {
      event.preventDefault();
      this.windows.more(more.closest("[data-column]").dataset.column);
    }
  }

  #searches(form) {
    let typing;
    const find = () => {
      clearTimeout(typing);
      this.windows.find(form.elements.q.value.trim());
    };
    form.querySelector("button").hidden = true;
    form.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(find, TYPING_MS);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      find();
    });
  }

  // Selected, or with a form that is open: it must not be taken out of the page. Who searches looks for others.
  #inUse(id) {
    const row = this.rows.get(id);
    const selected = row?.hasAttribute("aria-current") && !this.windows.words;
    return Boolean(row?.isConnected && (selected || row.querySelector("details[open]")));
  }

  draw() {
    this.#newDay();
    for (const name of this.columns.keys()) this.views.set(name, this.windows.rows(name));
    const shown = new Set([...this.views.values()].flat().map((view) => view.id));
    for (const [name, box] of this.columns) this.#drawColumn(box, this.views.get(name));
    for (const [id, row] of this.rows) {
      if (!shown.has(id)) {
        row.remove();
        this.rows.delete(id);
        this.drawn.delete(id);
      }
    }
    this.windows.settle(shown);
    this.counts();
    this.ages();
  }

  counts() {
    const { words } = this.owner.data;
    for (const [name, box] of this.columns) {
      this.windows.tell(box.querySelector("[data-count-of]"), [name]);
      const list = box.querySelector("[data-empty]");
      if (list) list.dataset.empty = this.windows.words ? words.unfound : words.empty;
      const more = box.querySelector("[data-more]");
      more.hidden = !this.windows.columns.get(name).until;
      const next = Math.max(1, Math.min(this.owner.data.page, this.windows.left(name)));
      more.firstElementChild.textContent = words.more.replace("{count}", next);
    }
  }

  #drawColumn(box, views) {
    const list = box.querySelector(".console__list");
    const rows = views.map((view) => this.#row(view));
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
    for (const [id, row] of this.rows) if (row.isConnected) this.#showWait(row, this.drawn.get(id));
    // Of a search the oldest that it finds is not the oldest that waits.
    if (this.windows.words) return;
    const at = Math.min(...(this.views.get("pending") ?? []).map((view) => view.at));
    this.oldest.toggleAttribute("data-unknown", !Number.isFinite(at));
    const time = Number.isFinite(at) ? this.#waited(at) || this.#when(at) : "";
    this.oldest.textContent = this.oldest.dataset.words.replace("{time}", time);
  }

  // Minutes, from an hour on with hours; nothing from a day on, where the day itself says more.
  #waited(at) {
    const { words } = this.owner.data;
    const minutes = Math.max(0, Math.floor((Date.now() - at) / 60000));
    if (minutes >= DAY) return "";
    if (!minutes) return words.moment;
    if (minutes < HOUR) return words.minutes.replace("{minutes}", minutes);
    return words.hours.replace("{hours}", Math.floor(minutes / HOUR)).replace("{minutes}", minutes % HOUR);
  }

  #showWait(row, view) {
    const waits = ["pending", "approved"].includes(view.state) ? this.#waited(view.at) : this.#since(view.since);
    const wait = row.querySelector("[data-wait]");
    if (wait.textContent !== waits) wait.textContent = waits;
    wait.hidden = !waits;
    row.querySelector("[data-clock]").hidden = Boolean(waits);
  }

  // Since when a question is being answered, and for how long.
  #since(at) {
    if (!at) return "";
    const { words } = this.owner.data;
    const time = this.#waited(at);
    return (time ? words.sinceTime : words.since).replace("{clock}", this.#when(at)).replace("{time}", time);
  }

  // The day too where it was another one than today, which may begin while the console is open.
  #when(at) {
    const { zone } = this.owner.data;
    const day = isoDay(at, zone);
    return day === this.today ? clockText(at, zone) : `${dayText(day)} ${clockText(at, zone)}`;
  }

  #newDay() {
    const today = isoDay(Date.now(), this.owner.data.zone);
    if (today === this.today) return;
    this.today = today;
    for (const [id, row] of this.rows) row.querySelector("[data-clock]").textContent = this.#when(this.drawn.get(id).at);
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
    // Written again only when it says something else: an open reason form is not torn away by others' arrivals.
    if (JSON.stringify(this.drawn.get(view.id)) !== JSON.stringify(view)) {
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
    put("text", view.text);
    put("number", `#${view.number}`);
    put("clock", this.#when(view.at));
    put("who", (view.name || words.anonymous) + (view.source === "web" ? "" : ` · ${words.sources[view.source]}`));
    put("hits", view.hits.map((hit) => `⚠ ${words.hits[hit]}`).join(" "));
    put("reason", view.reason ? [words.states[view.state], words.reasons[view.reason], view.note].filter(Boolean).join(" · ") : "");
    put("answer", view.answer || (view.due ? words.due.replace("{day}", dayText(view.due)) : ""));
    put("by", view.by ? words.by.replace("{who}", view.by).replace("{deed}", words.done[view.deed] ?? "") : "");
    this.counted(view.id);
    this.#showWait(row, view);
    const actions = row.querySelector("[data-actions]");
    if (!actions) return;
    const typed = this.#typed(row);
    actions.replaceChildren(...this.deeds(view).map((deed) => this.#form(view, deed)));
    const field = actions.querySelector(".air textarea");
    if (typed && field) field.value = typed;
    else if (typed && view.answer !== typed) this.owner.left(typed);
  }

  // Words for the question on air that were not sent: they stay, or are shown where another question is on air.
  #typed(row) {
    const field = row.querySelector(".air textarea");
    return field && field.value !== field.defaultValue ? field.value.trim() : "";
  }

  // What may be decided about a question now, undo last.
  deeds(view) {
    const { data, stream } = this.owner;
    if (!data.moderates) return [];
    const offered = (view.hits.length ? data.personalDeeds : data.deeds)[stream.session.phase]?.[view.state] ?? [];
    const possible = offered.filter((deed) => view.answer || !data.answered.includes(deed));
    const undoable = view.revision > 0 && data.undoable.includes(view.deed);
    return undoable ? [...possible, "undo"] : possible;
  }

  // In a list there are as many buttons of a sort as questions: each says which is its own.
  #name(view, said) {
    const { words } = this.owner.data;
    return words.named.replace("{deed}", said).replace("{question}", `#${view.number} ${view.text.slice(0, NAMED)}`);
  }

  // What asks for words or a second look opens a form of its own.
  #kind(view, deed) {
    const { asks, shows } = this.owner.data;
    if (view.hits.length && shows[view.state].includes(deed)) return "shown";
    return deed === "answer" && view.state === "on-air" ? "air" : (asks[deed] ?? "simple");
  }

  #form(view, deed) {
    const { data } = this.owner;
    const kind = this.#kind(view, deed);
    const box = this.forms[kind].cloneNode(true);
    const key = Object.entries(data.keys).find(([, each]) => each === deed)?.[0] ?? "";
    const form = box.matches("form") ? box : box.querySelector("form");
    form.elements.question.value = view.id;
    form.elements.revision.value = view.revision;
    form.elements.deed.value = deed;
    if (box.matches("details")) box.dataset.deedBox = deed;
    for (const button of box.querySelectorAll("summary, button")) {
      const keys = document.createElement("kbd");
      keys.dataset.key = kind === "air" ? "Ctrl+Enter" : key;
      keys.setAttribute("aria-hidden", "true");
      const bare = deed === "undo" || (button.closest("details") && button.matches("button"));
      const asItIs = kind === "shown" && button.matches("button");
      const said = asItIs ? data.words.asItIs.replace("{deed}", data.words.deeds[deed]) : data.words.deeds[deed];
      button.replaceChildren(`${said} `, ...(bare ? [] : [keys]));
      button.setAttribute("aria-label", this.#name(view, said));
      if (button.matches("[data-deed]")) button.dataset.deed = deed;
    }
    if (kind === "simple") box.querySelector("button").classList.toggle("button--secondary", !["approve", "mask", "air"].includes(deed));
    if (kind === "shown") {
      const hits = view.hits.map((hit) => data.words.hits[hit]).join(" · ");
      form.querySelector("[data-shows]").textContent = data.words.shows.replace("{hits}", hits);
    }
    if (deed === "take-down") form.elements.reason.value = data.takeDownReason;
    if (kind === "answer" || kind === "air") form.elements.answer.defaultValue = view.answer;
    if (deed === "correct") form.querySelector("[data-answer-label]").textContent = data.words.answer;
    return box;
  }
}
