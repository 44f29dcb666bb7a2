// Draws the charts of a survey's dashboard; a click on a bar filters by that answer.

const LOOK_EVERY_MS = 15_000;

/** Draw every chart below the element and watch for new responses. */
export function attach(root) {
  whenReady(() => root.querySelectorAll("[data-chart]").forEach((place) => draw(place)));
  watch(root);
}

function whenReady(run) {
  if (window.Plotly) run();
  else window.addEventListener("load", () => window.Plotly && run(), { once: true });
}

function draw(place) {
  const figure = JSON.parse(place.querySelector("script").textContent);
  const shown = document.createElement("div");
  place.append(shown);
  window.Plotly.newPlot(shown, figure.data, figure.layout, { displayModeBar: false, responsive: true });
  const question = place.dataset.question;
  if (!question) return;
  shown.on("plotly_click", (event) => {
    const address = new URL(window.location.href);
    address.searchParams.set("filter", `${question}:${event.points[0].customdata}`);
    window.location.assign(address);
  });
}

function watch(root) {
  const note = root.querySelector("[data-newer]");
  const known = Number(root.dataset.total);
  window.setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(root.dataset.totalUrl, { headers: { Accept: "application/json" } });
      const { total } = await answer.json();
      if (total > known) {
        note.textContent = note.dataset.text.replace("{count}", String(total - known));
        note.hidden = false;
      }
    } catch {
      // The next look may reach the server again.
    }
  }, LOOK_EVERY_MS);
}
