// One question's card in the builder: its words, its settings by type, its options.
import { freshChoice, pasteChoices } from "./_choices.js";
import { conditionEditor } from "./_condition.js";
import { button, checkField, iconButton, inLanguage, make, selectField, setLanguage, shortId, textField } from "./_elements.js";

/** A fresh question of a type, with what that type needs. */
export function freshQuestion(type) {
  const question = { id: shortId(), type, text: {}, required: false };
  if (type === "single" || type === "multiple") question.choices = [freshChoice(), freshChoice()];
  if (type === "text") question.long = true;
  if (type === "rating") Object.assign(question, { look: "stars", low: 1, high: 5 });
  return question;
}

/** The fields of `question`; `changed` is called after each change, `redraw` when fields come or go. */
export function questionFields(question, path, earlier, words, changed, redraw) {
  const localized = (label, holder, key, language, where, options = {}) =>
    textField(label, inLanguage(holder[key], language), (value) => {
      setLanguage(holder, key, language, value);
      changed();
    }, { lang: language === "en" ? "en" : "zh-CN", path: where, ...options });
  const body = make("div", { className: "stack" });
  body.append(localized(words.textZh, question, "text", "zh_CN", `${path}.text`, { lines: 2 }));
  if (question.choices) body.append(choiceList(question, path, earlier.length + 1, words, localized, changed, redraw));
  body.append(settings(question, path, words, localized, changed));
  body.append(checkField(words.required, question.required, (value) => {
    question.required = value;
    changed();
  }));
  const more = make("details", { open: Boolean(question.show_if) }, make("summary", {}, words.more));
  more.append(
    localized(words.textEn, question, "text", "en", "", { lines: 2 }),
    localized(words.helpZh, question, "help", "zh_CN", "", { lines: 2 }),
    localized(words.helpEn, question, "help", "en", "", { lines: 2 }),
    conditionEditor(question, path, earlier, words, changed, redraw),
  );
  body.append(more);
  return body;
}

function choiceList(question, path, number, words, localized, changed, redraw) {
  const box = make("fieldset", { className: "field" }, make("legend", { className: "field__label" }, words.choices));
  question.choices.forEach((choice, at) => {
    const row = make("div", { className: "option-row" });
    const zh = localized(words.choiceZh.replace("{number}", at + 1), choice, "text", "zh_CN",
      `${path}.choices.${at}.text`, { onpaste: (event) => pasted(event, question, at, changed, redraw) });
    const en = localized(words.choiceEn.replace("{number}", at + 1), choice, "text", "en", "");
    const move = (by) => () => {
      question.choices.splice(at + by, 0, ...question.choices.splice(at, 1));
      changed();
      redraw(`${path}.choices.${at + by}.text`);
    };
    const name = words.option.replace("{question}", number).replace("{number}", at + 1);
    const of = (deed) => words.of.replace("{deed}", deed).replace("{thing}", name);
    row.append(
      zh,
      en,
      make("div", { className: "option-row__tools" },
        iconButton("arrow-up", of(words.moveUp), move(-1), { disabled: at === 0 }),
        iconButton("arrow-down", of(words.moveDown), move(1), { disabled: at === question.choices.length - 1 }),
        iconButton("x", of(words.remove), () => {
          question.choices.splice(at, 1);
          changed();
          const next = Math.min(at, question.choices.length - 1);
          redraw(next < 0 ? `${path}.choices` : `${path}.choices.${next}.text`);
        }, { danger: true })),
    );
    box.append(row);
  });
  box.append(
    button(words.addChoice, () => {
      question.choices.push(freshChoice());
      changed();
      redraw(`${path}.choices.${question.choices.length - 1}.text`);
    }, "secondary", { "data-path": `${path}.choices`, disabled: question.choices.length >= words.limits.choices }),
    make("p", { className: "small soft" }, words.pasteChoices),
  );
  return box;
}

function pasted(event, question, at, changed, redraw) {
  const choices = pasteChoices(question.choices, at, event.clipboardData.getData("text"));
  if (!choices) return;
  event.preventDefault();
  question.choices = choices;
  changed();
  redraw();
}

function settings(question, path, words, localized, changed) {
  const number = (label, key) =>
    textField(label, question[key], (value) => {
      if (value === "") delete question[key];
      else question[key] = Number(value);
      changed();
    }, { short: true, number: true, path: `${path}.${key}` });
  const box = make("div", { className: "option-row option-row--settings" });
  if (question.type === "multiple") box.append(number(words.atLeast, "at_least"), number(words.atMost, "at_most"));
  if (question.type === "number") {
    box.append(
      number(words.least, "least"),
      number(words.greatest, "greatest"),
      number(words.decimals, "decimals"),
      localized(words.unitZh, question, "unit", "zh_CN", "", { short: true }),
      localized(words.unitEn, question, "unit", "en", "", { short: true }),
    );
  }
  if (question.type === "text") {
    box.append(
      checkField(words.long, Boolean(question.long), (value) => {
        question.long = value;
        changed();
      }),
      number(words.maxLength, "max_length"),
    );
  }
  if (question.type === "rating") {
    box.append(
      selectField(words.look, [["stars", words.stars], ["scale", words.scale]], question.look, (value) => {
        question.look = value;
        if (value === "stars" && question.low === 0) question.low = 1;
        changed();
      }),
      number(words.low, "low"),
      number(words.high, "high"),
      localized(words.lowLabelZh, question, "low_label", "zh_CN", ""),
      localized(words.lowLabelEn, question, "low_label", "en", ""),
      localized(words.highLabelZh, question, "high_label", "zh_CN", ""),
      localized(words.highLabelEn, question, "high_label", "en", ""),
    );
  }
  return box;
}
