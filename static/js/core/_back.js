// The Back button closes what is open in front of a page instead of leaving the page.

// Boxes (details) below `root` that match `selector`: opening one is a step that Back takes back with `close(box)`.
export function backCloses(root, selector, close) {
  let step = 0;
  root.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.matches(selector)) return;
      const open = opened(root, selector).length > 0;
      if (open && !step) {
        step = 1;
        history.pushState({ box: true }, "");
      } else if (!open && step) {
        step = 0;
        if (history.state?.box) history.back();
      }
    },
    true,
  );
  addEventListener("popstate", () => {
    const boxes = opened(root, selector);
    step = 0;
    for (const box of boxes) close(box);
  });
}

function opened(root, selector) {
  return [...root.querySelectorAll(selector)].filter((box) => box.open);
}
