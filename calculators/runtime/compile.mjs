// Runs bytecode.py in Pyodide under Node: the browser's own Python makes its .pyc files.
// node compile.mjs PYODIDE_DIR STDLIB.zip SOURCES.zip COMPILED.zip LOCATION
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [folder, stdlib, source, target, location] = process.argv.slice(2);
const script = readFileSync(join(dirname(fileURLToPath(import.meta.url)), "bytecode.py"), "utf8");
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
const python = await loadPyodide({ indexURL: folder, stdLibURL: stdlib });
python.FS.writeFile("/source.zip", readFileSync(source));
python.runPython(script);
python.globals.get("compile_zip")("/source.zip", "/compiled.zip", location);
writeFileSync(target, python.FS.readFile("/compiled.zip"));
