// Which cases match, which places are alike, and the hash that carries the choice: pure functions over plain records.

/** Filters in the order the hash lists them; `need`, `theme` and `asset` of a record hold several words. */
export const FILTERS = [
  "need",
  "country",
  "theme",
  "asset",
  "ownership",
  "maturity",
  "size",
  "evidence",
  "text",
];
const MANY = new Set(["need", "theme", "asset"]);
const SIZES = ["under-100k", "100k-500k", "500k-1m", "over-1m"];

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** A record to search in, made once from a card's data and text. */
export function record(data, text) {
  const made = { id: data.id, words: plain(text) };
  for (const name of FILTERS) {
    if (name !== "text") made[name] = MANY.has(name) ? (data[name] ?? "").split(" ") : (data[name] ?? "");
  }
  return made;
}

/** The records that match every filter given; every word of `text` must occur. `only` limits to a set of ids. */
export function matching(records, filters, only = null) {
  const words = plain(filters.text ?? "")
    .split(/\s+/)
    .filter(Boolean);
  const set = FILTERS.filter((name) => name !== "text" && filters[name]);
  return records.filter(
    (item) =>
      (!only || only.has(item.id)) &&
      set.every((name) =>
        MANY.has(name) ? item[name].includes(filters[name]) : item[name] === filters[name],
      ) &&
      words.every((word) => item.words.includes(word)),
  );
}

/** Hash for a choice, such as "#need=4&country=NL"; empty when nothing is chosen. */
export function toHash(filters) {
  const parts = FILTERS.filter((name) => filters[name]).map((name) => [name, filters[name]]);
  return parts.length ? `#${new URLSearchParams(parts)}` : "";
}

/** Choice in a hash; words it does not know are left out. */
export function fromHash(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  return Object.fromEntries(FILTERS.filter((name) => given.get(name)).map((name) => [name, given.get(name)]));
}

/** Cases of places like mine: [{id, points, reasons}], best first; each reason says what is alike. */
export function alike(records, mine, names) {
  const found = records.map((item) => {
    const reasons = [];
    let points = 0;
    const add = (more, reason) => {
      points += more;
      reasons.push(reason);
    };
    if (mine.size && item.size === mine.size) add(2, `same size (${names[item.size]})`);
    else if (mine.size && near(item.size, mine.size)) add(1, `next size (${names[item.size]})`);
    if (mine.maturity && item.maturity === mine.maturity)
      add(2, `charging there: ${names[item.maturity].toLowerCase()}`);
    if (mine.ownership && item.ownership === mine.ownership)
      add(2, `run the same way (${names[item.ownership].toLowerCase()})`);
    return { id: item.id, points, reasons };
  });
  return found
    .filter((item) => item.points >= 2)
    .sort((a, b) => b.points - a.points || (a.id < b.id ? -1 : 1));
}

function near(one, two) {
  const [a, b] = [SIZES.indexOf(one), SIZES.indexOf(two)];
  return a >= 0 && b >= 0 && Math.abs(a - b) === 1;
}
