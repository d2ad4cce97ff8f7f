// CSV with the run's identity in its header lines, and SVG of a drawn chart.

const quote = (cell) => {
  let text = cell === null || cell === undefined ? "" : String(cell);
  // a spreadsheet must not take text for a formula
  if (typeof cell === "string" && /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text))) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** CSV text of one table of a result. */
export function toCsv(result, definition, title, table) {
  const units = Object.fromEntries(definition.inputs.map((input) => [input.name, input.unit ?? ""]));
  const head = [
    ["# calculator", result.calculator],
    ["# table", title],
    ["# engine_version", result.engine_version],
    ["# data_version", result.data_version],
    ["# seed", result.seed],
    ["# scenario_hash", result.scenario_hash],
    ...Object.entries(result.inputs)
      .filter(([, value]) => value === null || typeof value !== "object")
      .map(([name, value]) => [`# input ${name}`, value, units[name] ?? ""]),
  ];
  const lines = [...head, table.columns, ...table.rows];
  return `${lines.map((line) => line.map(quote).join(",")).join("\r\n")}\r\n`;
}

/** SVG text of a drawn chart, with its own colour so that it stands alone. */
export function toSvg(svg) {
  const copy = svg.cloneNode(true);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("color", "#1f2933");
  return new XMLSerializer().serializeToString(copy);
}

/** PNG of a drawn chart on white, twice as sharp as the screen. */
export async function toPng(svg, scale = 2) {
  const { width, height } = svg.getBoundingClientRect();
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(toSvg(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#ffffff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
