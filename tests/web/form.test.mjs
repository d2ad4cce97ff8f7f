import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { toCsv } from "../../calculators/web/js/export.js";
import { FILE_LIMIT, readFile } from "../../calculators/web/js/file.js";
import { fill } from "../../calculators/web/js/fill.js";
import { changedOnly, readInput } from "../../calculators/web/js/form.js";
import { fromScenario, toScenario } from "../../calculators/web/js/scenario.js";

const words = JSON.parse(readFileSync(new URL("../../calculators/web/words/en.json", import.meta.url)));
const t = (key, values) => fill(words[key], values);
const power = {
  name: "p_kw",
  label: { en: "Power" },
  kind: "number",
  unit: "kW",
  min: 1,
  max: 22,
  default: 11,
};
const count = { ...power, name: "n", label: { en: "Cars" }, kind: "integer", unit: "" };
const definition = { id: "demo", inputs: [power, count] };

test("a value out of range is refused with the nearest one", () => {
  assert.match(readInput(power, "50", "en", t).problem, /50 kW.*between 1 and 22 kW.*Nearest allowed: 22 kW/);
  assert.equal(readInput(power, "22", "en", t).value, 22);
});

test("half a car is refused", () => {
  assert.match(readInput(count, "2,5", "en", t).problem, /whole number/);
});

test("only values that differ from their default count as changed", () => {
  assert.deepEqual(changedOnly(definition, { p_kw: 11, n: 5 }), { n: 5 });
});

test("a scenario opens in its own calculator only", () => {
  const text = JSON.stringify(toScenario(definition, { n: 5 }, null));
  assert.deepEqual(fromScenario(definition, text).inputs, { n: 5 });
  assert.equal(fromScenario({ id: "other" }, text), null);
  assert.equal(fromScenario(definition, "{"), null);
});

test("a file of 50 MB is refused before it is read", async () => {
  const file = { name: "big.json", size: FILE_LIMIT, text: () => assert.fail("was read") };
  assert.match((await readFile(file, t)).problem, /big.json is 50 MB/);
});

test("a CSV names its run and never holds a spreadsheet formula", () => {
  const result = { calculator: "demo", seed: 1, scenario_hash: "ab", inputs: { p_kw: 11 } };
  const csv = toCsv(result, definition, "T", { columns: ["a"], rows: [["=1+1"], [-5]] });
  assert.match(csv, /# scenario_hash,ab/);
  assert.match(csv, /# input p_kw,11,kW/);
  assert.match(csv, /'=1\+1\r\n-5/);
});
