// Shows how far an export is and opens its page again when it is ready.

const LOOK_EVERY_MS = 1_000;

/** Follow the export named by the element until it is done or failed. */
export function attach(root) {
  const bar = root.querySelector("progress");
  const timer = window.setInterval(async () => {
    try {
      const answer = await fetch(root.dataset.url, { headers: { Accept: "application/json" } });
      const { state, done, all } = await answer.json();
      if (bar && all) {
        bar.max = all;
        bar.value = done;
      }
      if (state === "done" || state === "failed") {
        window.clearInterval(timer);
        window.location.reload();
      }
    } catch {
      // The next look may reach the server again.
    }
  }, LOOK_EVERY_MS);
}
