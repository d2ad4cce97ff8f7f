// The finder page: filters while you type, the count said aloud, the choice in the address, places like mine.
import { alike, FILTERS, fromHash, matching, record, toHash } from "./cases-filter.js";
import { h } from "./dom.js";

const MOST = 4; // cases side by side
const NEAREST = 8; // places like mine that are shown

export function startFinder(root, signal) {
  const form = root.querySelector(".cs-filters");
  const count = root.querySelector(".cs-count");
  const cards = new Map([...root.querySelectorAll(".cs-card")].map((card) => [card.dataset.id, card]));
  const records = [...cards.values()].map((card) => record(card.dataset, card.textContent));
  let only = null; // ids behind a mark of the map

  const chosen = () =>
    Object.fromEntries(
      FILTERS.map((name) => [name, form.elements[name].value.trim()]).filter(([, value]) => value),
    );

  function show() {
    const filters = chosen();
    const found = new Set(matching(records, filters, only).map((item) => item.id));
    for (const [id, card] of cards) card.hidden = !found.has(id);
    for (const mark of root.querySelectorAll(".cs-mark")) {
      const left = mark.dataset.cases.split(" ").filter((id) => found.has(id)).length;
      mark.classList.toggle("cs-off", left === 0);
      mark.querySelector("text").textContent = left || "";
    }
    const hint = found.size ? "" : " Choose “any” somewhere, or show all.";
    count.textContent =
      found.size === records.length
        ? `${records.length} cases`
        : `${found.size} of ${records.length} cases${only ? ", near one point of the map" : ""}.${hint}`;
    return filters;
  }

  function update() {
    const hash = toHash(show());
    if (hash !== location.hash)
      history.replaceState(history.state, "", hash || location.pathname + location.search);
  }

  function open() {
    const filters = fromHash(location.hash);
    for (const name of FILTERS) form.elements[name].value = filters[name] ?? "";
    for (const name of FILTERS) if (form.elements[name].value === "" && filters[name]) delete filters[name];
    show();
  }

  form.addEventListener("input", update, { signal });
  form.addEventListener("submit", (event) => event.preventDefault(), { signal });
  form.addEventListener(
    "click",
    async (event) => {
      const action = event.target.dataset.action;
      const said = form.querySelector(".cs-said");
      if (action === "reset") {
        form.reset();
        only = null;
        update();
      } else if (action === "link") {
        update();
        said.textContent = await copied(location.href);
      }
    },
    { signal },
  );
  for (const mark of root.querySelectorAll(".cs-mark")) {
    mark.addEventListener(
      "click",
      () => {
        const ids = new Set(mark.dataset.cases.split(" "));
        only = only && [...ids].every((id) => only.has(id)) ? null : ids;
        show();
        count.scrollIntoView({ block: "nearest" });
      },
      { signal },
    );
  }
  globalThis.addEventListener("hashchange", open, { signal });
  startMine(root, records, cards, signal);
  startBasket(root, cards, signal);
  form.hidden = false;
  root.classList.add("cs-live");
  open();
}

export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied.";
  } catch {
    return "Copying was refused. Copy it from the address line.";
  }
}

function startMine(root, records, cards, signal) {
  const details = root.querySelector(".cs-mine");
  const menus = Object.fromEntries(
    ["size", "maturity", "ownership"].map((name) => [name, details.querySelector(`#cs-mine-${name}`)]),
  );
  const names = Object.fromEntries(
    Object.values(menus).flatMap((menu) => [...menu.options].map((option) => [option.value, option.text])),
  );
  const output = details.querySelector(".cs-alike");
  details.addEventListener(
    "input",
    () => {
      const mine = Object.fromEntries(Object.entries(menus).map(([name, menu]) => [name, menu.value]));
      const found = alike(records, mine, names).slice(0, NEAREST);
      const rows = found.map((item) => {
        const link = cards.get(item.id).querySelector("h2 a");
        return h(
          "li",
          {},
          h("a", { href: link.getAttribute("href") }, link.textContent),
          `: ${item.reasons.join(", ")}.`,
        );
      });
      output.replaceChildren(
        rows.length
          ? h("ol", {}, ...rows)
          : h(
              "p",
              {},
              Object.values(mine).some(Boolean) ? "No case is alike in that." : "Choose at least one.",
            ),
      );
    },
    { signal },
  );
  details.hidden = false;
}

function startBasket(root, cards, signal) {
  const basket = root.querySelector(".cs-basket");
  const boxes = [...root.querySelectorAll(".cs-pick input")];
  for (const card of cards.values()) card.querySelector(".cs-pick").hidden = false;
  root.addEventListener(
    "change",
    (event) => {
      if (!boxes.includes(event.target)) return;
      const picked = boxes.filter((box) => box.checked).map((box) => box.value);
      for (const box of boxes) box.disabled = picked.length >= MOST && !box.checked;
      basket.hidden = picked.length === 0;
      const link = basket.querySelector("a");
      link.href = `compare/#c=${picked.join(",")}`;
      link.textContent =
        picked.length === 1
          ? "Compare this case (choose up to three more)"
          : `Compare the ${picked.length} chosen cases`;
    },
    { signal },
  );
}
