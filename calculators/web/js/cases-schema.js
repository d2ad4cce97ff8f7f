// Checks a case against its schema (the part of JSON Schema it uses) and says what to do in the words of the form.

/** Problems of a value: [{path: ["kpis", 0, "unit"], message}], in the order of the schema. */
export function check(schema, value) {
  const problems = [];
  visit(schema, schema, value, [], problems);
  return problems;
}

function resolve(root, part) {
  if (typeof part !== "object" || !part.$ref) return part;
  const { $ref, ...rest } = part;
  return { ...root.$defs[$ref.split("/").pop()], ...rest };
}

const kindOf = (value) =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "array"
      : Number.isInteger(value)
        ? "integer"
        : typeof value;

function fits(kind, wanted) {
  return [wanted].flat().some((name) => name === kind || (name === "number" && kind === "integer"));
}

const KINDS = { number: "a number", integer: "a whole number", string: "a text", array: "a list" };

function visit(root, given, value, path, problems) {
  const part = resolve(root, given);
  const name = part.title ?? path.at(-1) ?? "The case";
  const say = (message) => problems.push({ path, message: `${name}: ${message}` });
  const kind = kindOf(value);
  if (part.type && !fits(kind, part.type)) {
    const wanted = [part.type].flat().find((word) => word !== "null");
    say(`this must be ${KINDS[wanted] ?? wanted}.`);
    return;
  }
  if (part.enum && !part.enum.includes(value)) say("choose one of the list.");
  if (kind === "string") {
    const length = [...value].length;
    if (part.minLength > length) say(`write at least ${part.minLength} characters; there are ${length}.`);
    if (part.maxLength < length) say(`use at most ${part.maxLength} characters; there are ${length}.`);
    if (part.pattern && !new RegExp(part.pattern, "u").test(value))
      say(part.errorMessage ?? "the form is not right.");
  }
  if (typeof value === "number") {
    if (part.minimum > value) say(`it must be ${part.minimum} or more.`);
    if (part.maximum < value) say(`it must be ${part.maximum} or less.`);
  }
  if (kind === "array") {
    if (part.maxItems < value.length) say(`at most ${part.maxItems}.`);
    if (part.minItems > value.length)
      say(part.minItems === 1 ? "add at least one." : `add at least ${part.minItems}.`);
    value.forEach((item, index) => void visit(root, part.items ?? {}, item, [...path, index], problems));
  }
  if (kind === "object") {
    for (const key of part.required ?? []) {
      if (value[key] === undefined) {
        const title = resolve(root, part.properties[key] ?? {}).title ?? key;
        problems.push({ path: [...path, key], message: `${title}: this is missing.` });
      }
    }
    for (const [key, item] of Object.entries(part.properties ?? {})) {
      if (value[key] !== undefined) visit(root, item, value[key], [...path, key], problems);
    }
    if (part.additionalProperties && typeof part.additionalProperties === "object" && !part.properties) {
      for (const key of Object.keys(value))
        visit(root, part.additionalProperties, value[key], [...path, key], problems);
    }
  }
  for (const rule of [...(part.allOf ?? []), ...(part.if ? [part] : [])])
    condition(root, part, rule, value, path, problems);
}

function condition(root, part, rule, value, path, problems) {
  const met = [];
  visit(root, { properties: rule.if.properties }, value, [], met);
  const then = met.length === 0 ? rule.then : rule.else;
  if (!then) return;
  for (const key of then.required ?? []) {
    if (value[key] === undefined) {
      const title = resolve(root, part.properties[key]).title;
      problems.push({ path: [...path, key], message: `${title}: this is needed here.` });
    }
  }
  for (const [key, item] of Object.entries(then.properties ?? {})) {
    if (item === false && value[key] !== undefined) {
      const title = resolve(root, part.properties[key]).title;
      problems.push({
        path: [...path, key],
        message: `${title}: leave this empty, since figures are given.`,
      });
    }
  }
}

const MARK = /\[(\d+)\]/g;
const NO_FIGURE = /\(EU\) \d{4}\/\d+|\bV2[A-Z]\b|\b(?:19|20)\d\d\b/g;

/** What the schema cannot say: sources that exist and are used, reasons for gaps, figures with a source. */
export function crossCheck(item) {
  const problems = [];
  const say = (path, message) => problems.push({ path, message });
  const count = item.sources?.length ?? 0;
  const used = new Set();
  const refer = (path, number) => {
    used.add(number);
    if (!(number >= 1 && number <= count))
      say(path, `there is no source ${number}; you have given ${count}.`);
  };
  for (const part of ["scale", "kpis"])
    (item[part] ?? []).forEach((figure, index) => {
      if (Number.isInteger(figure.source)) refer([part, index, "source"], figure.source);
    });
  for (const field of ["approach", "went_wrong", "elsewhere"]) {
    for (const sentence of (item[field] ?? "").split(/(?<=[.!?])\s+/)) {
      const marks = [...sentence.matchAll(MARK)].map((match) => Number(match[1]));
      for (const number of marks) refer([field], number);
      if (!marks.length && /\d/.test(sentence.replace(NO_FIGURE, "")))
        say(
          [field],
          `the sentence “${sentence}” holds a figure. Add the number of its source in square brackets: [1]`,
        );
    }
  }
  if (used.size)
    for (let number = 1; number <= count; number++)
      if (!used.has(number))
        say(
          ["sources", number - 1, "title"],
          `source ${number} is not used. Refer to it as [${number}] or remove it.`,
        );
  const gaps = {
    went_wrong: item.went_wrong,
    ownership: item.ownership,
    "years.start": item.years?.start,
    "years.end": item.years?.end,
  };
  for (const [field, value] of Object.entries(gaps)) {
    const reason = item.unknown?.[field];
    const goesOn = field === "years.end" && ["running", "planned"].includes(item.status);
    if (value === null && !reason && !goesOn)
      say(["unknown", field], "say in one sentence why this is not known.");
    if (value !== null && value !== undefined && reason)
      say(["unknown", field], "the field has a value; leave the reason empty.");
  }
  return problems;
}
