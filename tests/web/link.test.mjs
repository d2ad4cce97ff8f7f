import assert from "node:assert/strict";
import test from "node:test";
import { decode, encode } from "../../calculators/web/js/link.js";

test("a link gives back what went in and needs no escaping", async () => {
  const object = { v: 1, c: "x", i: { share: 0.3, strategy: "uncontrolled", name: "Zürich" } };
  const hash = await encode(object);
  assert.match(hash, /^#s1=[A-Za-z0-9_-]+$/);
  assert.deepEqual(await decode(hash), object);
});

test("an ordinary anchor is no scenario and a damaged link throws", async () => {
  assert.equal(await decode("#sources"), null);
  await assert.rejects(decode("#s1=AAAA"));
});
