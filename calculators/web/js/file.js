// Opens a file of the user's on this device; the size is judged before anything is read.
export const FILE_LIMIT = 50 * 1024 * 1024;

/** Bytes of the file, or a message: {name, bytes} | {problem}. */
export async function readBytes(file, t) {
  if (file.size >= FILE_LIMIT) {
    const size = (file.size / 1024 / 1024).toFixed(0);
    return { problem: t("fileLarge", { name: file.name, size }) };
  }
  try {
    return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
  } catch {
    return { problem: t("fileUnread", { name: file.name }) };
  }
}

/** Text of the file, or a message: {name, text} | {problem}. */
export async function readFile(file, t) {
  const { bytes, ...rest } = await readBytes(file, t);
  return bytes ? { ...rest, text: new TextDecoder().decode(bytes) } : rest;
}

/** SHA-256 of bytes, in hex, names a confidential file without its content; null on a host without https. */
export async function sha256(bytes) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
