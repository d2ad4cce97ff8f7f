/** Replace {name} placeholders. */
export function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}
