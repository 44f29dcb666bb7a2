// The browser's twin of engage/core/text.py: a text is looked at here as the server will store it. A test runs a
// table of cases and generated texts through both. No lookbehind: phones of a few years ago do not know it.
const MARKS_MOST = 10;
const ACCENTS_MOST = 4;
const LINE_ENDS = /\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]/g;
const NOTHING =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffc\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0080}-\u{e00ff}\u{e01f0}-\u{e0fff}]|\p{Cs}|\p{Noncharacter_Code_Point}/gu;
const TAGS = /(\u{1f3f4}[\u{e0020}-\u{e007e}]{1,7}\u{e007f})|[\u{e0000}-\u{e007f}]/gu;
const FILLERS = /[\u115f\u1160]/g;
const LEADS = /[\u1100-\u115e\ua960-\ua97c]/;
const VOWELS = /[\u1161-\u11a7\ud7b0-\ud7c6]/;
const TAILS = /[\u11a8-\u11ff\ud7cb-\ud7fb]/;
const BLANKS = /[\u3164\uffa0]/g;
const LONE_BRAILLE = /(^|[^\u2800-\u28ff])\u2800+(?![\u2800-\u28ff])/g;
const JOINING_NOTHING = /(^|\s)[\u180e\u200c\u200d\ufe00-\ufe0f\u{e0100}-\u{e01ef}]+/gu;
const RUN = /[\p{M}\u180e\u200c\u200d]{2,}/gu;
const JOIN = /^[\u180e\u200c\u200d]$/;
const ACCENT = /^[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]$/;
const NOTHING_TO_SEE = /^[\p{M}\p{Z}\p{Cc}\u115f\u1160\u180e\u200c\u200d\u2800\u3164\uffa0\u{13430}-\u{1345f}\u{1d159}]*$/u;

/** A text without what nobody sees, in NFC; "" where there is nothing to see. Blanks stay where they are. */
export function clean(text) {
  const seen = text
    .replace(LINE_ENDS, "\n")
    .replace(NOTHING, "")
    .replace(TAGS, "$1")
    .replace(FILLERS, placed)
    .replace(BLANKS, " ")
    .replace(LONE_BRAILLE, "$1 ")
    .replace(JOINING_NOTHING, "$1")
    .replace(RUN, few)
    .normalize("NFC")
    .replace(RUN, few);
  return NOTHING_TO_SEE.test(seen) ? "" : seen;
}

/** A Hangul filler that holds a place in a syllable of old Hangul; "" for another. */
function placed(sign, at, text) {
  const before = text[at - 1] ?? "";
  const after = text[at + 1] ?? "";
  const first = sign === "\u115f";
  const both = first ? after === "\u1160" && TAILS.test(text[at + 2] ?? "") : before === "\u115f" && TAILS.test(after);
  return both || (first ? VOWELS.test(after) : LEADS.test(before)) ? sign : "";
}

function few(run) {
  const kept = [];
  let accents = 0;
  for (const sign of run) {
    if (JOIN.test(sign) && JOIN.test(kept.at(-1) ?? "")) continue;
    if (ACCENT.test(sign)) accents += 1;
    if (kept.length === MARKS_MOST || accents > ACCENTS_MOST) break;
    kept.push(sign);
  }
  return kept.join("");
}
