import { screen } from "./_screen.js";

export function attach(root) {
  const link = screen(root, {
    name: "guest",
    event: "live.guest",
    payload: (data) => ({ room: data.session, token: data.token }),
    address: (data) => `/guest/${data.token}/stream`,
  });
  // A tablet on the table must not go dark between two questions.
  const awake = () => document.hidden || navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", awake);
  awake();
  return link;
}
