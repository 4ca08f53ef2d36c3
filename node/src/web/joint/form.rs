//! Forms whose words are signed in the browser: what all of them have in common. Their inputs are named by the entries they write
//! (docs/protocol.md, "Joint documents"), without the organisation's prefix; the script makes a change of them, shows that it says
//! what the form says, and signs.

use axum::response::Response;
use maud::{Markup, html};
use talkoot_protocol::date::Date;
use talkoot_protocol::id::DocumentId;
use talkoot_protocol::report::area::{Area, table};
use talkoot_protocol::report::code::CodeSet;
use talkoot_protocol::report::codes::{AreaScheme, Language};
use talkoot_protocol::scope::{Kind, Scope};

use crate::http::{Problem, Site};
use crate::web::frame::Page;
use crate::web::parts::{self, Field};
use crate::web::texts::{LANGUAGES, Texts, own_name};
use crate::web::visit::Visit;

use super::people::{People, county_name};

/// What every form is written on: whose visit it is, the names of organisations, and what a new entry is called.
pub(super) struct Paper<'a> {
    pub(super) visit: &'a Visit,
    pub(super) people: People,
    /// What a new entry is called among those of the organisation.
    pub(super) tag: String,
}

impl<'a> Paper<'a> {
    /// Lays out a fresh one.
    pub(super) async fn ask(site: &Site, visit: &'a Visit) -> Result<Self, Problem> {
        Ok(Self { visit, people: People::ask(site, visit.texts).await?, tag: tag()? })
    }

    /// Returns the texts of the visit.
    pub(super) fn texts(&self) -> Texts {
        self.visit.texts
    }

    /// Returns the name of a new entry in a folder.
    pub(super) fn entry(&self, folder: &str) -> String {
        format!("{folder}/{}", self.tag)
    }

    /// Returns the name of a part of a new entry.
    pub(super) fn part(&self, folder: &str, part: &str) -> String {
        format!("{}.{part}", self.entry(folder))
    }

    /// Returns the page of a form that is signed.
    pub(super) fn show(&self, title: String, lead: Option<String>, content: &Markup) -> Response {
        self.visit.show(&Page { title, lead, scripts: &["sign.js"], ..Page::default() }, content)
    }
}

/// Says why there is no form.
pub(super) fn refused(tone: parts::Tone, why: &str) -> Markup {
    parts::notice(tone, &html! { p { (why) } })
}

/// A form to be signed.
pub(super) struct Signed<'a> {
    /// What sort of document it writes in.
    pub(super) kind: Kind,
    /// The document; none if it begins one.
    pub(super) document: Option<DocumentId>,
    /// Where to go when it is stored.
    pub(super) then: &'a str,
    /// What the button says.
    pub(super) button: String,
    /// Whether the button is one of several things to do.
    pub(super) is_second: bool,
}

impl<'a> Signed<'a> {
    /// A form that begins a document and shows it afterwards.
    pub(super) fn beginning(kind: Kind, then: &'a str, button: String) -> Self {
        Self { kind, document: None, then, button, is_second: false }
    }

    /// A form that changes a phenomenon and shows its card afterwards.
    pub(super) fn phenomenon(document: DocumentId, button: String) -> Self {
        let document = Some(document);
        Self { kind: Kind::Phenomenon, document, then: "/phenomena/{id}", button, is_second: false }
    }

    /// A form that changes a proposal.
    pub(super) fn proposal(document: DocumentId, then: &'a str, button: String) -> Self {
        Self { kind: Kind::Proposal, document: Some(document), then, button, is_second: false }
    }

    /// Returns the form around its fields.
    pub(super) fn around(&self, texts: Texts, fields: &Markup) -> Markup {
        let kind = if self.kind == Kind::Proposal { "proposal" } else { "phenomenon" };
        // It is sent by script only; what is typed lands in no address if there is none.
        html! {
            form method="post" data-sign="entries" data-kind=(kind) data-document=[self.document] data-then=(self.then) data-always {
                (fields)
                noscript { p { (texts.say("joint-needs-script")) } }
                p .actions { button .second[self.is_second] { (self.button) } }
            }
        }
    }
}

/// Returns an input that people do not see: a fixed part of an entry.
pub(super) fn fixed(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// The same, where the value is a number.
pub(super) fn fixed_number(name: &str, value: u16) -> Markup {
    html! { input type="hidden" name=(name) value=(value) data-type="integer"; }
}

/// Returns an input that takes a whole entry back.
pub(super) fn taken_back(entry: &str) -> Markup {
    html! { div data-entry=(entry) { input type="hidden" name="entry" value="" data-type="none"; } }
}

/// Returns the name of a new entry among those of its organisation: 8 hexadecimal digits that nobody has used.
fn tag() -> Result<String, Problem> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(|_| Problem::unexpected())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Returns a list of fixed texts.
pub(super) fn fixed_list<T: AsRef<str>>(name: &str, values: impl IntoIterator<Item = T>) -> Markup {
    html! { @for value in values { (fixed(&format!("{name}[]"), value.as_ref())) } }
}

/// Returns the codes of a set with their labels.
pub(super) fn codes<T: CodeSet>(language: Language) -> Vec<(String, String)> {
    T::all().iter().map(|code| (code.key().to_owned(), code.label(language).to_owned())).collect()
}

/// Returns a field for one code of a set.
pub(super) fn one_code<T: CodeSet>(texts: Texts, name: &str, label: &str, value: &str, required: bool) -> Markup {
    parts::radios(texts, &Field { name, label, value, required, ..Field::default() }, &codes::<T>(texts.language()))
}

/// Returns a field for a reason, which has to be given or may be.
pub(super) fn reason(texts: Texts, name: &str, most: usize, required: bool) -> Markup {
    let label = if required { texts.say("joint-reason-field") } else { texts.say("joint-reason-optional") };
    text(texts, name, &label, most, required)
}

/// Returns a field for the day until which an answer is asked for.
pub(super) fn deadline(texts: Texts, name: &str, value: Date) -> Markup {
    let (label, hint, value) = (texts.say("joint-answer-by"), texts.say("joint-deadline-hint"), value.to_string());
    let hint = Some(hint.as_str());
    parts::day(texts, &Field { name, label: &label, hint, value: &value, required: true, ..Field::default() })
}

/// Returns a form that asks the page for something before there is anything to sign.
pub(super) fn asking(texts: Texts, field: &Markup) -> Markup {
    html! { form method="get" {
        (field)
        p .actions { button .second { (texts.say("joint-choose")) } }
    } }
}

/// Returns a field for the language of what is written; the page's is chosen.
pub(super) fn language(texts: Texts, name: &str) -> Markup {
    let label = texts.say("joint-language");
    let choices: Vec<_> = LANGUAGES.map(|one| (one.key().to_owned(), own_name(one).to_owned())).into();
    let field = Field { name, label: &label, value: texts.language().key(), ..Field::default() };
    parts::choice(texts, &field, &choices)
}

/// Returns a field for whom a new document is: those scopes in which all that it names may be named.
pub(super) fn scope(people: &People, named: &[Scope]) -> Markup {
    let texts = people.texts;
    let counties = people.own().map(|own| own.counties.clone()).unwrap_or_default();
    let own = people.own().map(|own| Scope::Organisation(own.id));
    let scopes = std::iter::once(Scope::Network).chain(counties.into_iter().map(Scope::Region)).chain(own);
    let choices: Vec<_> = scopes
        .filter(|scope| named.iter().all(|named| named.may_be_named_in(scope)))
        .map(|scope| (scope.to_string(), people.scope(&scope)))
        .collect();
    let value = choices.first().map(|(key, _)| key.clone()).unwrap_or_default();
    let (label, hint) = (texts.say("joint-scope"), texts.say("joint-scope-hint"));
    let field =
        Field { name: "@scope", label: &label, hint: Some(&hint), value: &value, required: true, ..Field::default() };
    parts::radios(texts, &field, &choices)
}

/// Returns a field for a place, which is chosen as JSON: the country, counties, municipalities.
pub(super) fn place(texts: Texts, name: &str) -> Markup {
    let language = texts.language();
    let json = |area: &Area| serde_json::to_string(area).unwrap_or_default();
    let of = |scheme, code: &str| Area::new(scheme, code).ok();
    let counties = table::counties()
        .filter_map(|one| Some((json(&of(AreaScheme::County, &one.code)?), county_name(one.county, language))));
    let municipalities = table::municipalities()
        .filter_map(|one| Some((json(&of(AreaScheme::Municipality, &one.code)?), one.names.get(language).to_owned())));
    let (mut counties, mut municipalities): (Vec<_>, Vec<_>) = (counties.collect(), municipalities.collect());
    counties.sort_by(|one, two| one.1.cmp(&two.1));
    municipalities.sort_by(|one, two| one.1.cmp(&two.1));
    let choices: Vec<_> = counties.into_iter().chain(municipalities).collect();
    let (label, hint) = (texts.say("joint-area"), texts.say("joint-area-hint"));
    let field = Field { name, label: &label, hint: Some(&hint), stands_for: Some("json"), ..Field::default() };
    parts::choice(texts, &field, &choices)
}

/// Returns fields for whom to ask: an organisation of the network, or a body in words.
pub(super) fn addressee(people: &People, path: &str) -> Markup {
    let texts = people.texts;
    let (organisation, body) = (format!("{path}.organisation"), format!("{path}.body"));
    let (label, hint) = (texts.say("joint-addressee-organisation"), texts.say("joint-addressee-hint"));
    let to = Field { name: &organisation, label: &label, hint: Some(&hint), ..Field::default() };
    let (label, hint) = (texts.say("joint-addressee-body"), texts.say("joint-addressee-body-hint"));
    let in_words = Field { name: &body, label: &label, hint: Some(&hint), most: Some(200), ..Field::default() };
    html! { (parts::choice(texts, &to, &people.choices())) (parts::line(texts, &in_words)) }
}

/// Returns a field for one line.
pub(super) fn line(texts: Texts, name: &str, label: &str, value: &str, most: usize, required: bool) -> Markup {
    parts::line(texts, &Field { name, label, value, required, most: Some(most), ..Field::default() })
}

/// Returns an empty field for several lines.
pub(super) fn text(texts: Texts, name: &str, label: &str, most: usize, required: bool) -> Markup {
    parts::area(texts, &Field { name, label, required, most: Some(most), ..Field::default() }, 5)
}
