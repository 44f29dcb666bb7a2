// Attaches script modules to the elements that name them: data-module="copy" is one of the core's own,
// data-module="surveys/respond" data-module-src="…" is fetched when an element of the page asks for it.
// data-attached says that a script has taken its element over; until then the page works as without scripts.
const own = new Map();
const begun = new WeakSet();

export function register(modules) {
  for (const [name, attach] of Object.entries(modules)) own.set(name, attach);
}

export function attachWithin(root) {
  const found = root.querySelectorAll("[data-module]");
  const all = root instanceof Element && root.matches("[data-module]") ? [root, ...found] : found;
  for (const element of all) {
    if (begun.has(element)) continue;
    begun.add(element);
    start(element).catch((error) => console.error(element.dataset.module, error));
  }
}

async function start(element) {
  const attach = own.get(element.dataset.module);
  if (attach) attach(element);
  else (await import(element.dataset.moduleSrc)).attach(element);
  element.dataset.attached = "";
}
