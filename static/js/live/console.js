// The moderator's console: the queue in columns, one key a decision, nobody's decision overwritten.
import { Keys } from "./_keys.js";
import { Kept } from "./_kept.js";
import { Link, post, readData, Refused, requestId } from "./_link.js";
import { Totals, Stream } from "./_stream.js";
import { Panes } from "./_panes.js";
import { Queue } from "./_queue.js";
import { UndoBar } from "./_undo-bar.js";

export function attach(root) {
  new Console(root).start();
}

class Console {
  constructor(root) {
    this.root = root;
    this.data = readData(root);
    this.stream = new Stream(this.data.moderators);
    this.totals = new Totals(this.data.totals);
    this.queue = new Queue(root, this);
    this.message = root.querySelector("[data-message]");
    this.message.addEventListener("click", () => this.tell(""));
    this.light = root.querySelector("[data-light]");
    this.phase = this.stream.session.phase;
    this.pending = new Set();
    this.kept = new Kept(root, this.data.session);
    this.panes = new Panes(root, this);
    this.bar = new UndoBar(root, this.data.words);
    this.last = this.data.last;
    this.leftover = [];
  }

  start() {
    this.link = new Link({
      room: this.data.session,
      event: "live.console",
      payload: { room: this.data.session },
      token: this.data.citizen,
      streams: { moderators: this.stream },
      totals: this.totals,
      address: () => `/staff/live/${this.data.session}/stream`,
      changed: () => this.#changed(),
      counted: (ids) => this.#counted(ids),
      state: (word) => this.#state(word),
      closed: () => this.#reload(),
    });
    this.root.addEventListener("submit", (event) => this.#submitted(event));
    this.keys = new Keys(this.root, this);
    this.draw();
    // An address may begin a column in its middle; here it is read from its beginning.
    if (new URLSearchParams(location.search).has("after")) this.queue.windows.again();
    for (const words of this.kept.restore()) this.left(words);
    setInterval(() => this.queue.ages(), 20000);
  }

  #changed() {
    if (this.stream.session.phase !== this.phase) return this.#reload();
    this.queue.windows.changed();
    // Somebody else acted on it since: `u` says so, and nothing is offered any more.
    const since = this.last && this.stream.questions.get(this.last.question)?.revision;
    if (since > this.last?.revision) this.bar.hide();
  }

  draw() {
    this.keys.keeping(() => {
      this.queue.draw();
      this.panes.draw();
    });
    this.#restored();
  }

  // What undo has brought back is selected, wherever it stands now.
  #restored() {
    const { question, revision } = this.restoring ?? {};
    const row = this.queue.rows.get(question);
    if (!row?.isConnected || this.stream.questions.get(question).revision <= revision) return;
    this.restoring = null;
    this.panes.reveal(row.closest("[data-column]").dataset.column);
    this.keys.select(row);
  }

  #reload() {
    this.kept.keep();
    location.reload();
  }

  // Words for which another phase has no place stay in sight until they are used or the page is left.
  left(words) {
    if (!this.leftover.includes(words)) this.leftover.push(words);
    const notice = this.root.querySelector("[data-left]");
    notice.hidden = false;
    notice.querySelector(".kept").textContent = this.leftover.join("\n\n");
  }

  #counted(ids) {
    for (const id of ids) this.queue.counted(id);
    this.queue.windows.counted(ids);
    this.queue.counts();
    this.panes.draw();
    const line = this.root.querySelector("[data-viewers-line]");
    line.toggleAttribute("data-unknown", !this.totals.viewers[1]);
    line.querySelector("[data-viewers]").textContent = this.totals.viewers[0];
  }

  #state(word) {
    this.light.classList.toggle("light--off", word === "lost");
    const words = { live: "good", polling: "polling", lost: "lost" }[word];
    this.light.textContent = this.light.dataset[words];
  }

  #submitted(event) {
    const form = event.target;
    if (form.matches("[data-decide]")) {
      event.preventDefault();
      const reason = form.querySelector("select[name=reason]");
      if (reason && !reason.value) {
        reason.focus();
        return this.tell(this.data.words.reason);
      }
      this.decide(Object.fromEntries(new FormData(form)), "", form);
    } else if (form.matches("[data-toast]")) {
      event.preventDefault();
      this.undo();
    } else if (form.matches("[data-enter]")) {
      event.preventDefault();
      this.#enter(form);
    }
  }

  // Sends a decision; while it is under way the same question takes no second one.
  async decide(fields, key = "", form = null) {
    if (this.pending.has(fields.question)) return;
    if (fields.deed === "undo" && fields.question === this.last?.question) return this.undo();
    if (fields.deed === "undo") this.restoring = { question: fields.question, revision: Number(fields.revision) };
    this.pending.add(fields.question);
    if (fields.deed === "air") for (const { id } of this.queue.views.get("on-air")) this.queue.windows.decided(id);
    this.queue.windows.decided(fields.question);
    this.keys.leave(fields.question, fields.deed, key);
    this.tell("");
    const sent = { ...fields, room: this.data.session, revision: Number(fields.revision) };
    try {
      const number = this.stream.questions.get(fields.question)?.number;
      // What is sent is no longer typed: the frame that follows may take the box away.
      if (form?.matches(".air")) form.elements.answer.defaultValue = fields.answer;
      const done = await this.link.send("live.decide", sent, this.root.dataset.decide, { ...fields, csrf_token: this.data.csrf });
      const { decision: id, question, revision } = done;
      if (id) this.#did({ id, question, revision, number, deed: fields.deed });
      if (!this.link.connected) this.link.refresh();
    } catch (error) {
      this.tell(error instanceof Refused ? error.message : this.light.dataset.lost);
      if (form?.isConnected && form.matches(".air")) form.elements.answer.defaultValue = "";
      else if (form && fields.answer) this.left(fields.answer);
      this.link.refresh();
    } finally {
      this.pending.delete(fields.question);
      this.queue.release(fields.question);
    }
  }

  // My own last action, wherever it was, and nobody else's: the server knows which it is.
  async undo() {
    if (!this.last) return this.tell(this.data.words.nothing);
    if (this.undoing) return;
    this.undoing = true;
    this.tell("");
    const taken = this.last;
    this.queue.windows.decided(taken.question);
    try {
      const answer = await post(this.root.dataset.undoUrl, { decision: taken.id, csrf_token: this.data.csrf });
      this.last = answer.last;
      this.restoring = taken;
      this.#restored();
      this.bar.undone(taken, this.last);
      if (!this.link.connected) this.link.refresh();
    } catch (error) {
      if (error.last !== undefined) this.last = error.last;
      this.bar.hide();
      this.tell(error instanceof Refused ? error.message : this.light.dataset.lost);
      this.link.refresh();
    } finally {
      this.undoing = false;
    }
  }

  #did(action) {
    this.last = action;
    this.bar.done(action);
  }

  async #enter(form) {
    const button = form.querySelector("[type=submit]");
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "application/json" },
      });
      const told = await answer.json();
      if (!answer.ok) return this.tell(told.message);
      form.elements.text.value = form.elements.name.value = "";
      // The next one is another question: it needs an id of its own.
      form.elements._request_id.value = requestId();
      this.tell("");
      if (!this.link.connected) this.link.refresh();
    } catch {
      this.tell(this.light.dataset.lost);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  tell(words) {
    this.message.textContent = words;
    this.message.hidden = !words;
  }
}
