// The receipt: what was kept on the phone is not needed any more, and the page can be printed.
import { Draft } from "./_draft.js";

export function attach(button) {
  new Draft(button.dataset.survey, true).forget();
  button.hidden = false;
  button.addEventListener("click", () => print());
}
