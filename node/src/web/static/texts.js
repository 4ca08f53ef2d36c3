// What scripts say, in the language of the page: the same catalogue as the pages' (locales/*/scripts.ftl).
const language = document.body.dataset.language;
const { default: texts } = await import(`./texts-${language}.js`);

/** Returns a text, with what is given in its places. */
export function text(key, given = {}) {
  const words = texts[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (whole, name) => (name in given ? String(given[name]) : whole));
}

/** Returns the text of one of a family, such as the reasons of refusals; nothing if the family has none for this one. */
export function oneOf(family, member, given) {
  const key = `${family}-${member}`;
  return key in texts ? text(key, given) : undefined;
}
