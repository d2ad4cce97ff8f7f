// The page's handle on the one worker of a visit: start on intent, staged progress, time-outs, cancel.
import { fetchManifest, prefetch, RuntimeProblem } from "./prefetch.js";

const SITE = new URL("../../", import.meta.url);
const RUNTIME = new URL("runtime/", SITE);
const SECONDS = { manifest: 20, download: 300, start: 60, packages: 120 };
const GRACE_MS = 1500;

export class Cancelled extends Error {}

let worker = null;
let manifest = null;
let started = null;
let failed = false; // the next try goes past the HTTP cache, which may hold the broken file
const tiers = new Map();
const waiting = new Map();
let counter = 0;
let running = null;
let last = Promise.resolve();

function stop(error) {
  worker?.terminate();
  worker = null;
  started = null;
  tiers.clear();
  for (const { reject } of waiting.values()) reject(error);
  waiting.clear();
}

function spawn() {
  worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => {
    const entry = waiting.get(data.id);
    if (!entry) return;
    if (data.progress) {
      entry.onProgress?.(data.progress);
      return;
    }
    waiting.delete(data.id);
    if (data.ok) entry.resolve(data.value);
    else entry.reject(new RuntimeProblem(data.message));
  };
  worker.onerror = (event) => stop(new RuntimeProblem(event.message || "worker.js"));
  worker.onmessageerror = () => stop(new RuntimeProblem("worker.js"));
}

function ask(message, onProgress) {
  counter += 1;
  const id = counter;
  return {
    id,
    answer: new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject, onProgress });
      worker.postMessage({ ...message, id });
    }),
  };
}

async function within(stage, label, t, work) {
  const control = new AbortController();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      control.abort();
      reject(new RuntimeProblem(t("errTimeout", { stage: label, seconds: SECONDS[stage] })));
    }, SECONDS[stage] * 1000);
  });
  try {
    return await Promise.race([work(control.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function stages(tier, t, onStage) {
  onStage(t("stageManifest"));
  manifest ??= await within("manifest", t("stageManifest"), t, (signal) => fetchManifest(RUNTIME, t, signal));
  const part = manifest.tiers[tier];
  if (!part) throw new RuntimeProblem(`manifest.json: ${tier}`);
  const files = [...(started ? [] : (manifest.pyodide.files ?? [])), ...(part.files ?? [])];
  await within("download", t("stageDownload", { done: "", total: "" }), t, (signal) =>
    prefetch(
      RUNTIME,
      files,
      t,
      signal,
      (done, total) =>
        onStage(
          t("stageDownload", { done: (done / 1e6).toFixed(1), total: (total / 1e6).toFixed(1) }),
          total > 0 ? done / total : undefined,
        ),
      failed,
    ),
  );
  onStage(t("stageStart"));
  if (!worker) spawn();
  started ??= ask({ action: "start", root: RUNTIME.href, manifest }).answer;
  await within("start", t("stageStart"), t, () => started);
  onStage(t("stagePackages"));
  const { packages } = part;
  await within("packages", t("stagePackages"), t, () => ask({ action: "load", tier, packages }).answer);
  failed = false;
}

/** Make the tier ready; all callers share one start, and a failed one can be tried again. */
export function ready(tier, t, onStage = () => {}) {
  if (!tiers.has(tier)) {
    const listeners = new Set();
    const state = { listeners, promise: null };
    state.promise = stages(tier, t, (...news) => {
      for (const listener of listeners) listener(...news);
    }).catch((error) => {
      manifest = null;
      failed = true;
      if (tiers.get(tier) === state) stop(error);
      throw error;
    });
    tiers.set(tier, state);
  }
  const state = tiers.get(tier);
  state.listeners.add(onStage);
  return state.promise.finally(() => state.listeners.delete(onStage));
}

/** Resolves when nothing runs, so that a run after a cancel starts on a free worker. */
export async function idle() {
  await last.catch(() => {});
}

/** Call a bridge function; one at a time. Resolves to the parsed answer. */
export async function call(method, parameters, onProgress) {
  const { id, answer } = ask({ action: "call", method, parameters }, onProgress);
  running = id;
  last = answer;
  try {
    return JSON.parse(await answer);
  } finally {
    if (running === id) running = null;
  }
}

/** Stop what runs: asked first, and if it does not listen the worker is replaced. A start goes on. */
export function cancel() {
  if (running === null) return;
  const target = running;
  worker.postMessage({ action: "cancel", target });
  setTimeout(() => {
    if (waiting.has(target)) stop(new Cancelled());
  }, GRACE_MS);
}
