// What a date box holds, in the language of the page: browsers write it in their own, month before day in some.
const DAY = { year: "numeric", month: "long", day: "numeric", weekday: "long" };
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

export function attach(box) {
  const timed = box.type === "datetime-local";
  const words = new Intl.DateTimeFormat(document.documentElement.lang, timed ? { ...DAY, ...TIME } : DAY);
  const line = document.createElement("p");
  line.className = "field__day";
  line.id = `${box.id}-day`;
  const show = () => {
    const day = new Date(timed ? box.value : `${box.value}T00:00`);
    line.textContent = Number.isNaN(day.getTime()) ? "" : words.format(day);
  };
  box.after(line);
  box.setAttribute("aria-describedby", [box.getAttribute("aria-describedby"), line.id].filter(Boolean).join(" "));
  box.addEventListener("input", show);
  // Coming back, browsers fill boxes in again.
  addEventListener("pageshow", show);
  show();
}
