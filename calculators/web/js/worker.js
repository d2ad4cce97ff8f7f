// Module worker: one Pyodide for the whole visit. Answers {id, ok, value} or {id, ok: false, message}.
// A method is named by its bridge, such as "calculators.run".
let python = null;
const BRIDGES = { calculators: "calculators.web.bridge", tender: "calculators.web.tender_bridge" };
const REPORTING = new Set(["calculators.run", "tender.write", "tender.check"]);
const bridges = {};
const loaded = new Set();
let cancelled = null;

async function start({ root, manifest }) {
  const index = new URL(manifest.pyodide.index, root).href;
  const absolute = (path) => new URL(path, root).href;
  const { loadPyodide } = await import(/* @vite-ignore */ `${index}pyodide.mjs`);
  const options = { indexURL: index, packageBaseUrl: absolute("./"), checkIntegrity: true };
  if (manifest.lock) options.lockFileURL = absolute(manifest.lock);
  if (manifest.pyodide.stdlib) options.stdLibURL = absolute(manifest.pyodide.stdlib);
  python = await loadPyodide(options);
}

async function load(tier, packages) {
  if (loaded.has(tier)) return;
  const failed = [];
  await python.loadPackage(packages, {
    messageCallback: () => {},
    errorCallback: (text) => failed.push(text),
  });
  if (failed.length > 0) throw new Error(failed.join(" "));
  loaded.add(tier);
}

async function call(id, method, parameters) {
  const report = (done, total, stage) => {
    postMessage({ id, progress: { done, total, stage } });
    return cancelled !== id;
  };
  const [module, name] = method.split(".");
  bridges[module] ??= python.pyimport(BRIDGES[module]);
  const target = bridges[module][name];
  const args = REPORTING.has(method) ? [...parameters, report] : parameters;
  try {
    // callPromising lets Python yield to this event loop, so that a cancel message is seen
    return "Suspending" in WebAssembly ? await target.callPromising(...args) : target(...args);
  } finally {
    target.destroy();
  }
}

const actions = {
  start: (_, data) => start(data),
  load: (_, { tier, packages }) => load(tier, packages),
  call: (id, { method, parameters }) => call(id, method, parameters),
};

self.onmessage = async ({ data }) => {
  const { id, action } = data;
  if (action === "cancel") {
    cancelled = data.target;
    return;
  }
  try {
    postMessage({ id, ok: true, value: await actions[action](id, data) });
  } catch (error) {
    postMessage({ id, ok: false, message: String(error?.message ?? error) });
  }
};
