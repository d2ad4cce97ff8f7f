// Fetches the engine's files with progress and checks them, so that a broken file is a message, not a hang.

export class RuntimeProblem extends Error {}

async function fetchOne(root, file, t, signal, onBytes, cache) {
  const name = file.path.split("/").pop();
  let response;
  try {
    response = await fetch(new URL(file.path, root), { signal, cache });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new RuntimeProblem(t("errOffline", { file: name }));
  }
  if (!response.ok) throw new RuntimeProblem(t("errMissing", { file: name, status: response.status }));
  const reader = response.body.getReader();
  let size = 0;
  let magic = [];
  for (;;) {
    let part;
    try {
      part = await reader.read();
    } catch (error) {
      if (signal.aborted) throw error;
      throw new RuntimeProblem(t("errTruncated", { file: name, got: size, want: file.bytes ?? "?" }));
    }
    if (part.done) break;
    if (magic.length < 4) magic = [...magic, ...part.value.slice(0, 4 - magic.length)];
    size += part.value.length;
    onBytes(part.value.length);
  }
  if (name.endsWith(".wasm") && String(magic) !== "0,97,115,109") {
    throw new RuntimeProblem(t("errHtml", { file: name }));
  }
  if (file.bytes && size !== file.bytes) {
    throw new RuntimeProblem(t("errTruncated", { file: name, got: size, want: file.bytes }));
  }
}

/** Fetch `files` ({path, bytes}) into the HTTP cache, past it when `anew`; `onBytes(done, total)` follows. */
export async function prefetch(root, files, t, signal, onBytes, anew = false) {
  const total = files.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  const cache = anew ? "reload" : "default";
  let done = 0;
  const count = (bytes) => {
    done += bytes;
    onBytes(done, total);
  };
  await Promise.all(files.map((file) => fetchOne(root, file, t, signal, count, cache)));
}

/** The runtime's manifest. */
export async function fetchManifest(root, t, signal) {
  if (location.protocol === "file:") throw new RuntimeProblem(t("errLocal"));
  let response;
  try {
    response = await fetch(new URL("manifest.json", root), { signal, cache: "no-cache" });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new RuntimeProblem(t("errOffline", { file: "manifest.json" }));
  }
  if (!response.ok)
    throw new RuntimeProblem(t("errMissing", { file: "manifest.json", status: response.status }));
  try {
    return await response.json();
  } catch {
    throw new RuntimeProblem(t("errTruncated", { file: "manifest.json", got: "?", want: "?" }));
  }
}
