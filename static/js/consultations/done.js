// Who says to be done leaves no marks on the draft for who takes the phone next.
import { forgetSent } from "./_form.js";

export function attach(link) {
  link.addEventListener("click", () => forgetSent(link.dataset.consultation));
}
