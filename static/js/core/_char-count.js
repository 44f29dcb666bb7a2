// Says how many characters are left; the limit itself is not enforced while typing, since pinyin
// being composed is longer than the characters it becomes.
export function charCount(field) {
  const area = field.querySelector("textarea, input");
  const line = field.querySelector("[data-count]");
  const limit = Number(area.getAttribute("maxlength") || area.dataset.limit);
  if (!limit) return;
  area.removeAttribute("maxlength");
  const say = () => {
    const left = limit - [...area.value].length;
    line.hidden = left > limit / 2;
    line.textContent = (left < 0 ? line.dataset.over : line.dataset.left).replace("{count}", Math.abs(left));
  };
  area.addEventListener("input", (event) => event.isComposing || say());
  area.addEventListener("compositionend", say);
  say();
}
