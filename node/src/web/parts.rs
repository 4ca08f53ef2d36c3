//! Pieces that pages are put together from: notices, tables, lists, fields of forms. Each carries what assistive programs need, so
//! that a page cannot forget it.

use maud::{Markup, html};

use super::texts::Texts;

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Something to know.
    Info,
    /// It worked.
    Success,
    /// Something to look at.
    Warning,
    /// It did not work.
    Error,
}

/// Returns a box with a message; one about an error is read out at once.
pub(crate) fn notice(tone: Tone, content: &Markup) -> Markup {
    let (class, role) = match tone {
        Tone::Info => ("info", None),
        Tone::Success => ("success", Some("status")),
        Tone::Warning => ("warning", None),
        Tone::Error => ("error", Some("alert")),
    };
    html! { div class={ "notice " (class) } role=[role] { (content) } }
}

/// Returns a table with its caption. `numbers` says of each column whether it holds numbers; the first column names its row.
pub(crate) fn table(caption: &str, columns: &[(String, bool)], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div .scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for (name, is_number) in columns { th scope="col" .number[*is_number] { (name) } } } }
                tbody { @for row in rows { tr {
                    @for (at, cell) in row.iter().enumerate() {
                        @let is_number = columns.get(at).is_some_and(|(_, is_number)| *is_number);
                        @if at == 0 { th scope="row" { (cell) } } @else { td .number[is_number] { (cell) } }
                    }
                } } }
            }
        }
    }
}

/// Returns pairs of a name and what it stands for; what is empty is left out.
pub(crate) fn facts(pairs: &[(String, Markup)]) -> Markup {
    html! {
        dl .facts { @for (name, value) in pairs { @if !value.0.is_empty() { div { dt { (name) } dd { (value) } } } } }
    }
}

/// Returns where a list goes on and came from.
pub(crate) fn pages(texts: Texts, address: &str, skip: usize, limit: usize, total: usize) -> Markup {
    let joint = if address.contains('?') { '&' } else { '?' };
    let (end, before) = (skip.saturating_add(limit), skip.saturating_sub(limit));
    html! {
        @if skip > 0 || end < total {
            nav .pages aria-label=(texts.say("pages-navigation")) {
                @if skip > 0 { a rel="prev" href={ (address) (joint) "skip=" (before) } { (texts.say("pages-before")) } }
                span { (texts.say_with("pages-where", &[
                    ("from", (skip + 1).min(total).into()), ("to", end.min(total).into()), ("total", total.into()),
                ])) }
                @if end < total { a rel="next" href={ (address) (joint) "skip=" (end) } { (texts.say("pages-after")) } }
            }
        }
    }
}

/// Returns a link that somebody wrote: one that can be followed if it leads to the web, else mere text.
pub(crate) fn link(address: &str) -> Markup {
    let is_web = ["https://", "http://"].iter().any(|scheme| address.starts_with(scheme));
    html! { @if is_web { a href=(address) rel="noopener noreferrer nofollow" { (address) } } @else { (address) } }
}

/// A field of a form: how it is named for the program and for people, and what helps to fill it in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Field<'a> {
    /// Its name in what is sent, a path such as `proposal[0].text`.
    pub(crate) name: &'a str,
    /// Its label.
    pub(crate) label: &'a str,
    /// A hint under the label.
    pub(crate) hint: Option<&'a str>,
    /// What it holds.
    pub(crate) value: &'a str,
    /// Whether it must be filled in.
    pub(crate) required: bool,
    /// Most characters.
    pub(crate) most: Option<usize>,
    /// What is wrong with what it holds.
    pub(crate) error: Option<&'a str>,
    /// What its text stands for, if not for itself: `number`, `boolean` or `json` (`static/fields.js`).
    pub(crate) stands_for: Option<&'a str>,
    /// The field without which this one says nothing.
    pub(crate) with: Option<&'a str>,
    /// In a line: what is offered while somebody types; anything else may be typed too.
    pub(crate) offered: &'a [String],
}

impl Field<'_> {
    /// Returns the id of its control.
    pub(crate) fn id(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        format!("f-{}", self.name.chars().map(plain).collect::<String>())
    }

    /// Returns the ids of what describes it.
    pub(crate) fn described(&self) -> Option<String> {
        let id = self.id();
        let hint = self.hint.map(|_| format!("{id}-hint"));
        let error = Some(format!("{id}-error"));
        Some([hint, error].into_iter().flatten().collect::<Vec<_>>().join(" "))
    }

    /// Returns a control with its label, hint and place for what is wrong.
    pub(crate) fn around(&self, texts: Texts, control: &Markup) -> Markup {
        let id = self.id();
        html! {
            div .field data-field=(self.name) {
                label for=(id) {
                    (self.label)
                    @if self.required { span .required { " (" (texts.say("field-required")) ")" } }
                }
                @if let Some(hint) = self.hint { p .hint id={ (id) "-hint" } { (hint) } }
                (control)
                p .error id={ (id) "-error" } { @if let Some(error) = self.error { (error) } }
            }
        }
    }
}

/// Returns a field for one line.
pub(crate) fn line(texts: Texts, field: &Field<'_>) -> Markup {
    let list = (!field.offered.is_empty()).then(|| format!("{}-offered", field.id()));
    field.around(texts, &html! {
        input type="text" id=(field.id()) name=(field.name) value=(field.value) maxlength=[field.most] required[field.required]
            list=[&list] data-type=[field.stands_for] data-with=[field.with] autocomplete="off" aria-describedby=[field.described()] aria-invalid=[field.error.map(|_| "true")];
        @if let Some(list) = &list { datalist id=(list) { @for words in field.offered { option value=(words) {} } } }
    })
}

/// Returns a field for several lines.
pub(crate) fn area(texts: Texts, field: &Field<'_>, rows: u8) -> Markup {
    field.around(
        texts,
        &html! {
            textarea id=(field.id()) name=(field.name) rows=(rows) maxlength=[field.most] required[field.required]
                data-with=[field.with] aria-describedby=[field.described()] aria-invalid=[field.error.map(|_| "true")] { (field.value) }
        },
    )
}

/// Returns a field for a day.
pub(crate) fn day(texts: Texts, field: &Field<'_>) -> Markup {
    field.around(
        texts,
        &html! {
            input type="date" id=(field.id()) name=(field.name) value=(field.value) required[field.required]
                aria-describedby=[field.described()] aria-invalid=[field.error.map(|_| "true")];
        },
    )
}

/// Returns a field to choose one of a list: pairs of a key and what people see. The first choice is none.
pub(crate) fn choice(texts: Texts, field: &Field<'_>, choices: &[(String, String)]) -> Markup {
    field.around(
        texts,
        &html! {
            select id=(field.id()) name=(field.name) required[field.required] aria-describedby=[field.described()]
                data-type=[field.stands_for] data-with=[field.with] aria-invalid=[field.error.map(|_| "true")] {
                option value="" { (texts.say("field-choose")) }
                @for (key, label) in choices { option value=(key) selected[key == field.value] { (label) } }
            }
        },
    )
}

/// Returns a group of boxes of which any number may be ticked. Each is sent under `name[]`.
pub(crate) fn boxes(texts: Texts, field: &Field<'_>, choices: &[(String, String)], chosen: &[String]) -> Markup {
    let name = format!("{}[]", field.name);
    ticks(texts, field, "checkbox", &name, choices, chosen)
}

/// Returns a single box, sent under the name itself.
pub(crate) fn tick(texts: Texts, field: &Field<'_>, choices: &[(String, String)], chosen: &[String]) -> Markup {
    ticks(texts, field, "checkbox", field.name, choices, chosen)
}

/// Returns a group of which one may be chosen.
pub(crate) fn radios(texts: Texts, field: &Field<'_>, choices: &[(String, String)]) -> Markup {
    ticks(texts, field, "radio", field.name, choices, std::slice::from_ref(&field.value.to_owned()))
}

fn ticks(
    texts: Texts,
    field: &Field<'_>,
    kind: &str,
    name: &str,
    choices: &[(String, String)],
    chosen: &[String],
) -> Markup {
    let id = field.id();
    html! {
        fieldset .field data-field=(field.name) id=(id) aria-describedby=[field.described()] {
            legend {
                (field.label)
                @if field.required { span .required { " (" (texts.say("field-required")) ")" } }
            }
            @if let Some(hint) = field.hint { p .hint id={ (id) "-hint" } { (hint) } }
            div .ticks { @for (key, label) in choices {
                label .tick {
                    input type=(kind) name=(name) value=(key) checked[chosen.contains(key)] data-type=[field.stands_for];
                    span { (label) }
                }
            } }
            p .error id={ (id) "-error" } { @if let Some(error) = field.error { (error) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use talkoot_protocol::report::codes::Language;

    #[test]
    fn what_people_wrote_is_inert() {
        let hostile = "\"><script>alert(1)</script>";
        let texts = Texts::new(Language::Fi);
        let field = Field { name: "title", label: hostile, value: hostile, hint: Some(hostile), ..Field::default() };
        let choices = [(hostile.to_owned(), hostile.to_owned())];
        for markup in [
            line(texts, &field),
            area(texts, &field, 3),
            choice(texts, &field, &choices),
            boxes(texts, &field, &choices, &[]),
            table(hostile, &[(hostile.to_owned(), false)], &[vec![html! { (hostile) }]]),
        ] {
            let text = markup.into_string();
            assert!(!text.contains("<script"), "{text}");
        }
    }
}
