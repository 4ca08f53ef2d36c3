// From the controls of a form to JSON: a control's name is a path (`proposal[0].text`, `support_need[]`), and what is empty is
// left out, as in every report.

const SAFE = /^(?:\[(\d{0,3})\]|\.?([^.[\]]+))/;
/** Names under which a prototype lies. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
/** What questions of a form's own begin with: the point is part of their name. */
const LOCAL = 'local.';

/** Takes a name apart: texts are keys, numbers are places in a list, '' is the next place. */
export function pathOf(name, isReport = true) {
  const path = [];
  let rest = name;
  if (isReport && name.startsWith(LOCAL)) {
    const length = /^local\.[^.[]+/.exec(name)?.[0].length ?? name.length;
    path.push(name.slice(0, length));
    rest = name.slice(length);
  }
  while (rest !== '') {
    const part = SAFE.exec(rest);
    if (!part) throw new Error(`the name ${JSON.stringify(name)} is no path`);
    if (part[2] !== undefined && FORBIDDEN.has(part[2])) throw new Error('this name cannot be used');
    path.push(part[2] ?? (part[1] === '' ? '' : Number(part[1])));
    rest = rest.slice(part[0].length);
  }
  return path;
}

/** Returns a control's value as JSON; nothing if it is empty. */
export function valueOf(text, type) {
  if (type === 'boolean') return text === 'true' || text === 'on' ? true : text === 'false' ? false : undefined;
  if (text.trim() === '') return undefined;
  if (type === 'json') return JSON.parse(text);
  if (type === 'integer') return /^-?\d{1,15}$/.test(text.trim()) ? Number(text.trim()) : text;
  return text;
}

/** Puts values together: a list of `{path, value}`. */
export function gathered(entries) {
  const root = {};
  for (const { path, value } of entries) {
    if (value === undefined) continue;
    let at = root;
    path.slice(0, -1).forEach((part, index) => {
      const key = part === '' ? at.length : part;
      at[key] ??= typeof path[index + 1] === 'number' || path[index + 1] === '' ? [] : {};
      at = at[key];
    });
    const last = path[path.length - 1];
    at[last === '' ? at.length : last] = value;
  }
  return compact(root);
}

/** Takes gaps out of lists. */
function compact(value) {
  if (Array.isArray(value)) return value.filter((item) => item !== undefined).map(compact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, compact(entry)]));
}

/** Returns the fields that differ, `null` for those that are gone. */
export function differences(before, after, same) {
  const edits = {};
  for (const [name, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, name) || !same(before[name], value)) edits[name] = value;
  }
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) edits[name] = null;
  }
  return edits;
}

/** Returns whether two values of JSON are the same. */
export function same(one, other) {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  return keys.length === others.length && keys.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]));
}
