// Reads the form: values with comma or point, problems per field, what was changed.
import { h } from "./dom.js";
import { parseNumber, plain } from "./numbers.js";

/** Stands for a value the reader does not know. */
export const UNKNOWN = "unknown";

/** Text of a word that may be given per language. */
export const say = (words, lang) =>
  words && typeof words === "object" ? (words[lang] ?? words.en ?? "") : String(words ?? "");

const isChoice = ({ kind }) => kind === "choice" || kind === "network";
const isShare = (input) => input.kind === "share";
const scale = (input) => (isShare(input) ? 100 : 1);
const unitOf = (input) => (isShare(input) ? "%" : (input.unit ?? ""));

/** Value as the control shows it. */
export function toText(input, value) {
  if (input.kind === "flag" || isChoice(input)) return String(value);
  return value === null || value === undefined ? "" : plain(value * scale(input));
}

/** Check typed text against an input's definition: {value} or {problem: sentence}. */
export function readInput(input, text, lang, t) {
  if (isChoice(input)) return { value: text };
  if (input.kind === "flag") return { value: text === "true" };
  const unit = unitOf(input);
  const min = input.min === undefined || input.min === null ? -Infinity : input.min * scale(input);
  const max = input.max === undefined || input.max === null ? Infinity : input.max * scale(input);
  const limit = (value) => (Number.isFinite(value) ? plain(value) : "∞");
  const facts = { label: say(input.label, lang), text, unit, min: limit(min), max: limit(max) };
  const read = parseNumber(text, unit);
  if (read.problem === "empty") return { problem: t("errEmpty", facts).trim() };
  if (read.problem === "ambiguous") return { problem: t("errAmbiguous", { ...facts, ...read }) };
  if (read.problem) return { problem: t("errNumber", { ...facts, example: toText(input, input.default) }) };
  const { value } = read;
  if (value < min || value > max) {
    const nearest = plain(Math.min(max, Math.max(min, value)));
    return { problem: t("errRange", { ...facts, value: plain(value), nearest }) };
  }
  if (input.kind === "integer" && !Number.isInteger(value)) {
    return { problem: t("errInteger", { ...facts, value: plain(value), nearest: Math.round(value) }) };
  }
  return { value: isShare(input) ? Number((value / 100).toPrecision(12)) : value };
}

/** Values that differ from their defaults. */
export function changedOnly(definition, values) {
  return Object.fromEntries(
    definition.inputs
      .filter(({ name, kind }) => kind !== "file" && name in values)
      .filter((input) => values[input.name] !== input.default)
      .map(({ name }) => [name, values[name]]),
  );
}

/** The form of one mounted calculator. */
export class Form {
  constructor(root, definition, lang, t) {
    Object.assign(this, { root, definition, lang, t });
    this.inputs = definition.inputs.filter((input) => input.kind !== "file");
  }

  field(name) {
    return this.root.querySelector(`.sc-field[data-name="${CSS.escape(name)}"]`);
  }

  control(name) {
    return this.field(name)?.querySelector("input, select");
  }

  /** The box that says "I don't know", or null where an input must be known. */
  unknown(name) {
    return this.field(name)?.querySelector(".sc-unknown input") ?? null;
  }

  /** A box was ticked or not: the value beside it counts or does not. */
  toggle(box) {
    const { name } = box.closest(".sc-field").dataset;
    this.control(name).disabled = box.checked;
  }

  text(input) {
    const control = this.control(input.name);
    return control.type === "checkbox" ? String(control.checked) : control.value;
  }

  /** Label and unit by input name. */
  labels() {
    return Object.fromEntries(
      this.inputs.map((input) => [input.name, { label: say(input.label, this.lang), unit: unitOf(input) }]),
    );
  }

  /** Put values into the controls; inputs not named get their default. Unknown names are left out. */
  set(values) {
    for (const input of this.inputs) {
      const given = Object.hasOwn(values, input.name) ? values[input.name] : input.default;
      const control = this.control(input.name);
      const unknown = this.unknown(input.name);
      if (unknown) unknown.checked = given === UNKNOWN;
      control.disabled = given === UNKNOWN && unknown !== null;
      if (control.type === "checkbox") control.checked = given === true;
      else if (control.disabled) control.value = toText(input, input.default);
      else if (typeof given !== "object") control.value = toText(input, given);
    }
  }

  /** Read all controls: {values, problems: [{name, message}]}. */
  read() {
    const values = {};
    const problems = [];
    for (const input of this.inputs) {
      if (this.unknown(input.name)?.checked) {
        values[input.name] = UNKNOWN;
        continue;
      }
      const { value, problem } = readInput(input, this.text(input), this.lang, this.t);
      if (problem) problems.push({ name: input.name, message: problem });
      else values[input.name] = value;
    }
    return { values, problems };
  }

  /** Show how a number was read, and what is wrong with it, under each control. */
  show(problems) {
    const wrong = new Map(problems.map(({ name, message }) => [name, message]));
    for (const input of this.inputs) {
      const field = this.field(input.name);
      const message = wrong.get(input.name) ?? "";
      const text = this.text(input);
      const error = field.querySelector(".sc-error");
      error.textContent = message;
      error.hidden = message === "";
      this.control(input.name).setAttribute("aria-invalid", String(message !== ""));
      const echo = field.querySelector(".sc-read");
      if (!echo) continue;
      const value = parseNumber(text, unitOf(input)).value;
      const differs = message === "" && value !== undefined && plain(value) !== text.trim();
      echo.textContent = differs ? this.t("readAs", { value: plain(value), unit: unitOf(input) }) : "";
    }
  }

  /** "You changed 2 of 11 inputs". */
  showChanged(values) {
    const changed = changedOnly(this.definition, values);
    const labels = this.inputs
      .filter(({ name }) => name in changed)
      .map(({ label }) => say(label, this.lang));
    for (const { name } of this.inputs) this.field(name).classList.toggle("sc-changed", name in changed);
    const facts = { n: labels.length, total: this.inputs.length, names: labels.join(", ") };
    this.root.querySelector(".sc-changes").textContent = this.t(
      labels.length === 0 ? "changedNone" : "changed",
      facts,
    );
    return changed;
  }

  /** The list of problems above the button, each linked to its control. */
  summary(problems) {
    const box = this.root.querySelector(".sc-problems");
    const list = box.querySelector("ul");
    list.replaceChildren(
      ...problems.map(({ name, message, fix }) => {
        const control = name ? this.control(name) : null;
        const text = [message, fix].filter(Boolean).join(" ");
        const item = control ? h("a", { href: `#${control.id}`, "data-focus": control.id }, text) : text;
        return h("li", {}, item);
      }),
    );
    box.hidden = problems.length === 0;
    return box;
  }
}
