// Days of the streams (2026-12-01) as people write them in the page's language: 2026年12月1日.
export function dayText(iso) {
  const shape = { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" };
  return new Date(iso).toLocaleDateString(document.documentElement.lang, shape);
}
