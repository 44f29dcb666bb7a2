// Says what was done and what the next undo takes back; goes away by itself, undo itself stays possible.
const SHOWN_MS = 12000;
// From here on there is a column at whose foot it has a place; below, one pane is seen at a time.
const COLUMNS = matchMedia("(min-width: 48em)");

export class UndoBar {
  constructor(root, words) {
    this.words = words;
    this.box = root.querySelector("[data-toast]");
    if (!this.box) return;
    this.text = this.box.querySelector("[data-toast-text]");
    this.button = this.box.querySelector("button");
    const place = () => (COLUMNS.matches ? root.querySelector(".console__side") : root).append(this.box);
    COLUMNS.addEventListener("change", place);
    place();
    // Who is about to press it is not hurried.
    for (const [starts, ends] of [["pointerenter", "pointerleave"], ["focusin", "focusout"]]) {
      this.box.addEventListener(starts, () => clearTimeout(this.timer));
      this.box.addEventListener(ends, () => this.#later());
    }
    if (!this.box.hidden) this.#later();
  }

  done(action) {
    this.#show(this.#did(action), true);
  }

  // `last`: what the next undo takes back, if anything.
  undone({ deed, number }, last) {
    const said = this.words.undone.replace("{deed}", this.words.deeds[deed]).replace("{number}", number);
    const before = last ? this.words.before.replace("{done}", this.#did(last)) : "";
    this.#show([said, before].filter(Boolean).join(" · "), Boolean(last));
  }

  hide() {
    clearTimeout(this.timer);
    if (this.box) this.box.hidden = true;
  }

  #did({ deed, number }) {
    return this.words.did[deed].replace("{number}", number);
  }

  #show(words, undoable) {
    this.text.textContent = words;
    this.button.hidden = !undoable;
    this.box.hidden = false;
    this.#later();
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), SHOWN_MS);
  }
}
