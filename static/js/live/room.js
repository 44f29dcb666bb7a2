// The room on a phone: what is on air, the published questions, one's own questions, and asking.
import { agreed } from "../core/_confirm.js";
import { write } from "../core/_write.js";
import { Asking } from "./_asking.js";
import { dayText } from "./_days.js";
import { Link, readData, requestId } from "./_link.js";
import { QuestionList } from "./_list.js";
import { Totals, Stream } from "./_stream.js";

export function attach(root) {
  const room = new Room(root);
  room.start();
}

class Room {
  constructor(root) {
    this.root = root;
    this.data = readData(root);
    this.words = JSON.parse(root.querySelector("[data-live-words]").textContent);
    this.streams = { public: new Stream(this.data.public), mine: new Stream(this.data.mine) };
    this.totals = new Totals();
    this.totals.take(this.data.totals);
    this.supported = new Set(this.data.supported);
    this.list = new QuestionList(root, this);
    this.asking = new Asking(root, this);
    this.video = this.data.public.session.video;
  }

  start() {
    const base = `/live/${this.data.session}`;
    this.base = base;
    this.link = new Link({
      room: this.data.session,
      event: "live.join",
      payload: { room: this.data.session },
      token: this.data.citizen,
      streams: this.streams,
      totals: this.totals,
      address: (name) => `${base}/stream?stream=${name}`,
      changed: (names) => this.changed(names),
      counted: (ids) => this.list.counted(ids),
      state: (word) => this.connection(word),
      ready: () => this.asking.sendWaiting(),
      closed: () => location.reload(),
    });
    this.list.start();
    this.asking.start();
    this.drawOwn();
    this.jump();
    this.root.dataset.ready = "";
  }

  /** The way to the form steps aside where the form is: it must not lie over what is written in. */
  jump() {
    const way = this.root.querySelector(".ask-jump");
    new IntersectionObserver(([form]) => way.classList.toggle("ask-jump--there", form.isIntersecting)).observe(
      this.root.querySelector("[data-ask-form] textarea"),
    );
  }

  changed(names) {
    if (names.includes("public")) {
      this.drawOnAir();
      this.drawSession();
    }
    if (names.includes("mine")) this.drawOwn();
    this.list.changed();
  }

  connection(word) {
    const line = this.root.querySelector("[data-connection]");
    line.hidden = word === "live";
    line.classList.toggle("connection--polling", word === "polling");
    line.textContent = { lost: this.words.lost, polling: this.words.polling }[word] ?? "";
  }

  drawOnAir() {
    const box = this.root.querySelector("[data-on-air]");
    const question = [...this.streams.public.questions.values()].find((view) => view.state === "on-air");
    box.hidden = !question;
    write(box.querySelector("[data-on-air-text]"), question?.text ?? "");
    write(box.querySelector("[data-on-air-who]"), question ? question.name || this.words.anonymous : "");
  }

  // The page has the parts of every phase, so a step in the session's life asks the server for nothing. Only what
  // the page was not made for (another picture, a session that was called back) is loaded, over a time that grows
  // with the room; what is being typed comes along as a draft.
  drawSession() {
    const { asking, phase, video } = this.streams.public.session;
    this.root.querySelector("[data-ask]").hidden = !asking;
    this.asking.drawLate();
    for (const part of this.root.querySelectorAll("[data-phases]")) part.hidden = !part.dataset.phases.split(" ").includes(phase);
    this.drawPhase(phase);
    const another = phase === "draft" || (video !== this.video && phase === "live");
    if (another && !this.leaving) {
      this.leaving = true;
      this.asking.keepDraft();
      setTimeout(() => location.reload(), Math.random() * spread(this.totals.viewers[0]));
    }
  }

  // The tag of each phase is in the page, as the server draws it.
  drawPhase(phase) {
    const tags = this.root.querySelector("[data-phase-tags]").content;
    const tag = tags.querySelector(`[data-of="${phase}"]`)?.firstElementChild;
    const line = this.root.querySelector("[data-phase]");
    if (tag && line.textContent.trim() !== tag.textContent.trim()) line.replaceChildren(tag.cloneNode(true));
  }

  drawOwn() {
    const views = [...this.streams.mine.questions.values()].sort((a, b) => a.at - b.at).reverse();
    this.root.querySelector("[data-own-section]").hidden = !views.length;
    const list = this.root.querySelector("[data-own]");
    const template = this.root.querySelector("[data-own-template]").content.firstElementChild;
    list.replaceChildren(...views.map((view) => this.ownItem(template.cloneNode(true), view)));
  }

  ownItem(item, view) {
    const part = (name) => item.querySelector(`[data-${name}]`);
    item.dataset.id = view.id;
    const written = view.state === "written" && view.answer;
    part("state").textContent = this.words.own[written ? "written-answered" : view.state];
    part("state").className = `tag tag--${written ? "good" : TAGS[view.state] ?? "closed"}`;
    write(part("text"), view.text);
    write(part("about"), view.text);
    const told = view.reason ? `${this.words.kind[view.reason]} ${view.note ?? ""}`.trim() : view.held ? this.words.held : "";
    part("reason").hidden = !told;
    write(part("reason"), told);
    part("answer").hidden = !view.answer && !view.due;
    write(part("answer"), view.due ? this.words.due.replace("{day}", dayText(view.due)) : view.answer ?? "");
    const form = part("withdraw");
    form.hidden = view.state !== "pending";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#withdraw(view.id);
    });
    return item;
  }

  async #withdraw(id) {
    const { withdraw: question, withdrawYes: yes, withdrawNo: no } = this.words;
    if (await agreed({ question, yes, no }, "button button--danger")) this.asking.withdraw(id);
  }

  async support(id, on) {
    const request = requestId();
    const fields = { question: id, on, request_id: request };
    const form = { _token: this.data.citizen, _request_id: request, question: id, on: on ? "1" : "0" };
    const answer = await this.link.send("live.support", fields, `${this.base}/support`, form);
    if (answer.on) this.supported.add(id);
    else this.supported.delete(id);
    this.totals.take({ supports: { [id]: answer.supports } });
  }
}

// Milliseconds over which the pages of a room come anew: 3 s, or 20 s for each 1,000 viewers (50 pages a second).
export function spread(viewers) {
  return Math.max(3000, 20 * viewers);
}

export const TAGS = { pending: "soon", approved: "good", "on-air": "open", answered: "good", written: "soon" };
