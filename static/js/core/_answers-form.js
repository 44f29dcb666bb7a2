// A page that answers a form, because something in it was refused: once it is sent again, Back finds its address
// anew instead of asking whether the refused form shall be sent once more. Until then a reload keeps what was typed.
export function answersForm() {
  addEventListener("submit", (event) => {
    // A step that was replaced is got by its address (HTML, "URL and history update steps").
    if (!event.defaultPrevented) history.replaceState(history.state, "");
  });
}
