// What stage and guest screen share: one question, large, and the last state when the network is gone.
import { write } from "../core/_write.js";
import { fitting } from "./_fit.js";
import { Link, readData } from "./_link.js";
import { Stream } from "./_stream.js";

export function screen(root, { name, event, payload, address, show }) {
  const data = readData(root);
  const stream = new Stream(data[name]);
  const notice = root.querySelector("[data-connection]");
  const fit = fitting(root);
  const draw = () => {
    const [question] = stream.questions.values();
    fill(root, question, stream.session.phase);
    show?.(stream);
    fit();
  };
  const link = new Link({
    room: data.session,
    event,
    payload: payload(data),
    token: data.citizen,
    streams: { [name]: stream },
    address: () => address(data),
    changed: draw,
    state: (word) => {
      notice.hidden = word !== "lost";
      notice.textContent = word === "lost" ? notice.dataset.lost : "";
      fit();
    },
    closed: () => location.reload(),
  });
  draw();
  return link;
}

function fill(root, question, phase) {
  const part = (name) => root.querySelector(`[data-${name}]`);
  write(part("text"), question?.text ?? "");
  write(part("who"), question ? question.name || part("who").dataset.anonymous : "");
  for (const name of ["text", "who", "label"]) if (part(name)) part(name).hidden = !question;
  part("idle").hidden = Boolean(question);
  part("idle").textContent = JSON.parse(part("idle").dataset.words)[phase] ?? "";
}
