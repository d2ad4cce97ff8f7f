// The filter of the register of rules: hides rows by their data attributes and keeps the choice in the address.

const NAMES = ["role", "country", "site", "date", "text"];

/** How a row stands on a day: "applies", "later", "proposed" or "ended", as the Python function says it. */
export function stands(row, date) {
  if (row.status === "repealed" || (row.until && date && row.until < date)) return "ended";
  if (row.status === "proposed") return "proposed";
  return row.from && date && row.from > date ? "later" : "applies";
}

/** Whether a row concerns the reader; the day is judged apart from it. */
export function concerns(row, choice, places, words) {
  const has = (list, item) => !item || list.split(" ").includes(item);
  return (
    has(row.roles, choice.role) &&
    (!choice.country || places.split(" ").includes(row.place)) &&
    (has(row.sites, choice.site) || has(row.sites, "any")) &&
    words.toLowerCase().includes((choice.text ?? "").trim().toLowerCase())
  );
}

/** The choice written in an address such as "#role=city&country=NL", or none for a plain anchor. */
export function read(hash) {
  if (!hash.includes("=")) return null;
  const given = new URLSearchParams(hash.slice(1));
  return Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ""]));
}

/** The address of a choice; empty when nothing is chosen. */
export function write(choice) {
  const given = new URLSearchParams(NAMES.filter((name) => choice[name]).map((name) => [name, choice[name]]));
  return given.size ? `#${given}` : "";
}

/** Bring the filter of a page to life. */
export function startRegister(form, signal) {
  const rows = [...document.querySelectorAll(".reg-list tbody tr")];
  const field = (name) => form.elements.namedItem(name);
  const chosen = () => Object.fromEntries(NAMES.map((name) => [name, field(name).value]));

  function show() {
    const choice = chosen();
    const places = field("country").selectedOptions[0].dataset.places ?? "";
    const count = { applies: 0, later: 0, proposed: 0, ended: 0 };
    for (const row of rows) {
      const kind = stands(row.dataset, choice.date);
      const mine = concerns(row.dataset, choice, places, row.textContent);
      if (mine) count[kind] += 1;
      row.hidden = !mine || (choice.date !== "" && (kind === "later" || kind === "ended"));
    }
    form.querySelector(".reg-found").textContent = sentence(count, choice);
  }

  function sentence(count, choice) {
    const shown = rows.filter((row) => !row.hidden).length;
    if (!Object.values(choice).some(Boolean)) return `All ${rows.length} entries are shown.`;
    const parts = [`${shown} of ${rows.length} entries are shown`];
    if (choice.date)
      parts.push(
        `${count.later} more start after that day and ${count.ended} have ended by then: both are hidden`,
      );
    if (count.proposed) parts.push(`${count.proposed} of those shown are proposals`);
    if (choice.country === "NO") parts.push("which EU acts hold in Norway was not checked");
    return `${parts.join("; ")}.`;
  }

  function change() {
    show();
    history.replaceState(history.state, "", write(chosen()) || location.pathname + location.search);
  }

  function take() {
    const given = read(location.hash) ?? read(location.search);
    if (given) for (const name of NAMES) field(name).value = given[name];
    show();
  }

  form.addEventListener("input", change, { signal });
  form.addEventListener("submit", (event) => event.preventDefault(), { signal });
  form.addEventListener("reset", () => setTimeout(change), { signal });
  form.querySelector("[data-copy]").addEventListener(
    "click",
    async (event) => {
      const button = event.currentTarget;
      await navigator.clipboard.writeText(location.href);
      button.textContent = "Link copied";
    },
    { signal },
  );
  addEventListener("hashchange", take, { signal });
  form.hidden = false;
  take();
}
