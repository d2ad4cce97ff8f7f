// Up to four cases side by side; the choice is in the address.
import { h } from "./dom.js";

const MOST = 4;

/** Ids in a hash or query such as "#c=one,two" or "?c=one": known ones, each once, at most four. */
export function chosenIds(given, known) {
  const text = /^[#?]c=/.test(given) ? decodeURIComponent(given.slice(3)) : "";
  return [...new Set(text.split(","))].filter((id) => known.has(id)).slice(0, MOST);
}

export async function startCompare(root, signal) {
  let cases;
  try {
    const answer = await fetch(new URL(root.dataset.source, location.href), { signal });
    if (!answer.ok) throw new Error(answer.statusText);
    cases = new Map(Object.entries(await answer.json()));
  } catch (error) {
    if (error.name !== "AbortError")
      root.replaceChildren(h("p", { role: "alert" }, "The cases could not be loaded. Load the page again."));
    return;
  }
  let ids = [];
  const status = h("p", { class: "cs-count", role: "status" });
  const menu = h(
    "select",
    { id: "cs-add" },
    h("option", { value: "" }, "choose a case"),
    ...[...cases].map(([id, item]) => h("option", { value: id }, item.title)),
  );
  const output = h("div", { class: "cs-side", tabindex: "0", role: "region", "aria-label": "Comparison" });
  root.replaceChildren(
    h("div", { class: "cs-field" }, h("label", { for: "cs-add" }, "Add a case"), menu),
    status,
    output,
  );

  function show() {
    const full = ids.length >= MOST;
    menu.disabled = full;
    for (const option of menu.options) option.disabled = ids.includes(option.value);
    status.textContent = ids.length ? `${ids.length} of ${MOST} cases chosen.` : "No case chosen yet.";
    output.hidden = ids.length === 0;
    output.replaceChildren(...(ids.length ? [table()] : []));
  }

  function table() {
    const columns = ids.map((id) => cases.get(id));
    const head = columns.map((item, index) => {
      const button = h(
        "button",
        { type: "button", class: "cs-button" },
        "Remove",
        h("span", { class: "cs-hidden" }, `: ${item.title}`),
      );
      button.addEventListener("click", () => {
        ids = ids.filter((id) => id !== ids[index]);
        set();
        menu.focus();
      });
      return h("th", { scope: "col" }, h("a", { href: `../${ids[index]}/` }, item.title), button);
    });
    const fields = Object.keys(columns[0]).filter((name) => name !== "title");
    const rows = fields.map((name) =>
      h("tr", {}, h("th", { scope: "row" }, name), ...columns.map((item) => h("td", {}, cell(item[name])))),
    );
    return h(
      "table",
      { class: "cs-table cs-compared" },
      h("caption", {}, "Cases side by side"),
      h("thead", {}, h("tr", {}, h("td", {}), ...head)),
      h("tbody", {}, ...rows),
    );
  }

  function set() {
    history.replaceState(history.state, "", location.pathname + (ids.length ? `#c=${ids.join(",")}` : ""));
    show();
  }

  menu.addEventListener(
    "change",
    () => {
      if (menu.value) ids = [...ids, menu.value].slice(0, MOST);
      menu.value = "";
      set();
    },
    { signal },
  );
  const open = () => {
    ids = chosenIds(location.hash || location.search, cases);
    show();
  };
  globalThis.addEventListener("hashchange", open, { signal });
  open();
}

const cell = (value) =>
  Array.isArray(value) ? h("ul", {}, ...value.map((text) => h("li", {}, text))) : value;
