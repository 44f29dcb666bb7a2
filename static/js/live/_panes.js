// What is shown beside the queue: the tabs of what is dealt with, the panes of a phone, the next question, folds.
import { backCloses } from "../core/_back.js";

const GAP = 6;
const DONE = ["answered", "written", "declined"];
const PANES = { pending: ["pending"], approved: ["approved"], done: DONE };

export class Panes {
  constructor(root, owner) {
    this.root = root;
    this.owner = owner;
    this.tabs = root.querySelector("[data-tabs]");
    this.bar = root.querySelector("[data-air-bar]");
    this.next = root.querySelector("[data-next]");
    this.idle = root.querySelector("[data-idle]");
    this.tabs.hidden = root.querySelector("[data-panes]").hidden = false;
    root.classList.add("console-page--live");
    this.#place();
    addEventListener("resize", () => this.#place());
    root.addEventListener("click", (event) => this.#clicked(event.target.closest("button")));
    this.#tab("answered");
    backCloses(root, "details.deed, details.drop", (box) => this.#close(box));
    document.addEventListener("click", (event) => {
      for (const box of root.querySelectorAll("details.drop[open]")) if (!box.contains(event.target)) box.open = false;
    });
  }

  // What stands above them is of any height; they go to the bottom of the screen.
  #place() {
    const panes = this.root.querySelector(".console--panes");
    panes.style.setProperty("--console-top", `${Math.ceil(panes.getBoundingClientRect().top + scrollY) + GAP}px`);
  }

  #clicked(button) {
    if (!button) return;
    if (button.dataset.tab) this.#tab(button.dataset.tab);
    else if (button.dataset.show) this.show(button.dataset.show);
    else if ("nextButton" in button.dataset) this.air();
  }

  #close(box) {
    box.open = false;
    (box.closest("[data-id]") ?? box.querySelector("summary")).focus({ preventScroll: true });
  }

  #tab(name) {
    for (const each of this.tabs.children) each.setAttribute("aria-pressed", String(each.dataset.tab === name));
    for (const done of DONE) this.#column(done).hidden = done !== name;
  }

  // On a phone one pane at a time.
  show(name) {
    this.root.dataset.pane = name;
    for (const each of this.root.querySelectorAll("[data-panes] [data-show]")) {
      each.setAttribute("aria-pressed", String(each.dataset.show === name));
    }
    scrollTo({ top: 0 });
  }

  // Brings a column into sight where another tab or pane hides it.
  reveal(name) {
    if (DONE.includes(name)) this.#tab(name);
    if (!this.#column(name).offsetParent) this.show(DONE.includes(name) ? "done" : name);
  }

  #column(name) {
    return this.root.querySelector(`[data-column="${name}"]`);
  }

  // A search finds what is sought, not what is next.
  get upNext() {
    return this.owner.queue.windows.words ? undefined : this.owner.queue.views.get("approved")?.[0];
  }

  // The next question is put on air, and the one before it is answered.
  air() {
    const view = this.upNext;
    if (view && this.next) this.owner.decide({ question: view.id, revision: view.revision, deed: "air" });
  }

  draw() {
    const { views, windows } = this.owner.queue;
    for (const name of DONE) windows.tell(this.root.querySelector(`[data-tab-count="${name}"]`), [name]);
    for (const [name, columns] of Object.entries(PANES)) windows.tell(this.root.querySelector(`[data-pane-count="${name}"]`), columns);
    windows.tellFound(this.root.querySelector("[data-found]"));
    const [onAir] = views.get("on-air") ?? [];
    this.idle.hidden = Boolean(onAir);
    this.bar.hidden = false;
    this.bar.classList.toggle("onair-bar--idle", !onAir);
    this.bar.querySelector("[data-air-bar-text]").textContent = onAir?.text ?? this.idle.textContent;
    if (!this.next) return;
    this.next.hidden = !this.upNext;
    this.next.querySelector("[data-next-text]").textContent = this.owner.data.words.next.replace("{question}", this.upNext?.text ?? "");
  }
}
