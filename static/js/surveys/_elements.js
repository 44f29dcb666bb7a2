// Small helpers to build the builder's form elements.

let serial = 0;
let icons = "";

const SVG = "http://www.w3.org/2000/svg";

/** Says where the set of icons is. */
export function useIcons(address) {
  icons = address;
}

/** An element with properties, attributes (data-… and aria-…) and children. */
export function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.includes("-") && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A labelled field; `onchange` hears the new value as a string. */
export function textField(label, value, onchange, options = {}) {
  const id = `b${(serial += 1)}`;
  const tag = options.lines ? "textarea" : "input";
  const input = make(tag, {
    id,
    className: `input${options.short ? " input--short" : ""}${options.lines ? " input--rows" : ""}`,
    value: value ?? "",
    lang: options.lang,
    "data-path": options.path,
    oninput: (event) => onchange(event.target.value, event),
    onpaste: options.onpaste,
  });
  if (options.lines) input.rows = options.lines;
  else input.type = options.number ? "number" : "text";
  if (options.number) input.step = "any";
  return make("div", { className: "field" }, make("label", { className: "field__label", htmlFor: id }, label), input);
}

/**
 * A labelled list to choose from; `options` are [value, words]. A value that is none of them shows `missing`.
 * `more` are a data path, and `quiet` for a label that stands above already.
 */
export function selectField(label, options, value, onchange, missing = "", more = {}) {
  const id = `b${(serial += 1)}`;
  const select = make("select", { id, className: "input", "data-path": more.path, onchange: (event) => onchange(event.target.value) });
  if (missing && !options.some(([key]) => key === value)) {
    select.append(make("option", { value: "", selected: true, disabled: true }, missing));
  }
  for (const [key, words] of options) select.append(make("option", { value: key, selected: key === value }, words));
  const look = more.quiet ? "visually-hidden" : "field__label";
  return make("div", { className: "field" }, make("label", { className: look, htmlFor: id }, label), select);
}

/** A box to tick. */
export function checkField(label, checked, onchange) {
  const id = `b${(serial += 1)}`;
  const box = make("input", { id, type: "checkbox", checked, onchange: (event) => onchange(event.target.checked) });
  return make("p", { className: "choice choice--plain" }, box, make("label", { htmlFor: id }, label));
}

/** A button with words; `quiet` ones look lighter. */
export function button(words, onclick, style = "secondary", options = {}) {
  return make("button", { type: "button", className: `button button--${style} button--small`, onclick, ...options }, words);
}

/** A button that shows an icon; `label` says what it does, and to what, to those who do not see it. */
export function iconButton(icon, label, onclick, options = {}) {
  const made = make("button", { type: "button", className: `icon-button ${options.danger ? "icon-button--danger" : ""}`,
    onclick, "aria-label": label, title: label, disabled: options.disabled });
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ class: "icon", width: 20, height: 20, "aria-hidden": true })) svg.setAttribute(name, value);
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${icons}#${icon}`);
  svg.append(use);
  made.append(svg);
  return made;
}

/** Read a localized text, and write one language of it back (empty languages are left out). */
export function inLanguage(text, language) {
  return (text && text[language]) || "";
}

export function setLanguage(holder, key, language, value) {
  const text = { ...(holder[key] || {}) };
  if (value) text[language] = value;
  else delete text[language];
  holder[key] = text;
}

const ALPHABET = "abcdefghjkmnpqrstvwxyz23456789";

/** A random id for a page, question or option. */
export function shortId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}
