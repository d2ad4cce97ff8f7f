// Loads a tier of build/runtime in Node as a browser would and prints what Python answers, as JSON.
// node load.mjs RUNTIME_DIR TIER < script.py     (the script leaves its answer in `answer`)
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

// Node prints the whole minified line an error comes from; its message is enough.
process.on("uncaughtException", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

const [folder, tier] = process.argv.slice(2);
const root = resolve(folder);
const manifest = JSON.parse(readFileSync(join(root, "manifest.json"), "utf8"));
const index = join(root, manifest.pyodide.index, "/");
const { loadPyodide } = await import(pathToFileURL(join(index, "pyodide.mjs")).href);
const python = await loadPyodide({
  indexURL: index,
  stdLibURL: join(root, manifest.pyodide.stdlib),
  lockFileURL: join(root, manifest.lock),
  packageBaseUrl: join(root, "/"),
});
const failed = [];
await python.loadPackage(manifest.tiers[tier].packages, {
  messageCallback: () => {},
  errorCallback: (message) => failed.push(message),
});
if (failed.length > 0) throw new Error(failed.join("\n"));
python.setStdout({ batched: (line) => process.stderr.write(`${line}\n`) });
python.runPython(await text(process.stdin));
process.stdout.write(python.runPython("import json; json.dumps(answer)"));
