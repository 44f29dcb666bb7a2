// The keyboard of the console: j and k move, arrows change the column, one letter decides.
export class Keys {
  constructor(root, owner) {
    this.root = root;
    this.owner = owner;
    root.querySelector("[data-keys]").hidden = false;
    document.addEventListener("keydown", (event) => this.#pressed(event));
    root.addEventListener("focusin", (event) => this.#mark(event.target.closest("[data-id]")));
  }

  get current() {
    return this.root.querySelector("[data-id][aria-current]");
  }

  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") return this.#closeBox(event);
    if (event.target.closest("input, textarea, select, dialog")) return;
    const moves = { j: [0, 1], k: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };
    if (moves[event.key]) {
      event.preventDefault();
      this.#move(...moves[event.key]);
    } else if (this.owner.data.keys[event.key]) {
      event.preventDefault();
      this.#decide(this.owner.data.keys[event.key]);
    }
  }

  #closeBox(event) {
    const box = event.target.closest("details[open]");
    if (!box) return;
    box.open = false;
    box.closest("[data-id]").focus();
  }

  #mark(row) {
    if (!row || row === this.current) return;
    this.current?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
  }

  #select(row) {
    if (!row) return;
    this.#mark(row);
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  #move(columns, rows) {
    const lists = [...this.root.querySelectorAll(".console__list")];
    const current = this.current;
    if (!current) return this.#select(lists.map((list) => list.firstElementChild).find(Boolean));
    if (rows) return this.#select(rows > 0 ? current.nextElementSibling : current.previousElementSibling);
    const at = lists.indexOf(current.parentElement);
    const way = columns > 0 ? lists.slice(at + 1) : lists.slice(0, at).reverse();
    return this.#select(way.map((list) => list.firstElementChild).find(Boolean));
  }

  #decide(deed) {
    const row = this.current;
    const view = row && this.owner.stream.questions.get(row.dataset.id);
    if (!view || !this.owner.queue.deeds(view).includes(deed)) return;
    const box = row.querySelector(`details[data-deed-box="${deed}"]`);
    if (box) {
      box.open = true;
      box.querySelector("select, textarea").focus();
      return;
    }
    const next = row.nextElementSibling ?? row.previousElementSibling;
    this.owner.decide({ question: view.id, revision: view.revision, deed });
    if (deed !== "undo") this.#select(next);
  }
}
