// The poster is printed from its page.
export function attach(button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
