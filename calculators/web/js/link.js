// Share links: changed inputs only, compressed, in the hash, versioned: #s1=<base64url>.
export const LINK_LIMIT = 2000;
const PREFIX = "s1=";

async function through(stream, bytes) {
  const piped = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

/** Hash (with "#") for a small JSON object. */
export async function encode(object) {
  const bytes = new TextEncoder().encode(JSON.stringify(object));
  const packed = await through(new CompressionStream("deflate-raw"), bytes);
  let binary = "";
  for (const byte of packed) binary += String.fromCharCode(byte);
  return `#${PREFIX}${btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** Object in a hash; null when the hash holds no scenario; throws when it is damaged. */
export async function decode(hash) {
  const text = hash.replace(/^#/, "");
  if (!text.startsWith(PREFIX)) return null;
  const binary = atob(text.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
  const packed = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  const bytes = await through(new DecompressionStream("deflate-raw"), packed);
  const object = JSON.parse(new TextDecoder().decode(bytes));
  if (object === null || typeof object !== "object" || Array.isArray(object))
    throw new TypeError("no object");
  return object;
}
