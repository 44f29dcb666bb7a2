// A textarea as tall as what is in it.
export function autoGrow(area) {
  const frame = area.offsetHeight - area.clientHeight;
  const fit = () => {
    area.style.setProperty("height", "auto");
    area.style.setProperty("height", `${area.scrollHeight + frame}px`);
  };
  if (CSS.supports("field-sizing", "content")) {
    area.style.setProperty("field-sizing", "content");
    return;
  }
  area.addEventListener("input", fit);
  if (area.value) fit();
}
