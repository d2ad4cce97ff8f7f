// The theme's inline head script as a file, so that the content policy needs no exception for it.
var __md_scope = new URL(document.currentScript.dataset.scope, location);
var __md_hash = (text) => [...text].reduce((sum, char) => (sum << 5) - sum + char.charCodeAt(0), 0);
var __md_get = (key, storage = localStorage, scope = __md_scope) =>
  JSON.parse(storage.getItem(`${scope.pathname}.${key}`));
var __md_set = (key, value, storage = localStorage, scope = __md_scope) => {
  try {
    storage.setItem(`${scope.pathname}.${key}`, JSON.stringify(value));
  } catch {
    // Storage full or refused: the choice of colours is then not remembered.
  }
};

// The theme changes pages without a reload only for addresses in the sitemap, and corrects their host name but
// neither port nor path. The same folder is served anywhere, so the addresses are moved to where it is served:
// without this each page change would end the running engine.
(() => {
  const built = document.currentScript.dataset.site;
  const parse = DOMParser.prototype.parseFromString;
  DOMParser.prototype.parseFromString = function (...given) {
    const parsed = parse.apply(this, given);
    if (parsed.documentElement?.localName === "urlset")
      for (const place of parsed.getElementsByTagName("loc"))
        if (place.textContent.startsWith(built))
          place.textContent = new URL(place.textContent.slice(built.length), __md_scope).href;
    return parsed;
  };
})();
