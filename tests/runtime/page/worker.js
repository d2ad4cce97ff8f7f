self.onmessage = async ({ data: { tier, code } }) => {
  try {
    const root = new URL("runtime/", self.location.href);
    const manifest = await (await fetch(new URL("manifest.json", root))).json();
    const at = (path) => new URL(path, root).href;
    const { loadPyodide } = await import(at(`${manifest.pyodide.index}pyodide.mjs`));
    const python = await loadPyodide({
      indexURL: at(manifest.pyodide.index),
      stdLibURL: at(manifest.pyodide.stdlib),
      lockFileURL: at(manifest.lock),
      packageBaseUrl: root.href,
    });
    await python.loadPackage(manifest.tiers[tier].packages, { messageCallback: () => {} });
    postMessage({ value: python.runPython(code) });
  } catch (error) {
    postMessage({ error: error.message });
  }
};
