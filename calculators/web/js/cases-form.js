// The form for a new case: collects, checks while you type, keeps a draft in this browser, writes the file.
import { copied } from "./cases-finder.js";
import { check, crossCheck } from "./cases-schema.js";
import { toYaml } from "./cases-yaml.js";
import { download, h } from "./dom.js";

const DRAFT = "case-draft-1";
const ROWS = ["organisations", "sources"]; // lists that start with one empty entry

/** Id from a title: plain letters, digits and hyphens, at most six words. */
export function idOf(title) {
  const words = (title ?? "")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return (words ?? [])
    .slice(0, 6)
    .join("-")
    .replace(/^[0-9-]+/, "");
}

/** A number as people type it, with point or comma; anything else stays text for the check to refuse. */
export function numberOf(text) {
  const clean = text.trim().replace(",", ".");
  return /^-?\d+(\.\d+)?$/.test(clean) ? Number(clean) : text;
}

/** The whole case in the order of the schema, from what the form holds. */
export function caseOf(given, schema, today) {
  const id = idOf(given.title);
  const years = given.status === "running" || given.status === "planned" ? 1 : 2;
  const whole = {
    ...given,
    id,
    standards: given.standards ?? [],
    last_reviewed: today,
    review_by: `${Number(today.slice(0, 4)) + years}${today.slice(4)}`,
  };
  if (whole.unknown && Object.keys(whole.unknown).length === 0) delete whole.unknown;
  return Object.fromEntries(
    Object.keys(schema.properties)
      .filter((name) => whole[name] !== undefined)
      .map((name) => [name, whole[name]]),
  );
}

/** Fields of a group: those whose nearest group is this one. */
const within = (group) =>
  [...group.querySelectorAll("[data-key]")].filter(
    (item) => item.parentElement.closest("[data-key], [data-item]") === group,
  );

function read(element) {
  const { type } = element.dataset;
  if (type === "object" || element.hasAttribute("data-item"))
    return Object.fromEntries(
      within(element)
        .map((item) => [item.dataset.key, read(item)])
        .filter(([, value]) => value !== undefined),
    );
  if (type === "list") return [...element.querySelector(".cs-items").children].map(read);
  if (type === "set") {
    const values = [...element.querySelectorAll("input:checked")].map((box) => box.value);
    return element.dataset.number ? values.map(Number) : values;
  }
  const control = element.querySelector("input, select, textarea");
  if (type === "boolean") return control.checked || undefined;
  const text = control.value.trim();
  if (text === "") return element.dataset.null ? null : undefined;
  if (type === "texts")
    return text
      .split(";")
      .map((part) => part.trim())
      .filter(Boolean);
  return type === "number" ? numberOf(text) : text;
}

function write(element, value) {
  if (value === undefined || value === null) return;
  const { type } = element.dataset;
  if (type === "object" || element.hasAttribute("data-item")) {
    for (const item of within(element)) write(item, value[item.dataset.key]);
  } else if (type === "list") {
    for (const row of value) write(addRow(element), row);
  } else if (type === "set") {
    for (const box of element.querySelectorAll("input")) box.checked = value.map(String).includes(box.value);
  } else {
    const control = element.querySelector("input, select, textarea");
    if (type === "boolean") control.checked = value === true;
    else control.value = Array.isArray(value) ? value.join("; ") : value;
  }
}

let serial = 0;

function addRow(list) {
  const row = list.querySelector("template").content.firstElementChild.cloneNode(true);
  serial += 1;
  for (const item of row.querySelectorAll("[id]")) item.id += `-${serial}`;
  for (const label of row.querySelectorAll("[for]")) label.htmlFor += `-${serial}`;
  for (const item of row.querySelectorAll("[aria-describedby]"))
    item.setAttribute(
      "aria-describedby",
      item.getAttribute("aria-describedby").replaceAll(/(\S+)/g, `$1-${serial}`),
    );
  list.querySelector(".cs-items").append(row);
  number(list);
  return row;
}

function number(list) {
  [...list.querySelector(".cs-items").children].forEach((row, index) => {
    row.querySelector(".cs-index").textContent = index + 1;
  });
}

/** The field a problem is about, or the nearest group above it. */
function fieldOf(root, path) {
  let place = root;
  for (const step of path) {
    const next =
      typeof step === "number"
        ? place.querySelector(":scope > .cs-items")?.children[step]
        : within(place).find((item) => item.dataset.key === step);
    if (!next) break;
    place = next;
  }
  return place;
}

export function startForm(root, signal) {
  const form = root.querySelector("form");
  const schema = JSON.parse(root.querySelector(".cs-schema").content.textContent);
  const top = form.querySelector('[data-key="case"]');
  const [yaml, mail] = ["#cs-yaml", "#cs-mail"].map((name) => form.querySelector(name));
  const state = form.querySelector(".cs-state");
  const list = form.querySelector(".cs-problems");
  const said = form.querySelector(".cs-outcome .cs-said");
  const touched = new Set();
  let timer = 0;
  let last = [];

  function update() {
    const today = new Date().toISOString().slice(0, 10);
    const given = read(top);
    const item = caseOf(given, schema, today);
    const problems = [...check(schema, item), ...crossCheck(item)];
    last = problems;
    mark(problems);
    state.textContent = problems.length
      ? `${problems.length} ${problems.length === 1 ? "thing is" : "things are"} still open.`
      : "Complete: the file passes every rule.";
    list.hidden = problems.length === 0;
    list.replaceChildren(...problems.slice(0, 12).map((problem) => entry(problem)));
    if (problems.length > 12) list.append(h("li", {}, `and ${problems.length - 12} more.`));
    yaml.value = toYaml(item);
    mail.value = `Subject: New case: ${item.title ?? ""}\n\nHere is a case for the knowledge centre. File: ${item.id || "case"}.yaml\n${
      problems.length ? `Still open: ${problems.length}.\n` : "It passes the form's checks.\n"
    }\n${yaml.value}`;
    save(given);
  }

  function mark(problems) {
    for (const error of form.querySelectorAll(".cs-error")) error.hidden = true;
    for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
    for (const problem of problems) {
      const field = fieldOf(top, problem.path);
      if (!touched.has(field)) continue;
      const error = field.querySelector(":scope > .cs-error");
      if (!error?.hidden) continue;
      error.textContent = problem.message;
      error.hidden = false;
      field
        .querySelector("input:not([type=checkbox]), select, textarea")
        ?.setAttribute("aria-invalid", "true");
    }
  }

  function entry(problem) {
    const button = h("button", { type: "button", class: "cs-jump" }, problem.message);
    button.addEventListener("click", () => {
      const field = fieldOf(top, problem.path);
      touched.add(field);
      (field.querySelector("input, select, textarea, button") ?? field).focus();
    });
    return h("li", {}, button);
  }

  function save(given) {
    try {
      localStorage.setItem(DRAFT, JSON.stringify(given));
    } catch {
      // Storage full or refused: the draft then lives as long as the page.
    }
  }

  function restore() {
    let draft = null;
    try {
      draft = JSON.parse(localStorage.getItem(DRAFT) ?? "null");
    } catch {
      // A draft that cannot be read is no draft.
    }
    if (draft) write(top, draft);
    for (const name of ROWS) {
      const rows = within(top).find((item) => item.dataset.key === name);
      if (!rows.querySelector(".cs-items").children.length) addRow(rows);
    }
    if (draft) said.textContent = "The draft you left in this browser is back.";
  }

  const actions = {
    add: (button) => addRow(button.parentElement).querySelector("input, select").focus(),
    remove: (button) => {
      const rows = button.closest('[data-type="list"]');
      button.closest("[data-item]").remove();
      number(rows);
      rows.querySelector('[data-action="add"]').focus();
    },
    clear: () => {
      if (!globalThis.confirm("Empty the form? The draft in this browser is deleted too.")) return;
      form.reset();
      for (const rows of form.querySelectorAll(".cs-items")) rows.replaceChildren();
      touched.clear();
      localStorage.removeItem(DRAFT);
      restore();
      said.textContent = "The form is empty.";
    },
    download: () => download(`${idOf(read(top).title) || "case"}.yaml`, yaml.value, "application/yaml"),
    "copy-yaml": async () => {
      said.textContent = await copied(yaml.value);
    },
    "copy-mail": async () => {
      said.textContent = await copied(mail.value);
    },
  };
  form.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-action]");
      if (!button) return;
      actions[button.dataset.action]?.(button);
      if (["add", "remove", "clear"].includes(button.dataset.action)) update();
    },
    { signal },
  );
  form.addEventListener("focusout", (event) => touch(event.target), { signal });
  form.addEventListener(
    "input",
    () => {
      clearTimeout(timer);
      timer = setTimeout(update, 200);
    },
    { signal },
  );
  form.addEventListener("submit", (event) => event.preventDefault(), { signal });

  function touch(target) {
    const field = target.closest("[data-key]");
    if (!field || field === top || touched.has(field)) return;
    touched.add(field);
    setTimeout(() => mark(last), 300); // later: a message that moves the page must not make a click miss
  }

  restore();
  root.querySelector(".cs-noscript").hidden = true;
  form.hidden = false;
  update();
}
