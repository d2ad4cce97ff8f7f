// Scenario files and autosave. The hash of a scenario is made by the engine, never here.

const key = (id) => `smartcharge:${id}`;

const bare = ({ value, p10, p90 }) => ({ value, p10, p90 });

/** The scenario file's object for this calculator; `result` is the answer to these inputs, or null. */
export function toScenario(definition, changed, result) {
  const results = Object.entries(result?.results ?? {}).map(([name, entry]) => [name, bare(entry)]);
  return {
    schema_version: 1,
    kind: "calculator",
    calculator: definition.id,
    inputs: changed,
    seed: result?.seed ?? 1,
    results: Object.fromEntries(results),
    engine_version: result?.engine_version ?? "",
    data_version: result?.data_version ?? "",
  };
}

/** A scenario file's object; null when it is another calculator's or no scenario. */
export function fromScenario(definition, text) {
  try {
    const object = JSON.parse(text);
    const fits = object?.schema_version === 1 && object.calculator === definition.id;
    const inputs = object?.inputs;
    return fits && inputs && typeof inputs === "object" && !Array.isArray(inputs) ? object : null;
  } catch {
    return null;
  }
}

/** Keep inputs on this device; a browser that forbids storage simply keeps none. */
export function autosave(id, inputs) {
  try {
    if (Object.keys(inputs).length === 0) localStorage.removeItem(key(id));
    else localStorage.setItem(key(id), JSON.stringify(inputs));
  } catch {
    return false;
  }
  return true;
}

/** Inputs kept on this device, or null. */
export function saved(id) {
  try {
    const inputs = JSON.parse(localStorage.getItem(key(id)) ?? "null");
    return inputs && typeof inputs === "object" && !Array.isArray(inputs) ? inputs : null;
  } catch {
    return null;
  }
}
