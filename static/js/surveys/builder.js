// The survey builder: pages of questions edited in place, saved as they are typed, shown on a phone beside.
import { button, iconButton, inLanguage, make, selectField, setLanguage, shortId, textField, useIcons } from "./_elements.js";
import { markFindings } from "./_findings.js";
import { freshQuestion, questionFields } from "./_question.js";

const SAVE_AFTER_MS = 800;
const RETRY_MS = 5000;
const UNDO_STEPS = 50;

/** Start the builder on its element; the page carries words, definition and findings as JSON. */
export function attach(root) {
  const read = (name) => JSON.parse(root.querySelector(`[data-${name}]`).textContent);
  const words = read("words");
  const kinds = new Map(words.types);
  const state = {
    definition: read("definition"), findings: read("findings"), revision: Number(root.dataset.revision), past: [], kept: "",
  };
  useIcons(root.dataset.icons);
  // The browser's own way of keeping the place would be added to ours; not every browser has it.
  document.documentElement.style.setProperty("overflow-anchor", "none");
  const places = {
    pages: root.querySelector("[data-pages]"),
    check: root.querySelector("[data-check]"),
    state: root.querySelector("[data-state]"),
    undo: root.querySelector("[data-undo]"),
    preview: root.querySelector("[data-preview]"),
  };
  let timer;
  let saving = false;
  state.kept = JSON.stringify(state.definition);

  const say = (text) => { places.state.textContent = text; };

  function changed() {
    const now = JSON.stringify(state.definition);
    if (now === state.kept) return;
    state.past.push(state.kept);
    if (state.past.length > UNDO_STEPS) state.past.shift();
    state.kept = now;
    say(words.unsaved);
    drawUndo();
    later(SAVE_AFTER_MS);
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  async function save() {
    if (saving) return later(SAVE_AFTER_MS);
    saving = true;
    say(words.saving);
    const sent = state.kept;
    try {
      const answer = await fetch(root.dataset.save, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": root.dataset.token },
        body: JSON.stringify({ revision: state.revision, definition: JSON.parse(sent) }),
      });
      const result = await answer.json();
      if (answer.ok) {
        state.revision = result.revision;
        say(sent === state.kept ? words.saved : words.unsaved);
        if (sent !== state.kept) later(SAVE_AFTER_MS);
        places.preview?.contentWindow.location.reload();
      } else {
        say(`${words.refused} ${result.message || ""}`);
      }
      steady(() => {
        if (result.findings) drawCheck(result.findings, sent);
        mark();
      });
    } catch {
      say(words.offline);
      later(RETRY_MS);
    } finally {
      saving = false;
    }
  }

  function drawUndo() {
    places.undo.replaceChildren(button(words.undo, () => {
      state.kept = state.past.pop();
      state.definition = JSON.parse(state.kept);
      drawUndo();
      draw();
      say(words.unsaved);
      later(SAVE_AFTER_MS);
    }, "quiet", { disabled: !state.past.length }));
  }

  /** Does what may make things above taller or shorter; what is being written stays where it is. */
  function steady(change) {
    const written = document.activeElement?.closest("[data-pages]") ? document.activeElement : places.pages;
    const before = written.getBoundingClientRect().top;
    change();
    scrollBy({ top: written.getBoundingClientRect().top - before, behavior: "instant" });
  }

  /** Marks the fields, unless something was written since: then the places may be others by now. */
  function mark() {
    if (state.checked === state.kept) markFindings(places.pages, state.findings);
  }

  /** Lists the findings about the questions in `text`. */
  function drawCheck(findings, text) {
    Object.assign(state, { findings, checked: text });
    if (!findings.length) {
      places.check.replaceChildren(make("p", {}, words.complete));
      return;
    }
    const list = make("ul");
    for (const finding of findings) {
      list.append(make("li", {}, make("button", {
        type: "button",
        className: "link-button",
        onclick: () => goTo(finding.path),
      }, finding.words)));
    }
    places.check.replaceChildren(make("p", {}, words.missing.replace("{count}", findings.length)), list);
  }

  function goTo(path) {
    const parts = path.split(".");
    const question = parts.length >= 4 ? parts.slice(0, 4).join(".") : parts.slice(0, 2).join(".");
    const target = root.querySelector(`[data-path="${path}"]`) || root.querySelector(`[data-card="${question}"]`);
    if (!target) return;
    target.closest("details")?.setAttribute("open", "");
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  }

  const redraw = (path) => {
    const focused = path || document.activeElement?.dataset.path;
    draw();
    if (focused) (root.querySelector(`[data-path="${focused}"]`) ?? root.querySelector("[data-path=pages]"))?.focus();
  };

  function act(change, path) {
    change();
    changed();
    redraw(path);
  }

  /** Buttons that move, copy and remove `list[at]`, called `name`; `field(n)` is where the cursor goes for the nth. */
  function tools(list, at, name, field, fresh) {
    const of = (deed) => words.of.replace("{deed}", deed).replace("{thing}", name);
    const move = (by) => () => act(() => list.splice(at + by, 0, ...list.splice(at, 1)), field(at + by));
    return make("div", { className: "cluster" },
      iconButton("arrow-up", of(words.moveUp), move(-1), { disabled: at === 0 }),
      iconButton("arrow-down", of(words.moveDown), move(1), { disabled: at === list.length - 1 }),
      fresh ? iconButton("copy-plus", of(words.duplicate), () => act(() => list.splice(at + 1, 0, fresh()), field(at + 1)),
        { disabled: full("questions") }) : null,
      iconButton("trash-2", of(words.remove), () => act(() => list.splice(at, 1), field(Math.min(at, list.length - 2))), { danger: true }));
  }

  function full(what) {
    const { pages } = state.definition;
    return (what === "pages" ? pages.length : pages.flatMap((page) => page.questions).length) >= words.limits[what];
  }

  /** Chooses the page a question stands on; it goes to the end of that page. */
  function pageChooser(page, question) {
    const { pages } = state.definition;
    if (pages.length < 2) return null;
    const names = pages.map((each, at) => [String(at), words.page.replace("{number}", at + 1)]);
    return selectField(words.onPage, names, String(pages.indexOf(page)), (value) => {
      const target = pages[Number(value)];
      act(() => {
        page.questions.splice(page.questions.indexOf(question), 1);
        target.questions.push(question);
      }, `pages.${value}.questions.${target.questions.length}.text`);
    });
  }

  function drawQuestion(page, question, path, number, earlier) {
    const card = make("section", { className: "panel", tabIndex: -1, "data-card": path });
    const copy = () => {
      const twin = structuredClone(question);
      twin.id = shortId();
      return twin;
    };
    const at = page.questions.indexOf(question);
    const name = words.question.replace("{number}", number);
    const pagePath = path.slice(0, path.lastIndexOf("."));
    const body = make("div", { className: "panel__body" });
    body.append(questionFields(question, path, earlier, words, changed, redraw));
    const chooser = pageChooser(page, question);
    if (chooser) body.append(chooser);
    card.append(
      make("div", { className: "panel__head" }, make("h3", { className: "panel__title" }, `${name} · ${kinds.get(question.type)}`),
        tools(page.questions, at, name, (place) => `${pagePath}.${place}.text`, copy)),
      body,
    );
    return card;
  }

  function drawPage(page, at, seen) {
    const box = make("section", { className: "section", tabIndex: -1, "data-card": `pages.${at}` });
    const field = (label, key, language, options) => textField(label, inLanguage(page[key], language), (value) => {
      setLanguage(page, key, language, value);
      changed();
    }, { lang: language === "en" ? "en" : "zh-CN", ...options });
    const name = words.page.replace("{number}", at + 1);
    box.append(
      make("div", { className: "page-bar" }, make("h2", {}, name),
        state.definition.pages.length > 1 ? tools(state.definition.pages, at, name, (place) => `pages.${place}.title`) : null),
      make("div", { className: "grid grid--2" },
        field(words.titleZh, "title", "zh_CN", { path: `pages.${at}.title` }),
        field(words.titleEn, "title", "en"),
        field(words.introductionZh, "introduction", "zh_CN", { lines: 2 }),
        field(words.introductionEn, "introduction", "en", { lines: 2 })),
    );
    if (!page.questions.length) box.append(make("p", { className: "soft" }, words.noQuestions));
    page.questions.forEach((question, place) => {
      box.append(drawQuestion(page, question, `pages.${at}.questions.${place}`, seen.length + 1, [...seen]));
      seen.push(question);
    });
    box.append(adder(page, at));
    return box;
  }

  function adder(page, at) {
    let type = "single";
    return make("div", { className: "toolbar" },
      selectField(words.addQuestion, words.types, type, (value) => { type = value; }, "", { path: at ? undefined : "pages" }),
      button(words.addQuestion, () => act(
        () => page.questions.push(freshQuestion(type)),
        `pages.${at}.questions.${page.questions.length}.text`,
      ), "primary", { disabled: full("questions") }));
  }

  function draw() {
    const seen = [];
    places.pages.replaceChildren(
      ...state.definition.pages.map((page, at) => drawPage(page, at, seen)),
      button(words.addPage, () => act(() => state.definition.pages.push({ id: shortId(), questions: [] })), "secondary",
        { disabled: full("pages") }),
    );
    mark();
  }

  window.addEventListener("beforeunload", (event) => {
    if (places.state.textContent !== words.saved && places.state.textContent) event.preventDefault();
  });
  draw();
  drawUndo();
  drawCheck(state.findings, state.kept);
  mark();
  say(words.saved);
  if (location.hash) goTo(decodeURIComponent(location.hash.slice(1)));
}
