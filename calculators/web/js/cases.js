// Brings the pages of the case studies to life, once per page view, also under the theme's instant navigation.
import { startCompare } from "./cases-compare.js";
import { startFinder } from "./cases-finder.js";
import { startForm } from "./cases-form.js";

let control = null;

function mount() {
  control?.abort();
  control = new AbortController();
  const start = { ".cs-finder": startFinder, ".cs-compare": startCompare, ".cs-contribute": startForm };
  for (const [selector, begin] of Object.entries(start)) {
    const root = document.querySelector(selector);
    if (root) begin(root, control.signal);
  }
}

if (globalThis.document$?.subscribe) globalThis.document$.subscribe(mount);
else if (document.readyState === "loading")
  document.addEventListener("DOMContentLoaded", mount, { once: true });
else mount();
