// A textarea as tall as what is in it.
export function autoGrow(area) {
  if (CSS.supports("field-sizing", "content")) {
    area.style.setProperty("field-sizing", "content");
    return;
  }
  const frame = area.offsetHeight - area.clientHeight;
  const fit = () => {
    area.style.setProperty("height", "auto");
    area.style.setProperty("height", `${area.scrollHeight + frame}px`);
  };
  area.addEventListener("input", fit);
  if (area.value) fit();
}
