// Writes a case as YAML that the project's strict loader reads back to the same value.

const PLAIN = /^\p{L}[\p{L}\p{N} ,.()/'%€-]*$/u;
const WORDS = /^(?:true|false|null|yes|no|on|off|y|n)$/i;
const WIDTH = 100;

function scalar(value) {
  if (typeof value !== "string") return JSON.stringify(value);
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return value;
  return PLAIN.test(value) && !WORDS.test(value) && value === value.trim() ? value : JSON.stringify(value);
}

function folded(text, indent) {
  const lines = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + word.length + 1 > WIDTH - indent) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return [...lines, line].map((part) => `${" ".repeat(indent)}${part}`).join("\n");
}

const isFlat = (value) =>
  Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null);

function entry(key, value, indent) {
  const space = " ".repeat(indent);
  const name = PLAIN.test(key) ? key : JSON.stringify(key);
  if (typeof value === "string") {
    const text = value.replace(/\s+/g, " ").trim();
    if (text.length > WIDTH - indent - key.length - 2)
      return `${space}${name}: >-\n${folded(text, indent + 2)}\n`;
    return `${space}${name}: ${scalar(text)}\n`;
  }
  if (isFlat(value)) return `${space}${name}: [${value.map(scalar).join(", ")}]\n`;
  if (Array.isArray(value))
    return `${space}${name}:\n${value.map((item) => listed(item, indent + 2)).join("")}`;
  if (value !== null && typeof value === "object") return `${space}${name}:\n${toYaml(value, indent + 2)}`;
  return `${space}${name}: ${scalar(value)}\n`;
}

function listed(item, indent) {
  const text = toYaml(item, indent + 2);
  return `${" ".repeat(indent)}- ${text.slice(indent + 2)}`;
}

/** YAML of an object of texts, numbers, lists and objects; keys keep their order. */
export function toYaml(object, indent = 0) {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => entry(key, value, indent))
    .join("");
}
