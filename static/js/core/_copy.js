// Copies the text of another element; WeChat's browser has no clipboard API everywhere, hence the old way.
export function copy(button) {
  const source = document.getElementById(button.dataset.target);
  const label = button.querySelector("[data-label]");
  const before = label.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    label.textContent = (await put(source)) ? button.dataset.done : button.dataset.failed;
    setTimeout(() => (label.textContent = before), 3000);
  });
}

async function put(source) {
  const text = "value" in source ? source.value : source.textContent.trim();
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return theOldWay(source);
  }
}

function theOldWay(source) {
  if ("select" in source) source.select();
  else getSelection().selectAllChildren(source);
  return document.execCommand("copy");
}
