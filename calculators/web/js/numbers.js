// Reading and writing numbers as people type them: comma or point, never a silent guess.
const SPACES = /[\s\u00a0\u202f'’]/g;

/**
 * Read a typed number.
 * @returns {{value:number}|{problem:"empty"|"number"}|{problem:"ambiguous",a:string,b:string}}
 */
export function parseNumber(text, unit = "") {
  let raw = String(text ?? "").trim();
  if (unit && raw.toLowerCase().endsWith(unit.toLowerCase())) raw = raw.slice(0, -unit.length).trim();
  raw = raw.replace(/^[−–]/, "-");
  if (raw === "") return { problem: "empty" };
  const grouped = /^[+-]?\d{1,3}([\s\u00a0\u202f'’]\d{3})+([.,]\d+)?$/.test(raw);
  const compact = raw.replace(SPACES, "");
  if (compact !== raw && !grouped) return { problem: "number" };
  if (/^[+-]?\d+$/.test(compact)) return { value: Number(compact) };
  if (grouped || /^[+-]?\d*[.,]\d+$/.test(compact)) {
    const single = /^([+-]?)([1-9]\d{0,2})[.,](\d{3})$/.exec(compact);
    if (single && !grouped) {
      const [, sign, whole, rest] = single;
      return { problem: "ambiguous", a: `${sign}${whole}${rest}`, b: `${sign}${whole}.${rest}0` };
    }
    return { value: Number(compact.replace(",", ".")) };
  }
  // both separators, or one repeated: the last kind is the decimal sign, the groups must be of three
  const mixed = /^[+-]?\d{1,3}(?:(,\d{3})+(\.\d+)?|(\.\d{3})+(,\d+)?)$/.exec(compact);
  if (mixed) {
    const decimal = mixed[1] ? "." : ",";
    const group = decimal === "." ? /,/g : /\./g;
    return { value: Number(compact.replace(group, "").replace(decimal, ".")) };
  }
  return { problem: "number" };
}

/** Shortest decimal text of a number, without float noise (0.1 + 0.2 -> "0.3"). */
export function plain(value) {
  return String(Number(Number(value).toPrecision(12)));
}

/** Number for reading, grouped and rounded as the language writes it. */
export function pretty(value, lang = "en", decimals = undefined) {
  if (value === null || value === undefined || !Number.isFinite(Number(value))) return "–";
  const size = Math.abs(value);
  const digits = decimals ?? (size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
  return new Intl.NumberFormat(lang, {
    minimumFractionDigits: decimals ?? 0,
    maximumFractionDigits: digits,
  }).format(value);
}
