import { screen } from "./_screen.js";

export function attach(root) {
  screen(root, {
    name: "stage",
    event: "live.stage",
    payload: (data) => ({ room: data.session }),
    address: (data) => `/stage/${data.session}/stream`,
    show: (stream) => {
      const foot = root.querySelector("[data-join]");
      if (!foot) return;
      foot.hidden = !stream.session.code;
      foot.querySelector("[data-code]").textContent = stream.session.code ?? "";
    },
  });
}
