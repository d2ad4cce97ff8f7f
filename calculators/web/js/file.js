// Opens a file of the user's on this device; the size is judged before anything is read.
export const FILE_LIMIT = 50 * 1024 * 1024;

/** Text of the file, or a message: {name, text} | {problem}. */
export async function readFile(file, t) {
  if (file.size >= FILE_LIMIT) {
    const size = (file.size / 1024 / 1024).toFixed(0);
    return { problem: t("fileLarge", { name: file.name, size }) };
  }
  try {
    return { name: file.name, text: await file.text() };
  } catch {
    return { problem: t("fileUnread", { name: file.name }) };
  }
}

/** SHA-256 of a text, in hex, names a confidential file without its content; null on a host without https. */
export async function sha256(text) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
