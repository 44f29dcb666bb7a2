// The Back button closes what is open in front of a page instead of leaving the page.

// What is open, the first at the bottom; each is a step of the history that says how many were open then.
const open = [];

// Makes something that opens now a step that Back takes back with `close()`. Answers what is to be called when it
// was closed in another way: it takes the step back too, and is done once the history stands there.
export function stepInto(close) {
  const entry = { close };
  open.push(entry);
  history.pushState({ ...history.state, open: open.length }, "");
  return async () => {
    const at = open.indexOf(entry);
    if (at < 0) return;
    open.splice(at, 1);
    await new Promise((done) => {
      addEventListener("popstate", done, { once: true });
      history.back();
    });
  };
}

addEventListener("popstate", ({ state }) => {
  while (open.length > (state?.open ?? 0)) open.pop().close();
});

// Shows a <dialog>; the promise is kept when it is closed, in whichever way, and the history stands where it stood.
export function openDialog(box) {
  const closed = stepInto(() => box.close());
  box.showModal();
  return new Promise((done) => box.addEventListener("close", () => closed().then(done), { once: true }));
}

// Boxes (details) below `root` that match `selector` are one step together, which Back takes back with `close(box)`.
export function backCloses(root, selector, close) {
  const opened = () => [...root.querySelectorAll(selector)].filter((box) => box.open);
  let closed;
  root.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.matches(selector)) return;
      const some = opened().length > 0;
      if (some && !closed) {
        closed = stepInto(() => {
          closed = undefined;
          for (const box of opened()) close(box);
        });
      } else if (!some && closed) {
        closed();
        closed = undefined;
      }
    },
    true,
  );
}
