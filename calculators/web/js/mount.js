// Brings calculator pages to life, once per page view, also under the theme's instant navigation.
import { Calculator } from "./calculator.js";
import { KpiCheck } from "./kpi.js";
import { startRegister } from "./register.js";
import { Wizard } from "./tender.js";

let control = null;

function mount() {
  control?.abort();
  control = new AbortController();
  for (const root of document.querySelectorAll(".sc-calc")) {
    new Calculator(root, control.signal).start();
  }
  for (const root of document.querySelectorAll(".tw-wizard")) new Wizard(root, control.signal).start();
  for (const root of document.querySelectorAll(".tw-check")) new KpiCheck(root, control.signal).start();
  for (const form of document.querySelectorAll(".reg-filter")) startRegister(form, control.signal);
}

if (globalThis.document$?.subscribe) globalThis.document$.subscribe(mount);
else if (document.readyState === "loading")
  document.addEventListener("DOMContentLoaded", mount, { once: true });
else mount();
