import assert from "node:assert/strict";
import test from "node:test";
import { parseNumber, plain } from "../../calculators/web/js/numbers.js";

const value = (text, unit) => parseNumber(text, unit).value;

test("comma and point are both decimal signs", () => {
  assert.equal(value("1,5"), 1.5);
  assert.equal(value("1.5"), 1.5);
  assert.equal(value("-0,125"), -0.125);
});

test("one separator before exactly three digits is refused with both readings", () => {
  assert.deepEqual(parseNumber("1.234"), { problem: "ambiguous", a: "1234", b: "1.2340" });
  assert.equal(value("1.2340"), 1.234);
  assert.equal(value("0.125"), 0.125);
});

test("thousands are read when they can be read in one way only", () => {
  assert.equal(value("1,234.5"), 1234.5);
  assert.equal(value("1.234,5"), 1234.5);
  assert.equal(value("1 234 567"), 1234567);
  assert.equal(value("1.234.567"), 1234567);
});

test("a unit after the number is accepted, other text is not", () => {
  assert.equal(value("11 kW", "kW"), 11);
  assert.equal(parseNumber("11 mW", "kW").problem, "number");
  assert.equal(parseNumber("1 2").problem, "number");
  assert.equal(parseNumber("1e3").problem, "number");
  assert.equal(parseNumber(" ").problem, "empty");
});

test("numbers are written without float noise", () => {
  assert.equal(plain(0.1 + 0.2), "0.3");
});
