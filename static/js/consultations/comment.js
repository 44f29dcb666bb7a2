// The comment form on a clause's own page.
import { CommentForm } from "./_form.js";

export function attach(form) {
  new CommentForm(form).takeUp();
}
