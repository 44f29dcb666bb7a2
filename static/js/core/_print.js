// A button that prints its page; without scripts the browser's own menu does.
export function printPage(button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
