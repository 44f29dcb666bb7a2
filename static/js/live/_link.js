// The way to the server: a socket, else polling by ETag; the page need not know which.
const POLL_MS = 4000;
const ACK_MS = 8000;
const TRIES_BEFORE_POLLING = 2;
const PATIENCE_MS = 6000;
// Of how many questions totals are asked for; a page shows fewer.
const SHOWN = 200;

export function requestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// Told by the server as { error: { status, message, errors } }, or by HTTP with a status; `last`: what undo may
// take back then.
export class Refused extends Error {
  constructor({ status, message, errors, retry_after, last }) {
    super(message);
    Object.assign(this, { status, errors: errors ?? {}, retryAfter: retry_after, last });
  }

  get final() {
    return this.status < 500 && this.status !== 429;
  }
}

/** Resolves when the browser has nothing better to do, after a second at the latest. */
function idle() {
  const later = globalThis.requestIdleCallback ?? setTimeout;
  return new Promise((resolve) => later(resolve, later === setTimeout ? 0 : { timeout: 1000 }));
}

export class Link {
  // event: what joins; payload: its fields; streams: name → Stream; totals; token: the citizen's;
  // address(name): where a stream is polled; changed(names), counted(ids), state(word): what the page does.
  constructor(options) {
    Object.assign(this, options);
    this.failures = 0;
    this.etags = {};
    this.word = "";
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
    addEventListener("online", () => this.refresh());
    this.#open();
  }

  // What stands on the page is drawn and answers to the finger before a socket is made.
  async #open() {
    await idle();
    try {
      const { io } = await import("socket.io-client");
      this.socket = io({
        transports: ["websocket"],
        auth: { token: this.token },
        // A restart drops a whole room at once: it must not come back in one instant.
        reconnectionDelay: 1000,
        reconnectionDelayMax: 5000,
        randomizationFactor: 0.8,
        timeout: ACK_MS,
      });
    } catch {
      return this.#startPolling();
    }
    this.socket.on("connect", () => this.#join());
    this.socket.on("connect_error", () => this.#failed());
    this.socket.on("disconnect", (why) => this.#lost(why));
    this.socket.on("live.delta", (delta) => this.#delta(delta));
    this.socket.on("live.totals", (totals) => this.#count(totals));
    this.socket.on("live.closed", () => this.closed?.());
    this.#impatient();
  }

  // A network that swallows sockets says nothing at all: after a while the page polls beside trying.
  #impatient() {
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.connected || this.#startPolling(), PATIENCE_MS);
  }

  get connected() {
    return Boolean(this.socket?.connected) && this.joined === true;
  }

  async #join() {
    const have = Object.fromEntries(Object.entries(this.streams).map(([name, stream]) => [name, stream.seq]));
    try {
      const answer = await this.socket.timeout(ACK_MS).emitWithAck(this.event, { ...this.payload, have, ...this.#shown() });
      if (answer.error) return this.#refused(answer.error);
      this.#stopPolling();
      this.failures = 0;
      this.joined = true;
      this.#say("live");
      const changed = Object.entries(answer.streams).filter(([name, part]) => this.streams[name].catchUp(part));
      if (changed.length) this.changed(changed.map(([name]) => name));
      if (answer.totals) this.#count(answer.totals);
      this.ready?.();
    } catch {
      this.socket.disconnect().connect();
    }
  }

  // The questions this page holds: their totals are told with the answer.
  #shown() {
    if (!this.totals) return {};
    return { questions: Object.values(this.streams).flatMap((stream) => [...stream.questions.keys()]).slice(0, SHOWN) };
  }

  #refused(error) {
    if (error.status === 410 || error.status === 403 || error.status === 404) this.closed?.(error);
    else setTimeout(() => this.socket.connected && this.#join(), 1000 * (error.retry_after ?? 3));
  }

  #delta(delta) {
    const stream = this.streams[delta.stream];
    if (!stream || delta.room !== this.room) return;
    const done = stream.take(delta);
    if (delta.published) this.#count({ published: delta.published });
    if (done === "applied") this.changed([delta.stream]);
    if (done === "gap") this.#join();
  }

  #count(totals) {
    if (this.totals) this.counted(this.totals.take(totals));
  }

  #failed() {
    this.failures += 1;
    if (this.failures >= TRIES_BEFORE_POLLING) this.#startPolling();
    else this.#say("lost");
  }

  #lost(why) {
    this.joined = false;
    this.#say("lost");
    this.#impatient();
    // The server ended it on purpose (signed out, revoked): ask once more, it says why.
    if (why === "io server disconnect") setTimeout(() => this.socket.connect(), 1000);
  }

  #say(word) {
    if (word === this.word) return;
    this.word = word;
    this.state?.(word);
  }

  // Back from the background or another network: catch up without waiting for a heartbeat to fail.
  refresh() {
    if (this.socket?.connected) this.#join();
    else if (this.socket) this.socket.connect();
    if (this.timer) this.#poll();
  }

  #startPolling() {
    if (this.timer) return;
    this.timer = setInterval(() => this.#poll(), POLL_MS + Math.random() * 1500);
    this.#poll();
  }

  #stopPolling() {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  async #poll() {
    try {
      for (const [name, stream] of Object.entries(this.streams)) await this.#pollStream(name, stream);
      if (!this.connected) this.#say("polling");
      this.ready?.();
    } catch {
      if (!this.connected) this.#say("lost");
    }
  }

  async #pollStream(name, stream) {
    const url = new URL(this.address(name), location.href);
    url.searchParams.set("after", stream.seq);
    if (this.totals) url.searchParams.set("questions", this.#shown().questions.join("."));
    const key = url.href;
    const headers = { Accept: "application/json" };
    if (this.etags[key]) headers["If-None-Match"] = this.etags[key];
    const response = await fetch(url, { headers, cache: "no-store" });
    if (response.status === 410) return this.closed?.();
    if (response.status === 404 && name === "mine") return;
    if (response.status === 304) return;
    if (!response.ok) throw new Error(response.status);
    this.etags = { ...this.etags, [key]: response.headers.get("ETag") };
    const answer = await response.json();
    if (stream.catchUp(answer)) this.changed([name]);
    if (answer.totals) this.#count(answer.totals);
  }

  // Send by socket, else by HTTP to `url` as a form. Throws Refused (a no), or another error (nobody answered).
  async send(event, fields, url, form) {
    if (this.connected) {
      try {
        const answer = await this.socket.timeout(ACK_MS).emitWithAck(event, fields);
        if (!answer) throw new Error("no answer");
        if (answer.error) throw new Refused(answer.error);
        return answer;
      } catch (error) {
        if (error instanceof Refused) throw error;
      }
    }
    return post(url, form);
  }
}

export async function post(url, form) {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams(form),
    headers: { Accept: "application/json" },
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused({ status: response.status, ...answer, message: answer.message ?? "" });
  return answer;
}

export function readData(element) {
  return JSON.parse(element.querySelector("[data-live-data]").textContent);
}
