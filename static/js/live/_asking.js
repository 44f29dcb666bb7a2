// Asking: the draft stays on the phone, a question nobody acknowledged is sent again with the same request id.
import { clean } from "../core/_clean.js";
import { post, Refused, requestId } from "./_link.js";

const DAY_MS = 24 * 3600 * 1000;
// A server that takes longer than this is seen to be at work.
const PATIENCE_MS = 1000;
const AGAIN_SECONDS = 5;

export class Asking {
  constructor(root, room) {
    this.room = room;
    this.form = root.querySelector("[data-ask-form]");
    this.error = root.querySelector("[data-ask-error]");
    this.asked = root.querySelector("[data-asked]");
    this.refused = root.querySelector("[data-refused]");
    this.sendingLine = root.querySelector("[data-sending]");
    this.late = root.querySelector("[data-late]");
    this.key = `live:${room.data.session}`;
  }

  start() {
    const draft = this.#stored("draft");
    const text = this.form.elements.text;
    if (draft?.text && !text.value) text.value = draft.text;
    if (draft?.name && this.form.elements.name) this.form.elements.name.value ||= draft.name;
    if (text.value) this.keepDraft(); // also what was typed while this script was on its way
    this.form.addEventListener("input", () => this.keepDraft());
    this.#drawRefused();
    this.drawLate();
    this.late.querySelector("button").addEventListener("click", () => {
      this.#fill("");
      this.drawLate();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#ask();
    });
  }

  keepDraft() {
    this.#store("draft", { text: this.form.elements.text.value, name: this.#name() });
  }

  // What was being typed as the room closed stays in sight, to be copied: the form has gone.
  drawLate() {
    const text = this.#open ? "" : this.form.elements.text.value;
    this.late.hidden = !text.trim();
    this.late.querySelector(".kept").textContent = text;
  }

  #name() {
    return this.form.elements.name?.value ?? "";
  }

  #ask() {
    const text = this.form.elements.text.value;
    const wrong = this.#wrong(text);
    if (wrong) return this.tell(wrong);
    const waiting = this.#waiting();
    waiting.push({ id: requestId(), text, name: this.#name(), at: Date.now() });
    this.#store("waiting", waiting);
    this.form.elements.text.value = "";
    this.form.elements.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.tell("");
    if (this.#early) return this.#tellAgain();
    return this.sendWaiting();
  }

  #wrong(text) {
    const { words, data: { limits } } = this.room;
    const length = [...clean(text).trim()].length;
    if (!length) return words.nothing;
    if (length < limits.least) return words.tooShort;
    return length > limits.most ? words.tooLong : "";
  }

  // One at a time, in order; what is refused for good goes back into the form to be mended, or is listed below
  // it where the form holds other words by now.
  async sendWaiting() {
    if (this.sending || this.#early) return;
    this.sending = true;
    try {
      for (let next = this.#waiting()[0]; next; next = this.#waiting()[0]) {
        if (!(await this.#sendOne(next))) break;
      }
    } finally {
      this.sending = false;
    }
  }

  async #sendOne(item) {
    const fields = { request_id: item.id, text: item.text, name: item.name };
    const form = { _token: this.room.data.citizen, _request_id: item.id, text: item.text, name: item.name };
    this.#showBusy(true);
    try {
      const answer = await this.room.link.send("live.ask", fields, `${this.room.base}/ask`, form);
      this.#done(item);
      this.#receipt(answer.receipt);
      return true;
    } catch (error) {
      if (error instanceof Refused && error.final) {
        this.#done(item);
        this.#takeBack(item, error.errors.text || error.errors.name || error.message);
        return true;
      }
      this.#later(error);
      return false;
    } finally {
      this.#showBusy(false);
    }
  }

  // Who is told to wait waits: a network that comes back, or a poll, does not send it any sooner.
  #later(error) {
    const answered = error instanceof Refused;
    const ms = 1000 * (error.retryAfter ?? AGAIN_SECONDS) + Math.random() * 2000;
    this.due = answered ? Date.now() + ms : 0;
    this.limited = error.status === 429;
    if (answered) this.#tellAgain();
    else this.tell(this.room.words.waiting);
    clearTimeout(this.again);
    this.again = setTimeout(() => {
      this.due = 0;
      this.sendWaiting();
    }, ms);
  }

  get #early() {
    return this.due > Date.now();
  }

  #tellAgain() {
    const { limited, unanswered } = this.room.words;
    const seconds = Math.ceil((this.due - Date.now()) / 1000);
    this.tell((this.limited ? limited : unanswered).replace("{seconds}", seconds));
  }

  get #open() {
    return this.room.streams.public.session.asking;
  }

  #takeBack(item, reason) {
    if (this.form.elements.text.value.trim() || !this.#open) {
      this.#store("refused", [...this.#fresh("refused"), { ...item, reason, at: Date.now() }]);
      return this.#drawRefused();
    }
    this.#fill(item.text);
    this.tell(reason);
  }

  #fill(text) {
    this.form.elements.text.value = text;
    this.form.elements.text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #drawRefused() {
    const items = this.#fresh("refused");
    this.refused.hidden = !items.length;
    this.refused.replaceChildren(...items.map((item) => this.#refusedItem(item)));
  }

  #refusedItem(item) {
    const { words } = this.room;
    const line = document.createElement("li");
    const part = (name, className, text) => {
      const made = document.createElement(name);
      made.className = className;
      made.textContent = text;
      line.append(made);
      return made;
    };
    part("p", "field__error", words.refused.replace("{reason}", item.reason));
    part("p", "room-question__text", item.text);
    const away = () => {
      this.#store("refused", this.#fresh("refused").filter((each) => each.id !== item.id));
      this.#drawRefused();
    };
    const drop = part("button", "link-button", words.drop);
    drop.type = "button";
    drop.addEventListener("click", away);
    if (!this.#open) return line;
    const again = part("button", "link-button", words.again);
    again.type = "button";
    again.addEventListener("click", () => {
      const { value } = this.form.elements.text;
      away();
      // What stands in the form takes the place of what goes into it: neither is lost.
      if (value.trim()) this.#takeBack({ ...item, id: requestId(), text: value }, words.swapped);
      this.#fill(item.text);
      this.form.elements.text.focus();
    });
    return line;
  }

  #done(item) {
    this.#store("waiting", this.#waiting().filter((each) => each.id !== item.id));
  }

  #showBusy(busy) {
    this.form.querySelector("[type=submit]").setAttribute("aria-busy", String(busy));
    clearTimeout(this.patience);
    if (busy) this.patience = setTimeout(() => (this.sendingLine.hidden = false), PATIENCE_MS);
    else this.sendingLine.hidden = true;
  }

  #receipt(code) {
    this.tell("");
    const line = document.createElement("p");
    line.className = "notice notice--success";
    line.setAttribute("role", "status");
    const words = document.createElement("span");
    words.textContent = this.room.words.received;
    const strong = document.createElement("strong");
    strong.className = "receipt__code";
    strong.textContent = code;
    const body = document.createElement("span");
    body.className = "notice__body";
    body.append(words, strong);
    line.append(body);
    this.asked.replaceChildren(line);
    this.asked.hidden = false;
  }

  async withdraw(id) {
    const fields = { question: id };
    const form = { _token: this.room.data.citizen, _request_id: requestId(), question: id };
    try {
      if (this.room.link.connected) await this.room.link.send("live.withdraw", fields, `${this.room.base}/withdraw`, form);
      else await post(`${this.room.base}/withdraw`, form);
      this.room.link.refresh();
    } catch (error) {
      this.tell(error.message || this.room.words.unsent);
    }
  }

  tell(words) {
    this.error.textContent = words;
    this.error.hidden = !words;
  }

  #waiting() {
    return this.#fresh("waiting");
  }

  #fresh(name) {
    return (this.#stored(name) ?? []).filter((item) => Date.now() - item.at < DAY_MS);
  }

  // A phone in private mode may refuse to store: then nothing is kept, and everything else still works.
  #stored(name) {
    try {
      return JSON.parse(localStorage.getItem(`${this.key}:${name}`)) ?? this.memory?.[name];
    } catch {
      return this.memory?.[name];
    }
  }

  #store(name, value) {
    this.memory = { ...this.memory, [name]: value };
    try {
      localStorage.setItem(`${this.key}:${name}`, JSON.stringify(value));
    } catch {
      // Kept in memory above.
    }
  }
}
