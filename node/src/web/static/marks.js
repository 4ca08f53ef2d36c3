// Marks as one types: what the node's scanner and the form say about the words, at the field they are about, with the exact words.
// What is typed goes to this node to be looked at and nowhere else; without a connection the page says that the check follows.

import { announce } from './frame.js';
import { text } from './texts.js';
import { readForm } from './form.js';
import { askAsWorker } from './sign.js';

/** How long typing rests before it is looked at, in milliseconds. */
const REST = 700;
/** What is only said after somebody wanted to sign: an empty field is no fault of whoever has just begun. */
const LATER = ['missing', 'proposal_needed', 'incomplete', 'not_looked'];

/** Looks at a form while it is filled in; `more` says what only the page knows to be open. Returns `{ look, show }`. */
export function watch(form, more = () => []) {
  const state = { form, more, tried: false, number: 0, timer: 0 };
  form.addEventListener('input', () => {
    clearTimeout(state.timer);
    state.timer = setTimeout(() => look(state), REST);
  });
  addEventListener('online', () => look(state));
  look(state);
  return {
    show(remarks) {
      state.tried = true;
      state.number += 1;
      show(state, remarks, readForm(form).places);
      summary(state, remarks);
    },
    /** Says why it was not signed, where it is no field's fault. */
    trouble(words) {
      tell([Object.assign(document.createElement('p'), { textContent: words })]);
    },
  };
}

async function look(state) {
  state.number += 1;
  const number = state.number;
  const { fields, places } = readForm(state.form);
  if (!navigator.onLine) return say(text('script-write-not-checked'));
  try {
    const { remarks } = await askAsWorker('/session/examine', { kind: 'report', fields });
    // Somebody has typed on meanwhile: another look is on its way.
    if (number === state.number) show(state, [...remarks, ...state.more()], places);
  } catch (error) {
    if (number !== state.number) return;
    // What fetch throws when nobody answers.
    say(error instanceof TypeError ? text('script-write-not-checked') : text('script-write-signed-out'));
  }
}

function say(words) {
  const place = document.getElementById('examined');
  if (place.textContent !== words) place.textContent = words;
}

function show(state, remarks, places) {
  clear(state.form);
  const told = remarks.filter((remark) => state.tried || !LATER.includes(remark.name));
  for (const remark of told) mark(state, remark, places);
  count(state.form, remarks);
  const found = told.filter((remark) => remark.span).length;
  const clean = hasWords(state.form) ? text('script-write-clean') : '';
  say(found ? text('script-write-found', { count: found }) : clean);
  const confirm = document.getElementById('confirm');
  confirm.hidden = !remarks.some((remark) => remark.weight === 'confirm') && !confirm.querySelector('input').checked;
  if (!remarks.some((remark) => remark.weight === 'mend')) hideSummary();
}

function hasWords(form) {
  return [...form.querySelectorAll('textarea, input[type="text"]')].some((control) => control.value.trim() !== '');
}

/** Takes the marks of an earlier look away. What became of a file stays until another is brought. */
function clear(form) {
  for (const place of form.querySelectorAll('.error[id]:not([data-stays])')) place.textContent = '';
  for (const place of form.querySelectorAll('.marks')) place.replaceChildren();
  for (const control of form.querySelectorAll('[aria-invalid]')) control.removeAttribute('aria-invalid');
}

/** The field that a remark is about: the nearest that the form has for its place. */
function fieldOf(form, place, places) {
  const control = places.get(place);
  if (control) return control.closest('[data-field]');
  for (let name = place; name; name = name.replace(/(\[\d*\]|\.[^.[\]]*|^[^.[]*)$/, '')) {
    const found = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
    if (found) return found;
  }
  return null;
}

function mark(state, remark, places) {
  const field = fieldOf(state.form, remark.field, places);
  if (!field) return;
  const control = places.get(remark.field) ?? field.querySelector('input, select, textarea');
  if (remark.weight === 'mend') control?.setAttribute('aria-invalid', 'true');
  const error = [...field.querySelectorAll('.error')].at(-1);
  if (!remark.span || !control) {
    error.textContent = [error.textContent, remark.message].filter(Boolean).join(' ');
    return;
  }
  marksOf(field, control, error).append(finding(remark, control));
}

/** The list of findings of a field, which its control names as a description. */
function marksOf(field, control, error) {
  const id = `${error.id}-marks`;
  const known = document.getElementById(id);
  if (known) return known;
  const made = Object.assign(document.createElement('ul'), { className: 'marks', id });
  error.after(made);
  const described = control.getAttribute('aria-describedby') ?? '';
  control.setAttribute('aria-describedby', `${described} ${id}`.trim());
  return made;
}

function finding(remark, control) {
  const [from, to] = remark.span;
  const letters = [...control.value];
  const words = letters.slice(from, to).join('');
  const item = document.createElement('li');
  item.className = remark.weight;
  const weight = document.createElement('strong');
  weight.textContent = said(remark.weight);
  const exact = document.createElement('mark');
  exact.textContent = words;
  item.append(weight, ' ', exact, ' – ', remark.message, ' ');
  if (remark.suggestion) item.append(replacing(remark, control, words));
  return item;
}

function said(weight) {
  if (weight === 'mend') return text('script-write-weight-mend');
  return weight === 'confirm' ? text('script-write-weight-confirm') : text('script-write-weight-note');
}

function replacing({ span: [from, to], suggestion }, control, words) {
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'second small' });
  button.textContent = text('script-write-replace', { suggestion });
  button.addEventListener('click', () => {
    const letters = [...control.value];
    // The text may have moved under the mark.
    if (letters.slice(from, to).join('') !== words) return;
    control.value = [...letters.slice(0, from), suggestion, ...letters.slice(to)].join('');
    control.focus();
    announce(text('script-write-replaced', { suggestion }));
    control.dispatchEvent(new Event('input', { bubbles: true }));
  });
  return button;
}

/** Says at each part of the form how much of it is still to be filled in. */
function count(form, remarks) {
  for (const section of form.querySelectorAll('[data-section]')) {
    const here = remarks.filter((remark) => LATER.includes(remark.name) && section.contains(fieldOf(form, remark.field, new Map())));
    const place = section.querySelector('[data-count]');
    place.textContent = here.length ? text('script-write-to-fill', { count: here.length }) : '';
  }
}

function hideSummary() {
  const place = document.getElementById('problems');
  place.hidden = true;
  place.replaceChildren();
}

/** What keeps it from being signed, with a way to each field. It gets the focus, as nobody would see it otherwise. */
function summary({ form }, remarks) {
  const { places } = readForm(form);
  const heading = document.createElement('p');
  heading.append(Object.assign(document.createElement('strong'), { textContent: text('script-write-problems') }));
  const list = document.createElement('ul');
  for (const remark of remarks.filter((one) => one.weight !== 'note')) list.append(way(form, remark, places));
  tell([heading, list]);
}

function tell(content) {
  const place = document.getElementById('problems');
  place.replaceChildren(...content);
  place.hidden = false;
  place.focus();
}

function way(form, remark, places) {
  const item = document.createElement('li');
  const field = fieldOf(form, remark.field, places);
  const control = places.get(remark.field) ?? field?.querySelector('input:not([type="hidden"]), select, textarea');
  const label = field?.querySelector('label, legend')?.firstChild?.textContent?.trim() ?? remark.field;
  if (!control) {
    item.textContent = `${label}: ${remark.message}`;
    return item;
  }
  const link = document.createElement('a');
  link.href = `#${control.id || field.id}`;
  link.textContent = `${label}: ${remark.message}`;
  link.addEventListener('click', (event) => {
    event.preventDefault();
    for (let part = control.closest('details'); part; part = part.parentElement.closest('details')) part.open = true;
    control.focus();
  });
  item.append(link);
  return item;
}
