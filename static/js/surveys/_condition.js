// The "ask this question only if" part of a question: a flat list of tests, all or any of which must hold.
import { button, iconButton, inLanguage, make, selectField, textField } from "./_elements.js";

const GREATEST = 1e15; // what the server takes

/** The editor of `question.show_if`; `earlier` are the questions before it, `path` is the question's. */
export function conditionEditor(question, path, earlier, words, changed, redraw) {
  const box = make("fieldset", { className: "field" }, make("legend", { className: "field__label" }, words.showIf));
  const condition = flat(question.show_if);
  if (condition === undefined) {
    box.append(make("p", { className: "soft" }, words.complexCondition));
    return box;
  }
  if (!earlier.length && !question.show_if) {
    box.append(make("p", { className: "soft" }, words.noEarlier));
    return box;
  }
  const mode = question.show_if ? condition.op : "";
  const store = () => {
    if (condition.of.length) question.show_if = { op: condition.op, of: condition.of };
    else delete question.show_if;
    changed();
  };
  const modes = [["", words.always], ["all", words.allOf], ["any", words.anyOf]];
  box.append(
    selectField(words.showIf, modes, mode, (value) => {
      if (!value) condition.of = [];
      else {
        condition.op = value;
        if (!condition.of.length) condition.of.push(freshTest(earlier[0]));
      }
      store();
      redraw();
    }, "", { path: `${path}.show_if`, quiet: true }),
  );
  condition.of.forEach((test, at) => box.append(testRow(test, at, condition, earlier, words, store, redraw)));
  if (mode && earlier.length) {
    box.append(
      button(words.addTest, () => {
        condition.of.push(freshTest(earlier[0]));
        store();
        redraw();
      }),
    );
  }
  return box;
}

function flat(condition) {
  if (!condition) return { op: "all", of: [] };
  if (condition.question) return { op: "all", of: [condition] };
  if ((condition.op === "all" || condition.op === "any") && condition.of.every((part) => part.question)) {
    return { op: condition.op, of: [...condition.of] };
  }
  return undefined;
}

function freshTest(question) {
  if (question.choices?.length) {
    const op = question.type === "multiple" ? "contains" : "equals";
    return { op, question: question.id, value: question.choices[0].id };
  }
  return { op: "answered", question: question.id };
}

function testRow(test, at, condition, earlier, words, store, redraw) {
  const question = earlier.find((each) => each.id === test.question); // it may have been removed, or moved behind
  const names = earlier.map((each) => [each.id, inLanguage(each.text, "zh_CN") || inLanguage(each.text, "en") || each.id]);
  const row = make("div", { className: "option-row" });
  row.append(
    selectField(words.earlier, names, test.question, (value) => {
      Object.assign(test, { value: undefined }, freshTest(earlier.find((each) => each.id === value)));
      if (test.op === "answered") delete test.value;
      store();
      redraw();
    }, words.choose),
  );
  if (question) {
    const named = question.choices ? words.choiceOperators : words.operators;
    const operators = words.tests[question.type].map((op) => [op, named[op]]);
    row.append(
      selectField(words.operator, operators, test.op, (value) => {
        test.op = value;
        setDefault(test, question);
        store();
        redraw();
      }, words.choose),
    );
    const value = valueField(test, question, words, store);
    if (value) row.append(value);
  }
  const name = words.test.replace("{question}", earlier.length + 1).replace("{number}", at + 1);
  row.append(
    iconButton("x", words.of.replace("{deed}", words.remove).replace("{thing}", name), () => {
      condition.of.splice(at, 1);
      store();
      redraw();
    }, { danger: true }),
  );
  return row;
}

function setDefault(test, question) {
  if (test.op === "answered") delete test.value;
  else if (test.op === "any_of") test.value = (question.choices ?? []).slice(0, 1).map((choice) => choice.id);
  else if (question.choices) test.value = question.choices[0]?.id ?? "";
  else test.value = question.type === "text" ? "" : 0;
}

function valueField(test, question, words, store) {
  if (test.op === "answered") return null;
  if (question.choices) {
    const several = test.op === "any_of";
    const options = question.choices.map((choice) => [choice.id, inLanguage(choice.text, "zh_CN") || choice.id]);
    if (several) {
      const gone = test.value.filter((id) => !options.some(([known]) => known === id));
      options.push(...gone.map((id) => [id, words.goneChoice]));
    }
    const field = selectField(words.value, options, test.value, () => {}, several ? "" : words.choose);
    const select = field.querySelector("select");
    select.multiple = several;
    if (several) for (const option of select.options) option.selected = test.value.includes(option.value);
    select.addEventListener("change", () => {
      test.value = several ? Array.from(select.selectedOptions, (option) => option.value) : select.value;
      store();
    });
    return field;
  }
  const number = question.type !== "text";
  return textField(words.value, test.value, (value) => {
    test.value = number ? Math.max(-GREATEST, Math.min(GREATEST, Number(value))) : value;
    store();
  }, { short: true, number });
}
