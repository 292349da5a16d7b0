// Numbers, dates and times as the organisation writes them (apps/core/formats.py, handed over in bahi/head.html).
// Amounts stay strings: no float ever touches them.

const DEVANAGARI = /[\u0966-\u096F]/g;

/** What was typed or pasted → canonical decimal string ("1234.50"); "" when empty; null when it is no number. */
export function parseNumber(text) {
  let raw = String(text ?? "").trim().replace(DEVANAGARI, (digit) => String(digit.charCodeAt(0) - 0x0966));
  if (raw === "") return "";
  let negative = false;
  if (/^\(.*\)$/.test(raw)) {
    negative = true;
    raw = raw.slice(1, -1);
  }
  raw = raw.replace(/^(₹|rs\.?|inr)\s*/i, "").replace(/\s*(%|\/-)$/, "").replace(/[,\s\u00a0_]/g, "").replace(/^\u2212/, "-");
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(raw);
  if (!match || (match[2] === "" && !match[3])) return null;
  if (match[1] === "-") negative = !negative;
  const whole = (match[2] || "0").replace(/^0+(?=\d)/, "");
  const value = match[3] ? `${whole}.${match[3]}` : whole;
  return negative && /[1-9]/.test(value) ? `-${value}` : value;
}

/** {numbers, dates, zone} of this page; the usual ones where it names none. */
const chosen = (() => {
  const given = globalThis.document?.querySelector('meta[name="bahi-formats"]')?.dataset ?? {};
  return { numbers: given.numbers || "indian", dates: given.dates || "day_dash", zone: given.zone || undefined };
})();

/** Digits before the point in groups 1,23,45,678 or 12,345,678. */
function groupWhole(digits) {
  if (digits.length <= 3) return digits;
  if (chosen.numbers === "western") return digits.replace(/\B(?=(\d{3})+$)/g, ",");
  const tail = digits.slice(-3);
  return `${digits.slice(0, -3).replace(/\B(?=(\d\d)+$)/g, ",")},${tail}`;
}

/** Canonical string → shown string: at least `min` decimals, further zeros dropped, in groups unless told not to. */
export function formatNumber(value, { min = 0, group = true } = {}) {
  if (value === null || value === undefined || value === "") return "";
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
  if (!match) return String(value);
  let fraction = (match[3] || "").replace(/0+$/, "");
  fraction = fraction.padEnd(min, "0");
  const whole = group ? groupWhole(match[2]) : match[2];
  return `${match[1]}${whole}${fraction ? `.${fraction}` : ""}`;
}

/** Money with two decimals, in groups. */
export function formatMoney(value, decimals = 2) {
  return formatNumber(value, { min: decimals });
}

/** A canonical amount in paise; of what is no number 0. Half a paisa goes away from zero. */
export function paiseOf(value) {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value || "");
  if (!match) return 0n;
  const digits = (match[3] || "").padEnd(3, "0");
  const paise = BigInt(match[2] + digits.slice(0, 2)) + (digits[2] >= "5" ? 1n : 0n);
  return match[1] ? -paise : paise;
}

/** Paise → canonical amount. */
export function amountOf(paise) {
  const digits = String(paise < 0n ? -paise : paise).padStart(3, "0");
  return `${paise < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** The sum of canonical amounts. */
export function sumMoney(values) {
  return amountOf(values.reduce((sum, value) => sum + paiseOf(value), 0n));
}

/** Are two canonical numbers the same value ("1180" and "1180.00")? */
export function sameNumber(a, b) {
  return formatNumber(a ?? "", { group: false }) === formatNumber(b ?? "", { group: false });
}

const pad = (number) => String(number).padStart(2, "0");

function isoOf(date) {
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

function isoFrom(day, month, year) {
  const date = new Date(year, month - 1, day);
  if (date.getFullYear() !== year || date.getMonth() !== month - 1 || date.getDate() !== day) return null;
  return isoOf(date);
}

function fullYear(text) {
  if (!text) return nowThere().getFullYear();
  return text.length <= 2 ? 2000 + Number(text) : Number(text);
}

/** A date as clerks type it: t, +5, -3, 3, 3-4, 3-4-26, 030426, 2026-04-03 → ISO; "" when empty; null when it is none. */
export function parseDate(text) {
  const raw = String(text ?? "").trim().toLowerCase();
  if (raw === "") return "";
  if (raw === "t" || raw === "today") return isoOf(nowThere());
  if (/^[+-]\d{1,4}$/.test(raw)) {
    const today = nowThere();
    return isoOf(new Date(today.getFullYear(), today.getMonth(), today.getDate() + Number(raw)));
  }
  let match = /^(\d{4})-(\d{1,2})-(\d{1,2})/.exec(raw);
  if (match) return isoFrom(Number(match[3]), Number(match[2]), Number(match[1]));
  match = /^(\d{2})(\d{2})(\d{2}|\d{4})$/.exec(raw);
  if (match) return isoFrom(Number(match[1]), Number(match[2]), fullYear(match[3]));
  match = /^(\d{1,2})(?:[-/. ](\d{1,2})(?:[-/. ](\d{2}|\d{4}))?)?$/.exec(raw);
  if (!match) return null;
  return isoFrom(Number(match[1]), match[2] ? Number(match[2]) : nowThere().getMonth() + 1, fullYear(match[3]));
}

const SIGNS = { day_dash: "-", day_slash: "/", day_dot: "." };

/** How an empty date field says what belongs there. */
export const datePlaceholder = SIGNS[chosen.dates] ? ["dd", "mm", "yyyy"].join(SIGNS[chosen.dates]) : "yyyy-mm-dd";

/** ISO date (or date-time) → as the organisation writes it: dd-mm-yyyy unless it chose otherwise. */
export function formatDate(iso) {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso || "");
  if (!match) return iso || "";
  const sign = SIGNS[chosen.dates];
  return sign ? [match[3], match[2], match[1]].join(sign) : match[0];
}

let zoned = null; // made once, when it is first needed

/** A moment as a Date whose local parts are those of the page's time zone (the person's own, else the organisation's). */
function inZone(moment) {
  if (!chosen.zone) return moment;
  zoned ??= new Intl.DateTimeFormat("en-GB", {
    timeZone: chosen.zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  });
  const parts = {};
  for (const part of zoned.formatToParts(moment)) parts[part.type] = Number(part.value);
  return new Date(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
}

const nowThere = () => inZone(new Date());

/** ISO date-time → day and hh:mm in the time zone that the lists of the server use too. */
export function formatMoment(iso) {
  const moment = new Date(iso || "");
  if (Number.isNaN(moment.getTime())) return "";
  const date = inZone(moment);
  return `${formatDate(isoOf(date))} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}
