// A tiny element builder: text goes in as text, never as markup.

/** Make an element: h("p", {class: "x"}, "text", child). A falsy child is left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.filter((child) => child || child === 0).map((child) => child));
  return element;
}

/** A table with caption and scoped headers; first column is the row header. */
export function table(caption, columns, rows, format = String) {
  const head = h("tr", {}, ...columns.map((name) => h("th", { scope: "col" }, String(name))));
  const body = rows.map((row) =>
    h(
      "tr",
      {},
      ...row.map((cell, index) =>
        index === 0 ? h("th", { scope: "row" }, format(cell)) : h("td", {}, format(cell)),
      ),
    ),
  );
  return h(
    "div",
    { class: "sc-scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", {}, h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, ...body)),
  );
}

/** Offer text or bytes as a file to save. */
export function download(name, content, type) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const anchor = h("a", { href: url, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
