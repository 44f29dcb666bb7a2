// Which rows of each column the console holds: a page of them. The rest is asked for, by more, a search, an order.

// What is not held may have changed places by now: it is asked for again, this often at most.
const AGAIN_MS = 3000;
// Rows of a column that are asked for again at once.
const ROWS_MOST = 120;
// What was decided here a moment ago stays in sight, wherever it stands by the order of its column.
const RECENT = 12;

export class Windows {
  // draw(): shows what is held now. pinned(id): this row is in use and stays, whatever page it is on.
  constructor(root, owner, { draw, pinned }) {
    Object.assign(this, { owner, draw, pinned, by: "supports", recent: [], version: 0 });
    this.address = root.dataset.queue;
    this.words = root.querySelector("[data-search] input").value.trim();
    this.begun = owner.stream.begun;
    this.columns = new Map();
    for (const [name, column] of Object.entries(owner.data.columns)) {
      this.columns.set(name, { ...column, page: column.rows, most: column.rows, until: null, total: 0, shown: 0 });
      this.#opened(name, { ...owner.data.opening[name], questions: owner.data.moderators.questions });
    }
  }

  // The views of a column in their order. What no longer fits into its page is on the next one.
  rows(name) {
    const column = this.columns.get(name);
    const held = [...this.owner.stream.questions.values()].filter((view) => column.states.includes(view.state));
    const found = held.filter((view) => this.#matches(name, view));
    found.sort((a, b) => compare(this.#key(name, a), this.#key(name, b)));
    let page = found.filter((view) => this.#within(column, this.#key(name, view)));
    if (page.length > column.most) {
      page = page.slice(0, column.most);
      column.until = this.#key(name, page.at(-1));
    }
    column.shown = page.length;
    const inside = new Set([...page, ...found.filter((view) => this.recent.includes(view.id))]);
    const rows = held.filter((view) => inside.has(view) || this.pinned(view.id));
    const place = new Map(rows.map((view) => [view, [this.#rank(column, view), ...this.#key(name, view)]]));
    return rows.sort((a, b) => compare(place.get(a), place.get(b)));
  }

  // How many there are in all: as held where all are, else as the server tells.
  count(name) {
    const { until, total, shown } = this.columns.get(name);
    if (!until) return shown;
    return this.words ? Math.max(total, shown) : Math.max(shown, this.#stored(name));
  }

  #stored(name) {
    const [counts] = this.owner.totals.states;
    return this.columns.get(name).states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
  }

  // How many there are, with those that no search finds.
  #among(name) {
    return Math.max(this.count(name), this.#stored(name));
  }

  // Into a tag how many stand in these columns; while somebody searches, how many of them are found.
  tell(tag, names) {
    const { found, foundOf } = this.owner.data.words;
    const searching = this.words && !names.includes("on-air");
    tag.textContent = this.#counted(searching ? found : "{found}", names);
    tag.title = searching ? this.#counted(foundOf, names) : "";
  }

  // In a sentence, for who does not see the tags.
  tellFound(status) {
    const names = [...this.columns.keys()].filter((name) => name !== "on-air");
    const words = this.words ? this.#counted(this.owner.data.words.foundOf, names) : "";
    if (status.textContent !== words) status.textContent = words;
  }

  #counted(words, names) {
    const sum = (of) => names.reduce((all, name) => all + of(name), 0);
    return words.replace("{found}", sum((name) => this.count(name))).replace("{among}", sum((name) => this.#among(name)));
  }

  left(name) {
    return this.columns.get(name).until ? this.count(name) - this.columns.get(name).shown : 0;
  }

  // Forgets what is not shown; a page that runs empty is filled from the next one.
  settle(shown) {
    this.owner.stream.keep((id) => shown.has(id));
    for (const [name, column] of this.columns) {
      if (column.until && !column.busy && column.shown < column.page / 2) this.more(name);
    }
  }

  decided(id) {
    this.recent = [id, ...this.recent.filter((each) => each !== id)].slice(0, RECENT);
  }

  // The stream went on: what it told may be on another page.
  changed() {
    if (this.words) this.#later();
    this.#show();
  }

  #show() {
    if (this.waiting) return;
    if (this.begun === this.owner.stream.begun) this.draw();
    else this.again();
  }

  counted(ids) {
    const name = this.owner.data.supported;
    const { until } = this.columns.get(name);
    const rises = (id) => !this.owner.stream.questions.has(id) && this.owner.totals.of(id) > -until[0];
    if (until && this.by === "supports" && ids.some(rises)) this.#later();
  }

  order(by) {
    this.by = by;
    this.#another([this.owner.data.supported]);
  }

  find(words) {
    if (words === this.words) return;
    this.words = words;
    this.#another([...this.columns.keys()]);
  }

  more(name) {
    const [main, number] = this.columns.get(name).until;
    return this.#load(name, this.#bySupports(name) ? { after: number, supports: -main } : { after: number });
  }

  // Every column anew, as many rows as before: the stream began anew, or another order or search is asked for.
  async again(names = [...this.columns.keys()]) {
    const { begun } = this.owner.stream;
    this.waiting = true;
    const done = await Promise.all(names.map((name) => this.#load(name, { rows: this.#size(name) }, false)));
    if (done.includes("superseded")) return;
    this.waiting = false;
    if (done.includes("failed")) return this.#later();
    this.begun = begun;
    this.#show();
  }

  #another(names) {
    this.version += 1;
    for (const name of names) this.columns.get(name).shown = 0;
    this.again(names);
  }

  #size(name) {
    const { page, shown } = this.columns.get(name);
    return Math.min(Math.max(page, shown), ROWS_MOST);
  }

  #later() {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.again();
    }, AGAIN_MS);
  }

  async #load(name, part, draw = true) {
    const column = this.columns.get(name);
    const { version } = this;
    column.busy = true;
    try {
      const asked = new URLSearchParams({ column: name, by: this.by, q: this.words, ...part });
      const response = await fetch(`${this.address}?${asked}`, { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(response.status);
      const answer = await response.json();
      if (version !== this.version) return "superseded";
      this.owner.stream.merge(answer);
      this.owner.totals.take(answer.totals);
      this.#opened(name, answer);
      if (draw) this.#show();
      return "done";
    } catch {
      return "failed";
    } finally {
      column.busy = false;
    }
  }

  #opened(name, { order, more, total, questions }) {
    const column = this.columns.get(name);
    column.until = more ? this.#key(name, questions[order.at(-1)]) : null;
    column.total = total;
    const held = [...this.owner.stream.questions.values()].filter((view) => column.states.includes(view.state));
    column.most = Math.max(column.page, held.filter((view) => this.#within(column, this.#key(name, view))).length);
  }

  #within(column, key) {
    return !column.until || compare(key, column.until) <= 0;
  }

  // The latest decision made here is first among what is dealt with.
  #rank(column, view) {
    const at = column.newest ? this.recent.indexOf(view.id) : -1;
    return at < 0 ? RECENT : at;
  }

  #bySupports(name) {
    return name === this.owner.data.supported && this.by === "supports";
  }

  #key(name, view) {
    if (this.#bySupports(name)) return [-this.owner.totals.of(view.id), view.number];
    const newest = this.columns.get(name).newest || name === this.owner.data.supported;
    return [newest ? -view.number : view.number, view.number];
  }

  // As the server finds; what is on air is always shown.
  #matches(name, view) {
    if (!this.words || name === "on-air") return true;
    const [, number] = /^#(\d+)$/.exec(this.words) ?? [];
    if (number) return view.number === Number(number);
    const words = this.words.toLowerCase();
    return [view.text, view.name].some((text) => text.toLowerCase().includes(words));
  }
}

function compare(a, b) {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : a[at] - b[at];
}
