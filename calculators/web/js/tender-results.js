// Answers of calculators handed to the tender wizard, kept on this device.
const KEY = "smartcharge:tender:results";

/** Keep one answer for the tender; a newer one of the same calculator takes its place. */
export function hand({ calculator, headline, results, scenario_hash, engine_version }) {
  const bare = Object.fromEntries(
    Object.entries(results).map(([name, { value, unit, p10, p90 }]) => [name, { value, unit, p10, p90 }]),
  );
  const others = take().filter((run) => run.calculator !== calculator);
  try {
    const runs = [...others, { calculator, headline, results: bare, scenario_hash, engine_version }];
    localStorage.setItem(KEY, JSON.stringify(runs));
    return true;
  } catch {
    return false;
  }
}

/** Answers kept for the tender. */
export function take() {
  try {
    const runs = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(runs) ? runs : [];
  } catch {
    return [];
  }
}
