// A stream as the server describes it: a snapshot with its seq, then deltas that each name the next seq.
// Every delta holds absolute values, so applying a catch-up that begins earlier does no harm.
export class Stream {
  constructor(snapshot) {
    this.replace(snapshot ?? { seq: 0, session: {}, questions: {} });
  }

  replace({ seq, session = {}, questions = {} }) {
    this.seq = seq;
    this.session = session;
    this.questions = new Map(Object.entries(questions));
    this.heard = new Map();
    this.begun = (this.begun ?? 0) + 1; // how often it began anew
  }

  // A page of questions read when the stream was at `seq`; what was heard of one of them later stays.
  merge({ seq, questions }) {
    for (const [id, view] of Object.entries(questions)) this.#put(id, view, seq);
  }

  // Forgets questions that nobody looks at; their next word brings them back.
  keep(wanted) {
    for (const id of this.questions.keys()) if (!wanted(id)) this.questions.delete(id);
  }

  // "applied", "old" (seen already) or "gap" (something in between is missing).
  take(delta) {
    if (delta.seq <= this.seq) return "old";
    if (delta.seq > this.seq + 1) return "gap";
    this.#apply(delta);
    return "applied";
  }

  // The answer to a join or a poll: what was missing, or a snapshot. True where something changed.
  catchUp(answer) {
    if (answer.after === undefined) {
      this.replace(answer);
      return true;
    }
    if (answer.seq <= this.seq || answer.after > this.seq) return false;
    this.#apply(answer);
    return true;
  }

  #apply({ seq, session, questions = {} }) {
    if (session) this.session = session;
    for (const [id, view] of Object.entries(questions)) this.#put(id, view, seq);
    this.seq = seq;
  }

  #put(id, view, seq) {
    if (seq < (this.heard.get(id) ?? 0)) return;
    this.heard.set(id, seq);
    if (view === null) this.questions.delete(id);
    else this.questions.set(id, view);
  }
}

// Totals are absolute numbers with a counter: the higher counter is the newer number, in whatever order they come.
export class Totals {
  constructor({ supports = {}, states = [{}, -1] } = {}) {
    this.supports = new Map(Object.entries(supports));
    this.states = states;
    this.viewers = [0, 0];
    this.published = [0, -1];
  }

  // The ids whose number is another one now.
  take({ supports = {}, viewers, published, states }) {
    const changed = [];
    for (const [id, total] of Object.entries(supports)) {
      if (total[1] <= (this.supports.get(id)?.[1] ?? -1)) continue;
      this.supports.set(id, total);
      changed.push(id);
    }
    if (viewers && viewers[1] > this.viewers[1]) this.viewers = viewers;
    if (published && published[1] > this.published[1]) this.published = published;
    if (states && states[1] > this.states[1]) this.states = states;
    return changed;
  }

  of(id) {
    return this.supports.get(id)?.[0] ?? 0;
  }
}
