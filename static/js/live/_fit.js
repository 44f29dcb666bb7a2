// The largest text with which the whole page fits into the window: nobody scrolls a projector.
const LEAST_PX = 12;
// What a text over a picture may cover of it.
const OVERLAY_SHARE = 0.5;

export function fitting(root) {
  const text = root.querySelector("[data-text]");
  const covering = root.matches(".stage--overlay") && text.parentElement;
  const fits = () =>
    covering
      ? covering.offsetHeight <= innerHeight * OVERLAY_SHARE
      : document.documentElement.scrollHeight <= document.documentElement.clientHeight;
  const fit = () => {
    // Sizes by length are for those without a script: measured is better than guessed.
    delete text.dataset.length;
    text.style.fontSize = "";
    if (text.hidden || fits()) return;
    text.style.fontSize = `${largest(text, parseFloat(getComputedStyle(text).fontSize), fits)}px`;
  };
  addEventListener("resize", fit);
  return fit;
}

function largest(text, most, fits) {
  let [low, high] = [LEAST_PX, most];
  while (high - low > 0.5) {
    const middle = (low + high) / 2;
    text.style.fontSize = `${middle}px`;
    if (fits()) low = middle;
    else high = middle;
  }
  return low;
}
