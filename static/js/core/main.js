// The one script every page loads. Modules that add elements later send "engage:added" from them.
import { attachWithin, register } from "./_attach.js";
import { answersForm } from "./_answers-form.js";
import { autoGrow } from "./_auto-grow.js";
import { charCount } from "./_char-count.js";
import { confirmFirst } from "./_confirm.js";
import { copy } from "./_copy.js";
import { dialog } from "./_dialog.js";
import { focus } from "./_focus.js";
import { once } from "./_once.js";
import { printPage } from "./_print.js";

register({ "auto-grow": autoGrow, "char-count": charCount, confirm: confirmFirst, copy, dialog, focus, once, print: printPage });
attachWithin(document);
document.addEventListener("engage:added", (event) => attachWithin(event.target));
if ("answersForm" in document.body.dataset) answersForm();
