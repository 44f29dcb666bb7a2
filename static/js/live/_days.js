// Days of the streams (2026-12-01) as people write them in the page's language: 2026年12月1日.
export function dayText(iso) {
  const shape = { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" };
  return new Date(iso).toLocaleDateString(document.documentElement.lang, shape);
}

// The day (2026-12-01) on the clocks of the site, wherever the browser's are.
export function isoDay(ms, zone) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(ms);
}

// The time (14:32) on the clocks of the site.
export function clockText(ms, zone) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(ms);
}
