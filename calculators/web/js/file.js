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
