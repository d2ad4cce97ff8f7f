// Shows a result: the answer first, then charts, then tables. Data goes in as text, never as markup.
import { h, table } from "./dom.js";
import { say } from "./form.js";
import { pretty } from "./numbers.js";

const amount = (entry, lang) => `${pretty(entry.value, lang, entry.decimals)} ${entry.unit ?? ""}`.trim();

function band(entry, lang) {
  if (entry.p10 === null || entry.p10 === undefined || entry.p10 === entry.p90) return "";
  return `${pretty(entry.p10, lang, entry.decimals)} – ${pretty(entry.p90, lang, entry.decimals)} ${entry.unit ?? ""}`.trim();
}

function button(label, action, index) {
  return h(
    "button",
    { type: "button", class: "sc-button sc-quiet sc-live-only", "data-action": action, "data-index": index },
    label,
  );
}

/** One chart with its sentence and its table; `index` names it for the download buttons, null leaves them out. */
export function figure(chart, index, format, t) {
  return h(
    "figure",
    { class: "sc-figure", "data-chart": index },
    h("figcaption", {}, h("h3", {}, chart.title)),
    h("p", { class: "sc-sentence" }, chart.sentence ?? ""),
    h("div", { class: "sc-canvas", role: "img", "aria-label": chart.sentence ?? chart.title }),
    h(
      "details",
      {},
      h("summary", {}, t("table")),
      table(chart.title, chart.table.columns, chart.table.rows, format),
    ),
    index === null
      ? ""
      : h(
          "div",
          { class: "sc-row" },
          button(t("csv"), "csv-chart", index),
          button(t("svg"), "svg", index),
          button(t("png"), "png", index),
        ),
  );
}

/** What not knowing an input does to the band, one sentence each. */
function unknowns(result, lang, t) {
  const text = ({ name, low, high, result: about, known, unknown }) => {
    const span = ([from, to], decimals) =>
      t("to", { low: pretty(from, lang, decimals), high: pretty(to, lang, decimals) });
    const { label, decimals, unit } = result.results[about];
    const input = result.labels?.[name] ?? { label: name, unit: "" };
    return t("unknownNote", {
      label: input.label,
      low: pretty(low, lang),
      high: pretty(high, lang),
      unit: input.unit,
      result: label,
      known: span(known, decimals),
      widened: `${span(unknown, decimals)} ${unit}`,
    });
  };
  const items = (result.unknown ?? []).map((entry) => h("li", {}, text(entry)));
  return items.length > 0 ? h("ul", { class: "sc-unknowns" }, ...items) : null;
}

function explain(result, t) {
  const entries = Object.entries(result.explain ?? {});
  if (entries.length === 0) return null;
  const items = entries.flatMap(([name, { formula, inputs, source }]) => [
    h("dt", {}, result.results[name]?.label ?? name),
    h(
      "dd",
      {},
      h("p", {}, `${t("formula")}: ${formula}`),
      inputs ? h("p", {}, `${t("usedInputs")}: ${[inputs].flat().join(", ")}`) : null,
      source
        ? h("p", {}, `${t("source")}: ${typeof source === "string" ? source : (source.title ?? "")}`)
        : null,
    ),
  ]);
  const anchor = t("checks")
    .toLowerCase()
    .replace(/[^a-z]+/g, "-");
  return h(
    "details",
    { class: "sc-explain" },
    h("summary", {}, t("explain")),
    h("dl", {}, ...items),
    h("p", {}, h("a", { href: `#${anchor}` }, t("checksLink"))),
  );
}

/** Every input as used, for paper: there the form is not printed. */
function inputsUsed(result, definition, lang, t) {
  const rows = definition.inputs.map((input) => {
    const value = result.inputs[input.name];
    const option = input.options?.find(({ id }) => id === value);
    const shown = typeof value === "number" ? `${pretty(value, lang)} ${input.unit ?? ""}`.trim() : value;
    return [say(input.label, lang), option ? say(option.label, lang) : shown, say(input.source.title, lang)];
  });
  return table(t("inputsUsed"), [t("driver"), t("value"), t("source")], rows, String);
}

/** Build the parts of a result, in reading order: a brief, and a sheet that prints on a page of its own. */
export function parts(result, definition, lang, t) {
  const format = (cell) => (typeof cell === "number" ? pretty(cell, lang) : String(cell ?? "–"));
  const numbers = Object.values(result.results).map((entry) => [
    entry.label,
    amount(entry, lang),
    band(entry, lang),
  ]);
  const warnings = (result.warnings ?? []).map(({ message, smallest_fix: fix }) =>
    h("li", {}, message, fix ? h("span", { class: "sc-fix" }, ` ${t("fix")}: ${fix}`) : null),
  );
  const drivers = (result.drivers ?? []).map((driver) => [
    driver.label,
    pretty(driver.low, lang),
    pretty(driver.high, lang),
  ]);
  const facts = {
    engine: result.engine_version,
    data: result.data_version,
    seed: result.seed,
    hash: result.scenario_hash,
  };
  const figures = (result.charts ?? []).map((chart, index) => figure(chart, index, format, t));
  return [
    h(
      "div",
      { class: "sc-brief" },
      h("p", { class: "sc-headline" }, result.headline),
      warnings.length > 0
        ? h("div", { class: "sc-warnings" }, h("h3", {}, t("warnings")), h("ul", {}, ...warnings))
        : null,
      unknowns(result, lang, t),
      table(t("results"), [t("result"), t("value"), t("band")], numbers, String),
      ...figures.slice(0, 1),
      drivers.length > 0 ? table(t("drivers"), [t("driver"), t("low"), t("high")], drivers, String) : null,
    ),
    h(
      "div",
      { class: "sc-sheet" },
      h("h2", { class: "sc-paper" }, t("sheet")),
      ...figures.slice(1),
      ...(result.tables ?? []).flatMap((entry, index) => [
        table(entry.title, entry.columns, entry.rows, format),
        h("div", { class: "sc-row" }, button(t("csv"), "csv-table", index)),
      ]),
      h("div", { class: "sc-paper" }, inputsUsed(result, definition, lang, t)),
      explain(result, t),
      h("p", { class: "sc-version" }, t("version", facts)),
    ),
  ];
}

/** The audit of a network file: what is in it, then what looks wrong, the worst first. */
export function findings({ facts, findings: list }, t) {
  const items = list.map(({ severity, element, message, effect, smallest_fix: fix }) =>
    h(
      "li",
      {},
      h("b", {}, `${t(`severity_${severity}`)}: `),
      [element, message, effect, fix].filter(Boolean).join(" "),
    ),
  );
  const counts = t("fileHolds", facts);
  const title = list.length > 0 ? t("fileFindings", { n: list.length }) : t("fileFine");
  return [h("p", {}, counts), h("details", {}, h("summary", {}, title), h("ul", {}, ...items))];
}

/** One moment as we and as pandapower calculate it. */
export function bothResults(found, lang, t) {
  const columns = [t("result"), t("recheckOurs"), t("recheckTheirs", { version: found.version })];
  const rows = [
    [t("recheckVoltage", { bus: found.lowest_bus }), found.ours_vm_pu, found.theirs_vm_pu, 6],
    [t("recheckTrafo"), found.ours_trafo_percent, found.theirs_trafo_percent, 3],
  ].map(([label, ours, theirs, decimals]) => [
    label,
    pretty(ours, lang, decimals),
    pretty(theirs, lang, decimals),
  ]);
  const difference = found.largest_difference_pu.toExponential(1);
  return [table(t("recheckTitle"), columns, rows), h("p", {}, t("recheckDiffer", { difference }))];
}

/** Draw charts into the canvases of a box with the lazily loaded bundle; returns a function that releases them. */
export async function drawAll(box, charts) {
  if (!charts?.length) return () => {};
  const { draw } = await import(new URL("./charts.js", import.meta.url).href);
  const canvases = [...box.querySelectorAll(".sc-canvas")];
  const drawn = await Promise.all(charts.map(({ spec }, index) => draw(canvases[index], spec)));
  return () => {
    for (const release of drawn) release();
  };
}

let release = () => {};

/** Replace the shown result and draw its charts. */
export async function show(output, result, definition, lang, t) {
  const open = [...output.querySelectorAll("details")].map((element) => element.open);
  output.replaceChildren(...parts(result, definition, lang, t));
  output.querySelectorAll("details").forEach((element, index) => {
    element.open = open[index] ?? false;
  });
  release();
  release = await drawAll(output, result.charts);
}
