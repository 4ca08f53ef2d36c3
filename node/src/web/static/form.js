// From a form to what it says, as JSON: the names of controls are paths (`proposal[0].text`, `support_need[]`), what is empty is left
// out. Knows nothing of keys, nodes or pages: the same reading is looked at, kept, compared and signed.
//
//   data-type="number|boolean|json"   what the text of a control stands for; a text without it
//   data-with="NAME"                  left out unless the control of that name says something
//   data-always                       belongs to a change even where it reads as before: it settles what several wrote
//   @name                             is about the form itself and no field of it

const OWN = 'local.';

/** Returns what a form says: `fields`, and `places`: which control stands for which place (`proposal[0].text`). */
export function readForm(form, original = false) {
  const said = [...form.elements].filter((control) => says(control, original));
  const names = new Set(said.map((control) => control.name));
  const fields = {};
  const places = new Map();
  const numbers = new Map();
  for (const control of said) {
    const needs = control.dataset.with;
    if (needs && !names.has(needs)) continue;
    put(fields, places, numbers, control, original);
  }
  return { fields, places };
}

/** Returns what a form says. */
export function fieldsOf(form) {
  return readForm(form).fields;
}

/** Returns what a form changes of what it said when the page came: `null` where a field is taken away. */
export function editsOf(form) {
  const before = readForm(form, true).fields;
  const { fields, places } = readForm(form);
  const always = new Set();
  for (const [place, control] of places) if ('always' in control.dataset) always.add(pathOf(place)[0]);
  const edits = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(fields)])) {
    const now = name in fields ? fields[name] : null;
    const was = name in before ? before[name] : null;
    if (always.has(name) || !same(was, now)) edits[name] = now;
  }
  return edits;
}

/** Returns whether two JSON values are the same, whatever the order of keys. */
export function same(one, other) {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]));
}

/** Splits a path: `proposal[0].text` is `['proposal', 0, 'text']`, `support_need[]` ends in `null`. */
export function pathOf(name) {
  // Questions of a form's own have a point in their name.
  const head = name.startsWith(OWN) ? OWN : '';
  const parts = name.slice(head.length).split(/[.[]/);
  return parts.map((part, at) => {
    if (at === 0) return head + part;
    if (part === ']') return null;
    return /^\d+\]$/.test(part) ? Number(part.slice(0, -1)) : part;
  });
}

function says(control, original) {
  if (!control.name || control.disabled || control.name.startsWith('@') || control.name === 'csrf') return false;
  if (control.type === 'submit' || control.type === 'button' || control.tagName === 'FIELDSET') return false;
  if (control.type === 'checkbox' || control.type === 'radio') {
    if (!(original ? control.defaultChecked : control.checked)) return false;
  }
  return textOf(control, original).trim() !== '';
}

function textOf(control, original) {
  if (!original || control.type === 'checkbox' || control.type === 'radio' || control.type === 'hidden') return control.value;
  if (control.tagName !== 'SELECT') return control.defaultValue;
  const chosen = [...control.options].find((option) => option.defaultSelected) ?? control.options[0];
  return chosen?.value ?? '';
}

function valueOf(control, original) {
  const text = textOf(control, original);
  switch (control.dataset.type) {
    case 'number': return Number.isSafeInteger(Number(text)) ? Number(text) : text;
    case 'boolean': return text === 'true';
    case 'json': return JSON.parse(text);
    default: return text;
  }
}

// Entries of a list are counted as they come, so that one left out in the middle leaves no hole.
function put(fields, places, numbers, control, original) {
  const path = pathOf(control.name);
  let holder = fields;
  let place = '';
  for (let at = 0; at < path.length; at += 1) {
    let step = path[at];
    const inList = Array.isArray(holder);
    if (inList && step === null) step = holder.length;
    else if (inList) {
      const key = `${place}[${step}`;
      if (!numbers.has(key)) numbers.set(key, holder.length);
      step = numbers.get(key);
    }
    place = inList ? `${place}[${step}]` : place ? `${place}.${step}` : step;
    if (at === path.length - 1) {
      Object.defineProperty(holder, step, { value: valueOf(control, original), enumerable: true, configurable: true, writable: true });
      places.set(place, control);
    } else {
      const next = typeof path[at + 1] === 'string' ? {} : [];
      if (!Object.hasOwn(holder, step)) Object.defineProperty(holder, step, { value: next, enumerable: true, configurable: true, writable: true });
      holder = holder[step];
    }
  }
}
