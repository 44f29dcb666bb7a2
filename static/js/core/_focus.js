// What the page has to say first (an error summary, a flash) is where reading goes on.
export function focus(element) {
  element.focus({ preventScroll: element.getBoundingClientRect().top < innerHeight });
}
