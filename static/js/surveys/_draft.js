// Answers kept on this phone. Saved at each change, since WeChat on iOS says nothing when it closes a page.
// Two tabs of one survey share a draft: each writes only the questions touched in it.
export class Draft {
  /** `keeps` is false on a shared device (?shared=1): then nothing is written. */
  constructor(survey, keeps) {
    this.key = `survey:${survey}`;
    this.keeps = keeps;
    this.touched = {};
  }

  read() {
    if (!this.keeps) return null;
    try {
      const draft = JSON.parse(localStorage.getItem(this.key));
      return draft && typeof draft.values === "object" ? draft : null;
    } catch {
      return null;
    }
  }

  /** Keeps these texts for a question; answers whether they are on the phone now. */
  save(question, values, more) {
    this.touched[question] = values;
    return this.write(more);
  }

  write(more) {
    if (!this.keeps) return false;
    const earlier = this.read();
    const draft = { ...earlier, ...more, values: { ...earlier?.values, ...this.touched } };
    try {
      localStorage.setItem(this.key, JSON.stringify(draft));
      return true;
    } catch {
      return false; // full, or forbidden by the browser: the page goes on without
    }
  }

  forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // nothing was kept
    }
  }
}
