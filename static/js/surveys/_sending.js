// The ways a form goes to the server.

/** Sends what is shown in the background and answers the response. */
export function post(form, boxes) {
  const data = new URLSearchParams(new FormData(form));
  for (const [id, box] of boxes) if (box.hidden) data.delete(`q-${id}`);
  data.set("_whole", "1");
  return fetch(form.getAttribute("action"), { method: "POST", body: data, headers: { Accept: "application/json" } });
}

/** Sends it as a browser without script does: the page that answers lists all that was written, to be copied. */
export function openAnswer(form) {
  const whole = form.elements._whole ?? document.createElement("input");
  Object.assign(whole, { type: "hidden", name: "_whole", value: "1" });
  form.append(whole);
  form.submit();
}
