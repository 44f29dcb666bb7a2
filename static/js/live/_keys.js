// The keyboard of the console: j and k move, arrows change the column, one letter decides.

// After these the row is done with, and the next one of its column comes. What is put on air stays selected: the
// next key is about it.
const ADVANCING = new Set(["approve", "decline", "take-down", "answer", "defer"]);
// A key tapped twice by mistake must not decide about the row that has just come.
const SETTLE_MS = 300;

export class Keys {
  constructor(root, owner) {
    this.root = root;
    this.owner = owner;
    const legend = root.querySelector("[data-keys]");
    if (legend) legend.hidden = false;
    // Keys that are not about the selected question.
    this.others = legend
      ? {
          u: () => owner.undo(),
          [owner.data.next]: () => owner.panes.air(),
          [owner.data.search]: () => root.querySelector("[data-search] input").select(),
          "?": () => (legend.open = !legend.open),
        }
      : {};
    document.addEventListener("keydown", (event) => this.#pressed(event));
    // A row is selected, and so shown whole, after its button was pressed, not under the finger.
    root.addEventListener("pointerdown", (event) => (this.pressed = event.target.closest("[data-actions]")));
    root.addEventListener("focusin", (event) => this.pressed?.contains(event.target) || this.#mark(event.target.closest("[data-id]")));
    root.addEventListener("click", (event) => this.#clicked(event), { capture: true });
  }

  get current() {
    return this.root.querySelector("[data-id][aria-current]");
  }

  #pressed(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) return this.#send(event);
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return this.#closeBox(event);
    if (event.target.closest("input, textarea, select, dialog")) return;
    const moves = { j: [0, 1], k: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };
    if (moves[event.key]) {
      event.preventDefault();
      this.#move(...moves[event.key]);
    } else if (this.others[event.key]) {
      event.preventDefault();
      if (!event.repeat) this.others[event.key]();
    } else if (this.owner.data.keys[event.key]) {
      event.preventDefault();
      // A held key repeats: it decides once.
      if (!event.repeat && this.current?.dataset.came !== event.key) this.#decide(this.owner.data.keys[event.key], event.key);
    }
  }

  #send(event) {
    const form = event.target.closest("textarea")?.closest("[data-decide]");
    if (!form || event.repeat) return;
    event.preventDefault();
    form.requestSubmit();
  }

  #closeBox(event) {
    const box = event.target.closest("details[open]") ?? this.root.querySelector("details.drop[open]");
    if (box) {
      box.open = false;
      (box.closest("[data-id]") ?? box.querySelector("summary")).focus();
    } else if (event.target.matches("[data-search] input")) {
      this.#leaveSearch(event.target);
    } else {
      event.target.closest(".air textarea")?.closest("[data-id]").focus();
    }
  }

  #leaveSearch(field) {
    if (this.current) this.current.focus();
    else field.blur();
  }

  #mark(row) {
    if (!row || row === this.current) return;
    this.current?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
  }

  // What comes to stand under a finger that decides must not be decided by its second tap.
  #clicked(event) {
    this.pressed = null;
    const row = event.target.closest("[data-actions]")?.closest("[data-id]");
    if (!row) return;
    if (event.detail && performance.now() < this.settled && row.dataset.id !== this.decided) {
      event.preventDefault();
      return event.stopPropagation();
    }
    if (event.detail && event.target.closest("[type=submit]")) {
      this.settled = performance.now() + SETTLE_MS;
      this.decided = row.dataset.id;
    }
    this.#mark(row);
  }

  select(row) {
    if (!row) return;
    this.#mark(row);
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  #move(columns, rows) {
    const lists = [...this.root.querySelectorAll(".console__list")].filter((list) => list.offsetParent);
    const current = this.current;
    if (!current) return this.select(lists.map((list) => list.firstElementChild).find(Boolean));
    if (rows > 0) return this.#down(current);
    if (rows) return this.select(current.previousElementSibling);
    const at = lists.indexOf(current.parentElement);
    const way = columns > 0 ? lists.slice(at + 1) : lists.slice(0, at).reverse();
    return this.select(way.map((list) => list.firstElementChild).find(Boolean));
  }

  // After the last row of a page comes the first of the next one.
  async #down(row) {
    const name = row.closest("[data-column]").dataset.column;
    const { windows } = this.owner.queue;
    if (!row.nextElementSibling && windows.left(name)) await windows.more(name);
    if (row === this.current) this.select(row.nextElementSibling);
  }

  #decide(deed, key) {
    const row = this.current;
    const view = row && this.owner.stream.questions.get(row.dataset.id);
    if (!view || !this.owner.queue.deeds(view).includes(deed)) return;
    const box = row.querySelector(`[data-deed-box="${deed}"]`);
    if (box) {
      box.open = true;
      // Where a reason is chosen already, or none is needed, Enter does it at once.
      const field = box.querySelector("select, textarea");
      (field && !(field.matches("select") && field.value) ? field : box.querySelector("[type=submit]")).focus();
      return;
    }
    this.owner.decide({ question: view.id, revision: view.revision, deed }, key);
  }

  // Called as a decision is sent, while the row still stands in its column: what is selected next.
  leave(id, deed, key = "") {
    const row = this.root.querySelector(`[data-id="${CSS.escape(id)}"]`);
    if (!row || row !== this.current || !ADVANCING.has(deed)) return;
    this.select(row.nextElementSibling ?? row.previousElementSibling ?? this.#upNext(row));
    const next = this.current;
    if (next === row) return row.removeAttribute("aria-current");
    if (!key) return;
    next.dataset.came = key;
    setTimeout(() => delete next.dataset.came, SETTLE_MS);
  }

  // The only question on air is done: the first of those that may follow it.
  #upNext(row) {
    const onAir = row.closest("[data-column]").dataset.column === "on-air";
    return onAir ? this.root.querySelector("[data-column=approved] .console__list").firstElementChild : null;
  }

  // A row that is moved in the document loses the focus: it is given back.
  keeping(draw) {
    const row = document.activeElement?.closest?.("[data-id]");
    draw();
    if (row?.isConnected && row === this.current && !row.contains(document.activeElement)) row.focus({ preventScroll: true });
  }
}
