// Writes what people said into an element. They mostly say it in Chinese, and a page in another language tells
// screen readers so, as the server does for what it writes.
const CHINESE = /[\u3400-\u9fff\uf900-\ufaff]/;

export function write(element, text = "") {
  if (element.textContent !== text) element.textContent = text;
  if (document.documentElement.lang === "zh-CN") return;
  if (CHINESE.test(text)) element.lang = "zh-CN";
  else element.removeAttribute("lang");
}
