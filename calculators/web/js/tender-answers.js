// The answers of the tender wizard: from the form to an answers file and back.
export const UNKNOWN = "dont-know";
const SITE = ["name", "kind", "points", "power_kw", "dso_capacity_kw", "dso_date", "note"];
const NUMBERS = new Set(["points", "power_kw", "dso_capacity_kw"]);

const lines = (text) =>
  text
    .split(/\r?\n/)
    .map((line, index) => ({ line: index + 1, text: line.trim() }))
    .filter(({ text: content }) => content !== "");

const numeric = (text) => (/^-?\d+([.,]\d+)?$/.test(text) ? Number(text.replace(",", ".")) : null);

/** Weights by criterion: {weights, problems}. */
export function readWeights(text, t) {
  const weights = {};
  const problems = [];
  for (const { line, text: content } of lines(text)) {
    const found = content.match(/^(.*\S)[\s:;=]+(-?\d+(?:[.,]\d+)?)\s*%?$/);
    if (found) weights[found[1].replace(/[\s:;=]+$/, "")] = numeric(found[2]);
    else problems.push(t("weightLine", { line }));
  }
  return { weights, problems };
}

/** Rows of the site list: {sites, problems}. */
export function readSites(text, t) {
  const sites = [];
  const problems = [];
  for (const { line, text: content } of lines(text)) {
    const site = {};
    for (const [index, cell] of content.split(";").slice(0, SITE.length).entries()) {
      const value = cell.trim();
      if (value === "") continue;
      const number = NUMBERS.has(SITE[index]) ? numeric(value) : value;
      if (number === null) problems.push(t("siteLine", { line, why: t("siteNumber", { text: value }) }));
      else site[SITE[index]] = number;
    }
    sites.push(site);
  }
  return { sites, problems };
}

const writeWeights = (weights) =>
  Object.entries(weights ?? {})
    .map(([name, value]) => `${name} ${value}`)
    .join("\n");

const writeSites = (sites) =>
  (sites ?? [])
    .map((site) =>
      SITE.map((key) => site[key] ?? "")
        .join("; ")
        .replace(/(; )+$/, ""),
    )
    .join("\n");

/** Read the form: {content, problems}. What the form does not show is kept from `kept`. */
export function read(form, kept, t) {
  const answers = {};
  for (const question of form.querySelectorAll("[data-question]")) {
    const name = question.dataset.question;
    const chosen = [...question.querySelectorAll("input:checked")].map((input) => input.value);
    const multiple = question.querySelector("input").type === "checkbox";
    if (chosen.length > 0 && !chosen.includes(UNKNOWN)) answers[name] = multiple ? chosen : chosen[0];
  }
  const buyer = { ...kept.buyer };
  for (const input of form.querySelectorAll('[name^="buyer."]')) {
    const key = input.name.slice("buyer.".length);
    if (input.value.trim()) buyer[key] = input.value.trim();
    else delete buyer[key];
  }
  const { weights, problems } = readWeights(form.elements.weights.value, t);
  const { sites, problems: wrong } = readSites(form.elements.sites.value, t);
  const content = { ...kept, schema_version: 1, kind: "tender", buyer, answers, weights, sites };
  return { content, problems: [...problems, ...wrong] };
}

/** Put an answers file into the form. */
export function write(form, content) {
  for (const question of form.querySelectorAll("[data-question]")) {
    const given = content.answers?.[question.dataset.question] ?? UNKNOWN;
    for (const input of question.querySelectorAll("input"))
      input.checked = [given].flat().includes(input.value);
  }
  for (const input of form.querySelectorAll('[name^="buyer."]'))
    input.value = content.buyer?.[input.name.slice("buyer.".length)] ?? "";
  form.elements.weights.value = writeWeights(content.weights);
  form.elements.sites.value = writeSites(content.sites);
}

/** An answers file's object, or null. */
export function parse(text) {
  try {
    const content = JSON.parse(text);
    return content?.kind === "tender" && content.buyer && content.answers ? content : null;
  } catch {
    return null;
  }
}
