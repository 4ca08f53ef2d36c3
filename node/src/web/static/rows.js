// Rows of a form that can be added, and places that are chosen by typing. Knows the names of controls and nothing of what they mean.

import { ask, announce } from './frame.js';

/** Lets people add rows and places. */
export function growing(form) {
  for (const button of form.querySelectorAll('[data-add]')) {
    const rows = form.querySelector(`[data-rows="${button.dataset.add}"]`);
    button.hidden = isFull(rows);
    button.addEventListener('click', () => {
      add(rows).querySelector('select, textarea, input:not([type="hidden"])').focus();
      button.hidden = isFull(rows);
    });
  }
  const place = form.querySelector('[name="@place"]');
  if (place) choosing(form, place);
}

function isFull(rows) {
  return rows.children.length >= Number(rows.dataset.most);
}

/** Adds an empty row like the last, under the next number. */
function add(rows) {
  const last = rows.lastElementChild;
  const [at, next] = [rows.children.length - 1, rows.children.length];
  const made = last.cloneNode(true);
  const field = rows.dataset.rows;
  const renumber = (value) => value.replaceAll(`${field}[${at}]`, `${field}[${next}]`).replaceAll(`f-${field.replace(/[^a-z0-9]/gi, '-')}-${at}-`, `f-${field.replace(/[^a-z0-9]/gi, '-')}-${next}-`);
  for (const element of [made, ...made.querySelectorAll('*')]) {
    for (const { name, value } of [...element.attributes]) {
      if (['id', 'name', 'for', 'aria-describedby', 'data-field', 'data-with'].includes(name)) element.setAttribute(name, renumber(value));
    }
    element.removeAttribute('aria-invalid');
    if (element.matches('.error')) element.textContent = '';
    if (element.matches('.marks')) element.remove();
  }
  made.setAttribute('aria-label', made.getAttribute('aria-label').replace(/\d+$/, String(next + 1)));
  rows.append(made);
  for (const control of made.querySelectorAll('input:not([type="hidden"]), textarea')) control.value = '';
  for (const select of made.querySelectorAll('select')) if (!select.dataset.with) select.value = '';
  return made;
}

/** Makes sure that a control of this name is there, adding rows as needed. */
export function ensure(form, name) {
  const [, field, at] = /^([\w.]+)\[(\d+)\]/.exec(name) ?? [];
  const rows = field && form.querySelector(`[data-rows="${field}"]`);
  while (rows && rows.children.length <= Number(at) && !isFull(rows)) add(rows);
}

function choosing(form, input) {
  input.closest('.with-script').hidden = false;
  const list = document.getElementById('places');
  let places = null;
  const load = async () => {
    if (places) return;
    try {
      const known = await ask('GET', `/write/places?language=${document.body.dataset.language}`);
      places = new Map(known.map(([stored, name]) => [name.toLowerCase(), [stored, name]]));
      list.replaceChildren(...known.map(([, name]) => Object.assign(document.createElement('option'), { value: name })));
    } catch {
      // Without a connection the places of one's own counties are there all the same.
    }
  };
  input.addEventListener('focus', load);
  input.addEventListener('input', () => {
    const found = places?.get(input.value.trim().toLowerCase());
    if (!found) return;
    addPlace(form, ...found);
    announce(found[1]);
    input.value = '';
  });
}

/** Adds a place to those chosen, unless it is there. */
export function addPlace(form, stored, name) {
  const place = form.querySelector('[data-places]');
  const known = [...place.querySelectorAll('input')].find((box) => box.value === stored);
  if (known) {
    known.checked = true;
    return;
  }
  const label = Object.assign(document.createElement('label'), { className: 'tick' });
  const box = Object.assign(document.createElement('input'), { type: 'checkbox', name: 'area[]', value: stored, checked: true });
  box.dataset.type = 'json';
  const words = document.createElement('span');
  words.textContent = name;
  label.append(box, words);
  place.append(label);
  form.dispatchEvent(new Event('input', { bubbles: true }));
}
