// A survey on the phone: shows what applies, keeps each answer at once, sends the whole in one request.
import { fault, mark, restore, typed, value } from "../questions/_fields.js";
import { path } from "../questions/logic.js";
import { Draft } from "./_draft.js";
import { openAnswer, post } from "./_sending.js";

const RETRY_SECONDS = 5;
const REFUSED_FOR_GOOD = [409, 410]; // answered before, not open, closed or withdrawn

export function attach(form) {
  new Respondent(form).start();
}

class Respondent {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.paged = this.words.paged === "1";
    this.rules = JSON.parse(form.querySelector("[data-rules]").textContent);
    this.pageOf = new Map(this.rules.map(([id, page]) => [id, page]));
    this.preview = this.words.preview; // staff look at it: nothing is kept, nothing is sent
    const shared = new URLSearchParams(location.search).has("shared");
    this.draft = new Draft(this.words.survey, !this.preview && !shared);
    this.page = 0;
  }

  start() {
    const { form } = this;
    for (const later of form.querySelectorAll("template[data-later]")) later.replaceWith(later.content);
    for (const plain of form.querySelectorAll("[data-plain-only]")) plain.remove();
    form.elements._state?.remove();
    this.boxes = new Map([...form.querySelectorAll("[data-question]")].map((box) => [box.dataset.question, box]));
    form.dispatchEvent(new CustomEvent("engage:added", { bubbles: true }));
    this.takeUp();
    form.addEventListener("input", (event) => this.changed(event));
    form.addEventListener("change", (event) => this.changed(event));
    form.addEventListener("submit", (event) => this.forward(event));
    form.querySelector("[data-back]")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.back();
    });
    addEventListener("popstate", () => {
      if (this.done) location.replace(this.done);
      else if (this.paged) this.turned(this.trail.at(-1));
    });
    addEventListener("online", () => this.waiting && this.send());
    addEventListener("storage", (event) => event.key === this.draft.key && event.newValue && this.takeOver());
  }

  /** Begins where the kept answers end. */
  takeUp() {
    const early = this.early();
    const kept = this.draft.read();
    if (kept) {
      // Ids last over versions, so answers begun on an earlier one move; a request id belongs to what was sent.
      if (kept.version === this.version && kept.request) this.form.elements._request_id.value = kept.request;
      for (const [id, values] of Object.entries(kept.values)) if (this.boxes.has(id)) restore(this.boxes.get(id), values);
      if (Object.values(kept.values).some((values) => values.length)) this.say(this.words.restored);
    }
    for (const [id, values] of early) {
      restore(this.boxes.get(id), values);
      if (this.draft.save(id, values, this.more())) this.say(this.words.kept);
    }
    this.refresh();
    if (!this.paged) return;
    history.scrollRestoration = "manual"; // going back to a fault must not scroll away from the list of faults
    const pages = this.pages();
    const at = Math.max(0, pages.indexOf(kept ? kept.page : this.preview && this.trail.at(-1)));
    const trail = pages.slice(0, at + 1);
    if (`${trail}` !== `${this.trail}`) {
      for (let length = 1; length <= trail.length; length += 1) this.walk(trail.slice(0, length), length > 1);
    }
    this.show(pages[at], true); // nobody has asked for another place of the page yet
  }

  /** The pages walked through to this one, as the browser's history knows them. */
  get trail() {
    return history.state?.trail ?? [];
  }

  /** A step of the history. A preview makes none: its frame shares the history of the builder around it. */
  walk(trail, onward) {
    if (onward && !this.preview) history.pushState({ trail }, "");
    else history.replaceState({ trail }, "");
  }

  /** To the page before this one, which after an error is not always the one seen before. */
  back() {
    const pages = this.pages();
    const before = pages[pages.indexOf(this.page) - 1];
    if (!this.preview && this.trail.at(-2) === before) return history.back();
    this.walk([...this.trail.slice(0, -1), before], false);
    this.show(before);
  }

  /** To an earlier page with a fault: back through the history, so that it never holds a page twice. */
  jump(page) {
    const { trail } = this;
    const steps = trail.length - 1 - trail.lastIndexOf(page);
    if (!this.preview && steps && steps < trail.length) history.go(-steps);
    else this.walk([...trail.slice(0, -1), page], false);
    this.show(page, true);
  }

  /** What was answered while this script was still on its way; not what a browser fills in again on its own. */
  early() {
    if (performance.getEntriesByType("navigation")[0]?.type !== "navigate") return [];
    return [...this.boxes].map(([id, box]) => [id, typed(box)]).filter(([, values]) => values.some(Boolean));
  }

  /** Another tab has answered: what was not touched here follows it. */
  takeOver() {
    const values = this.draft.read()?.values ?? {};
    for (const [id, box] of this.boxes) if (id in values && !(id in this.draft.touched)) restore(box, values[id]);
    this.refresh();
  }

  get version() {
    return this.form.elements._version.value;
  }

  more() {
    return { version: this.version, page: this.page, request: this.form.elements._request_id.value };
  }

  changed(event) {
    const box = event.target.closest("[data-question]");
    if (!box || !event.isTrusted) return;
    const kept = this.draft.save(box.dataset.question, typed(box), this.more());
    if (box.classList.contains("question--wrong") && !fault(box)) this.corrected(box);
    this.say(kept ? this.words.kept : "");
    this.refresh();
  }

  /** Shows the questions that apply, numbers them and moves the progress bar. */
  refresh() {
    const answers = new Map();
    for (const [id, box] of this.boxes) {
      const answer = value(box);
      if (answer !== undefined) answers.set(id, answer);
    }
    this.shown = path(this.rules, answers);
    const shown = new Set(this.shown);
    for (const [id, box] of this.boxes) box.hidden = !shown.has(id);
    this.shown.forEach((id, at) => (this.boxes.get(id).querySelector("[data-number]").textContent = `${at + 1}.`));
    if (this.paged) return this.buttons();
    const pages = this.pages();
    for (const section of this.form.querySelectorAll("[data-page]")) section.hidden = !pages.includes(Number(section.dataset.page));
    this.progress(this.shown.filter((id) => answers.has(id)).length, this.shown.length, this.words.count);
  }

  /** The pages that have a question on the path. */
  pages() {
    return [...new Set(this.shown.map((id) => this.pageOf.get(id)))];
  }

  /** The phone's own back and forward. */
  turned(page) {
    this.show(page, true);
    this.draft.write(this.more());
    if (this.form.querySelector("[data-errors]").hidden) this.form.scrollIntoView({ block: "start" });
  }

  show(wanted, quietly) {
    const page = this.pages().includes(wanted) ? wanted : this.pages()[0];
    this.page = page;
    for (const section of this.form.querySelectorAll("[data-page]")) section.hidden = Number(section.dataset.page) !== page;
    const introduction = document.querySelector("[data-introduction]");
    if (introduction) introduction.hidden = page !== this.pages()[0];
    this.buttons();
    if (quietly) return;
    this.draft.write(this.more());
    const top = this.form.querySelector(`[data-page="${page}"] [data-heading]`) ?? this.form.querySelector("[data-progress]");
    top?.focus({ preventScroll: true });
    this.form.scrollIntoView({ block: "start" });
  }

  buttons() {
    const pages = this.pages();
    const at = pages.indexOf(this.page);
    this.form.querySelector("[data-forward]").textContent = at < pages.length - 1 ? this.words.next : this.words.send;
    this.form.querySelector("[data-back]").hidden = at <= 0;
    // Of all pages, also those that an answer may skip: how many there are does not change on the way.
    const every = [...new Set(this.pageOf.values())].sort((one, other) => one - other);
    this.progress(every.indexOf(this.page) + 1, every.length, this.words.step);
  }

  progress(done, all, words) {
    const place = this.form.querySelector("[data-progress]");
    if (!place) return;
    place.hidden = this.paged && all < 2; // pages may come with an answer
    const text = words.replace("{page}", done).replace("{pages}", all).replace("{done}", done).replace("{all}", all);
    place.querySelector("[data-progress-text]").textContent = text;
    Object.assign(place.querySelector("progress"), { max: all, value: done });
  }

  forward(event) {
    event.preventDefault();
    const pages = this.pages();
    const last = !this.paged || this.page === pages.at(-1);
    const asked = this.shown.filter((id) => last || this.pageOf.get(id) <= this.page);
    const faults = {};
    for (const id of asked) {
      const sentence = fault(this.boxes.get(id));
      if (sentence) faults[id] = sentence;
    }
    if (!this.complain(faults)) return;
    if (last) return this.send();
    const next = pages[pages.indexOf(this.page) + 1];
    this.walk([...this.trail, next], true);
    this.show(next);
  }

  /** Lists what is wrong at the top with links, and answers whether nothing is. */
  complain(faults) {
    const summary = this.form.querySelector("[data-errors]");
    const wrong = Object.keys(faults).filter((id) => this.boxes.has(id));
    for (const [id, box] of this.boxes) mark(box, faults[id] ?? "");
    summary.hidden = !wrong.length;
    if (!wrong.length) return true;
    if (this.paged) this.jump(this.pageOf.get(wrong[0]));
    const here = wrong.filter((id) => !this.paged || this.pageOf.get(id) === this.page);
    summary.querySelector("ul").replaceChildren(...here.map((id) => this.link(id, faults[id])));
    summary.focus();
    return false;
  }

  /** What is put right leaves the list of faults. */
  corrected(box) {
    mark(box, "");
    const summary = this.form.querySelector("[data-errors]");
    summary.querySelector(`[data-of="${box.dataset.question}"]`)?.remove();
    summary.hidden = !summary.querySelector("li");
  }

  link(id, sentence) {
    const line = document.createElement("li");
    line.dataset.of = id;
    const link = document.createElement("a");
    link.href = `#q-${id}`;
    const number = this.boxes.get(id).querySelector("[data-number]");
    const asked = number.nextSibling.textContent.trim();
    link.textContent = `${number.textContent} ${asked}${/[?？!！.。:：;；…]$/.test(asked) ? " " : this.words.colon}${sentence}`;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      document.getElementById(`q-${id}`).focus();
    });
    line.append(link);
    return line;
  }

  async send() {
    if (this.busy) return;
    if (this.preview) return this.say(this.preview);
    this.busy = true;
    this.waiting = false;
    clearTimeout(this.timer);
    this.draft.write(this.more());
    this.say(this.words.sending);
    const button = this.form.querySelector("[data-forward]");
    button.setAttribute("aria-busy", "true");
    try {
      await this.heard(await post(this.form, this.boxes));
    } catch {
      this.later(RETRY_SECONDS, this.words.offline);
    }
    button.removeAttribute("aria-busy");
    this.busy = false;
  }

  /** Sends again by itself; the request id makes it one response however often it arrives. */
  later(seconds, words) {
    this.waiting = true;
    this.say(words);
    this.timer = setTimeout(() => this.waiting && this.send(), (seconds + Math.random()) * 1000);
  }

  async heard(answer) {
    const said = await answer.json();
    if (answer.ok) {
      this.draft.forget();
      this.say(this.words.received);
      this.leave(said.done);
    } else if (said.errors) {
      this.say(this.words.refused);
      this.complain(said.errors);
    } else if (said.retry_after) {
      this.later(said.retry_after, `${said.message} ${this.words.kept}`);
    } else if (REFUSED_FOR_GOOD.includes(answer.status)) {
      openAnswer(this.form);
    } else {
      this.say(`${said.message} ${this.words.refused}`, true);
    }
  }

  /** To the receipt, in the place of all pages: the phone's own back then leaves the survey. */
  leave(done) {
    const walked = this.paged ? this.trail.length - 1 : 0;
    if (walked < 1) return location.replace(done);
    this.done = done;
    history.go(-walked);
  }

  say(words, loudly = false) {
    const line = this.form.querySelector("[data-saved]");
    line.classList.toggle("saved--refused", loudly);
    if (line.textContent !== words) line.textContent = words;
  }
}
