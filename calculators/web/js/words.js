// The interface's words: one JSON per language, shared with the page renderer.
import en from "../words/en.json";
import { fill } from "./fill.js";

const LANGUAGES = { en };

/** Return a translator `t(key, values)`; an unknown language falls back to English. */
export function translator(lang) {
  const words = LANGUAGES[lang] ?? en;
  return (key, values) => fill(words[key] ?? en[key] ?? key, values);
}
