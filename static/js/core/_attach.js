// Attaches script modules to the elements that name them: data-module="copy" is one of the core's own,
// data-module="surveys/respond" data-module-src="…" is fetched when an element of the page asks for it.
const own = new Map();

export function register(modules) {
  for (const [name, attach] of Object.entries(modules)) own.set(name, attach);
}

export function attachWithin(root) {
  const found = root.querySelectorAll("[data-module]");
  const all = root instanceof Element && root.matches("[data-module]") ? [root, ...found] : found;
  for (const element of all) {
    if (element.dataset.attached !== undefined) continue;
    element.dataset.attached = "";
    start(element).catch((error) => console.error(element.dataset.module, error));
  }
}

async function start(element) {
  const attach = own.get(element.dataset.module);
  if (attach) return attach(element);
  const module = await import(element.dataset.moduleSrc);
  return module.attach(element);
}
