// A comment form: keeps what is typed on this phone, sends it in one request, and sends it again when the
// connection is back. The request id stays the same, so nothing is received twice.
const RETRY_SECONDS = 5;

export class CommentForm {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.text = form.elements.text;
    form.addEventListener("input", () => this.keep());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    addEventListener("online", () => this.waiting && this.send());
  }

  get key() {
    return `consultation:${this.words.consultation}:${this.words.clause}`;
  }

  /** Shows what was typed about this clause before; what was typed while this script was on its way wins. */
  takeUp() {
    const stances = this.form.elements.stance;
    const early = this.text.value || stances.value;
    const kept = read(this.key);
    if (kept && !this.text.value) {
      this.text.value = kept.text ?? "";
      if (kept.request) this.form.elements._request_id.value = kept.request;
    }
    if (kept && !stances.value) {
      for (const choice of stances) choice.checked = choice.value === kept.stance;
    }
    if (kept) this.text.dispatchEvent(new Event("input", { bubbles: true }));
    if (early && arrived()) this.keep();
    else if (kept && this.text.value) this.say(this.words.restored);
  }

  keep() {
    const kept = {
      text: this.text.value,
      stance: this.form.elements.stance.value,
      request: this.form.elements._request_id.value,
    };
    const stored = kept.text || kept.stance ? write(this.key, kept) : forget(this.key);
    this.say(stored && kept.text ? this.words.kept : "");
  }

  async send() {
    if (this.busy) return;
    this.busy = true;
    this.waiting = false;
    clearTimeout(this.timer);
    this.complain([]);
    this.say(this.words.sending);
    const button = this.form.querySelector("[type=submit]");
    button.setAttribute("aria-busy", "true");
    try {
      await this.heard(await this.post());
    } catch {
      this.waiting = true;
      this.say(this.words.offline);
      this.timer = setTimeout(() => this.waiting && this.send(), RETRY_SECONDS * 1000);
    }
    button.removeAttribute("aria-busy");
    this.busy = false;
  }

  post() {
    const body = new URLSearchParams(new FormData(this.form));
    const headers = { Accept: "application/json" };
    return fetch(this.form.getAttribute("action"), { method: "POST", body, headers });
  }

  async heard(response) {
    const answer = await response.json().catch(() => ({}));
    if (response.ok && answer.done) {
      forget(this.key);
      write(sentKey(this.words.consultation), [...new Set([...sent(this.words.consultation), this.words.clause])]);
      location.assign(answer.done);
      return;
    }
    // The errors say the rest: of no words none are kept.
    this.say(this.text.value.trim() ? this.words.refused : "");
    const errors = Object.entries(answer.errors ?? {});
    this.complain(errors.length ? errors : [["text", answer.message ?? this.words.refused]]);
  }

  complain(errors) {
    const summary = this.form.querySelector("[data-errors]");
    summary.hidden = !errors.length;
    summary.querySelector("ul").replaceChildren(...errors.map(([name, sentence]) => line(name, sentence)));
    if (errors.length) summary.focus();
  }

  say(words) {
    this.form.querySelector("[data-saved]").textContent = words;
  }
}

const sentKey = (consultation) => `consultation:${consultation}:sent`;

/** The keys of the clauses commented on from this phone, empty for the whole. */
export function sent(consultation) {
  const keys = read(sentKey(consultation));
  return Array.isArray(keys) ? keys : [];
}

export function forgetSent(consultation) {
  forget(sentKey(consultation));
}

/** Whether someone came to this page anew, so that the browser has not filled the form in again on its own. */
function arrived() {
  return performance.getEntriesByType("navigation")[0]?.type === "navigate";
}

function line(name, sentence) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `#${name}`;
  link.textContent = sentence;
  item.append(link);
  return item;
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false; // full, or forbidden by the browser: the page goes on without
  }
}

function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // nothing was kept
  }
  return false;
}
