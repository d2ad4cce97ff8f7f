import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { chosenIds } from "../../calculators/web/js/cases-compare.js";
import { alike, fromHash, matching, record, toHash } from "../../calculators/web/js/cases-filter.js";
import { caseOf, idOf, numberOf } from "../../calculators/web/js/cases-form.js";
import { check, crossCheck } from "../../calculators/web/js/cases-schema.js";
import { toYaml } from "../../calculators/web/js/cases-yaml.js";

const schema = JSON.parse(
  readFileSync(new URL("../../calculators/schemas/case.json", import.meta.url), "utf8"),
);

const data = (id, more = {}) => ({
  id,
  need: "2 4",
  country: "NL",
  theme: "v2g solar",
  asset: "home",
  ownership: "market",
  maturity: "mature",
  size: "over-1m",
  evidence: "measured",
  ...more,
});
const records = [
  record(data("a"), "Málaga station in the street"),
  record(data("b", { country: "DE", theme: "tender", size: "500k-1m" }), "Hamburg lots"),
];

const good = {
  id: "a-case",
  title: "A street that charges at night",
  summary: "A town lowered the power of its stations in the evening and measured it.",
  place: { name: "Somewhere", country: "NL", lat: 52.1, lon: 5, size: "under-100k" },
  organisations: [{ name: "Town", role: "public-authority" }],
  years: { start: 2024, end: null },
  status: "running",
  maturity: "mature",
  needs: [4],
  themes: ["smart-charging"],
  assets: ["kerbside-ac"],
  ownership: "concession",
  scale: [],
  approach: "The stations give half of their power between six and nine in the evening, on a signal.",
  kpis: [
    {
      name: "Lower peak",
      value: 12.5,
      unit: "% of peak",
      kind: "measured",
      baseline: null,
      source: 1,
      page: null,
      caveat: null,
    },
  ],
  went_wrong: "Drivers were told too late, and some complained in the first weeks.",
  elsewhere: "The contract must allow a signal, and the grid operator must be ready to send one.",
  standards: [],
  sources: [
    {
      title: "Evaluation",
      url: "https://example.org/report",
      publisher: "Town",
      year: 2025,
      checked_on: "2026-11-25",
    },
  ],
  last_reviewed: "2026-11-25",
  review_by: "2027-11-25",
};
const changed = (change) => {
  const copy = structuredClone(good);
  change(copy);
  return [...check(schema, copy), ...crossCheck(copy)].map((problem) => problem.path.join("."));
};

test("every filter given must match, and words are found without their accents", () => {
  const ids = (filters, only) => matching(records, filters, only).map((item) => item.id);
  assert.deepEqual(ids({}), ["a", "b"]);
  assert.deepEqual(ids({ need: "4", country: "DE" }), ["b"]);
  assert.deepEqual(ids({ theme: "v2g" }), ["a"]);
  assert.deepEqual(ids({ theme: "v2" }), []);
  assert.deepEqual(ids({ text: "malaga STREET" }), ["a"]);
  assert.deepEqual(ids({}, new Set(["b"])), ["b"]);
});

test("the hash carries the choice there and back and drops words it does not know", () => {
  const filters = { need: "4", text: "peak & night" };
  assert.deepEqual(fromHash(toHash(filters)), filters);
  assert.deepEqual(fromHash("#need=4&magic=1"), { need: "4" });
  assert.equal(toHash({}), "");
});

test("filtering 500 cases takes far less than 50 ms", () => {
  const many = Array.from({ length: 500 }, (_, index) =>
    record(
      data(`c${index}`, { need: String(1 + (index % 7)) }),
      `Case ${index} ${"long text about charging ".repeat(20)}`,
    ),
  );
  const times = Array.from({ length: 20 }, () => {
    const start = performance.now();
    matching(many, { need: "4", theme: "v2g", text: "charging 49" });
    return performance.now() - start;
  }).sort((a, b) => a - b);
  assert.equal(matching(many, { need: "4" }).length, 71);
  assert.ok(times[10] < 50, `${times[10]} ms`);
});

test("places like mine are ranked and each says why", () => {
  const names = {
    "over-1m": "Over 1 million",
    "500k-1m": "500,000 to 1 million",
    mature: "Everyday life",
    market: "Market",
  };
  const found = alike(records, { size: "over-1m", maturity: "mature" }, names);
  assert.deepEqual(
    found.map((item) => [item.id, item.points]),
    [
      ["a", 4],
      ["b", 3],
    ],
  );
  assert.deepEqual(found[1].reasons, ["next size (500,000 to 1 million)", "charging there: everyday life"]);
  assert.deepEqual(alike(records, {}, names), []);
});

test("the comparison takes known cases from the address, each once, at most four", () => {
  const known = new Map("abcde".split("").map((id) => [id, {}]));
  assert.deepEqual(chosenIds("#c=a,b,a,x", known), ["a", "b"]);
  assert.deepEqual(chosenIds("#c=a%2Cb,c,d,e", known), ["a", "b", "c", "d"]);
  assert.deepEqual(chosenIds("?c=e", known), ["e"]);
  assert.deepEqual(chosenIds("#checked", known), []);
});

test("a complete case has no problems, and each fault is found where it is", () => {
  assert.deepEqual(
    changed(() => {}),
    [],
  );
  assert.deepEqual(
    changed((item) => delete item.kpis[0].unit),
    ["kpis.0.unit"],
  );
  assert.deepEqual(
    changed((item) => {
      item.kpis[0].kind = "guessed";
    }),
    ["kpis.0.kind"],
  );
  assert.deepEqual(
    changed((item) => {
      item.kpis[0].value = "many";
    }),
    ["kpis.0.value"],
  );
  assert.deepEqual(
    changed((item) => {
      item.kpis[0].value = null;
    }),
    ["kpis.0.reason"],
  );
  assert.deepEqual(
    changed((item) => {
      item.kpis[0].source = 2;
    }),
    ["kpis.0.source", "sources.0.title"],
  );
  assert.deepEqual(
    changed((item) => {
      item.kpis = [];
    }),
    ["no_kpi"],
  );
  assert.deepEqual(
    changed((item) => {
      item.no_kpi = "Nothing was published about it.";
    }),
    ["no_kpi"],
  );
  assert.deepEqual(
    changed((item) => {
      item.place.country = "Netherlands";
    }),
    ["place.country"],
  );
  assert.deepEqual(
    changed((item) => {
      item.sources[0].url = "www.example.org";
    }),
    ["sources.0.url"],
  );
  assert.deepEqual(
    changed((item) => {
      item.went_wrong = null;
    }),
    ["unknown.went_wrong"],
  );
  assert.deepEqual(
    changed((item) => {
      item.elsewhere += " It needs 30 kW.";
    }),
    ["elsewhere"],
  );
  assert.deepEqual(
    changed((item) => {
      item.needs = [];
    }),
    ["needs"],
  );
});

test("every message names its field and ends as a sentence", () => {
  for (const problem of check(schema, { title: "short", place: { country: "nl" } })) {
    assert.match(problem.message, /^[^:]+: .+[.]$/, problem.message);
  }
});

test("the file is written for the strict loader: dates and numbers plain, doubtful words quoted", () => {
  const text = toYaml({
    id: "a",
    day: "2026-11-25",
    country: "NO",
    code: "1e3",
    note: "a: b",
    list: [1, 2],
    empty: [],
    none: null,
  });
  assert.equal(
    text,
    'id: a\nday: 2026-11-25\ncountry: "NO"\ncode: "1e3"\nnote: "a: b"\nlist: [1, 2]\nempty: []\nnone: null\n',
  );
  assert.match(toYaml({ items: [{ name: "x", value: 1 }] }), /^items:\n {2}- name: x\n {4}value: 1\n$/);
});

test("an id comes from the title, and numbers may be typed with a comma", () => {
  assert.equal(idOf("Málaga: 200 cars, and six V2G points for all"), "malaga-200-cars-and-six-v2g");
  assert.equal(idOf("100 cars in Oslo"), "cars-in-oslo");
  assert.equal(numberOf("12,5"), 12.5);
  assert.equal(numberOf("1.000,5"), "1.000,5");
  assert.equal(numberOf("-3"), -3);
});

test("what the form holds becomes a case in the order of the schema, with its dates set", () => {
  const item = caseOf({ title: good.title, status: "running", unknown: {} }, schema, "2026-11-25");
  assert.deepEqual(Object.keys(item), ["id", "title", "status", "standards", "last_reviewed", "review_by"]);
  assert.equal(item.review_by, "2027-11-25");
});
