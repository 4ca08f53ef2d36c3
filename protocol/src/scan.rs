//! Finds identifiers of people in what a worker wrote, before it is signed and again at admission.
//!
//! Two doors, for one reason: nodes of different age must never disagree on what exists. [`scan`] runs on the worker's
//! device, knows every rule and may improve with each release. [`frozen_v1`] runs at admission and knows only the hard
//! rules of wire version 1, for ever alike. What `frozen_v1` refuses, `scan` blocks: `scan` starts from its hits.
//!
//! This module knows text and nothing else: not who wrote it, not in which field, not what day it is.

mod account;
mod address;
mod business;
mod combination;
mod context;
mod email;
mod file_name;
mod fold;
mod frozen;
mod gazetteer;
mod identity;
mod inflect;
mod lexicon;
mod name;
mod oid;
mod paper;
mod phone;
#[cfg(test)]
mod tests;
mod word;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use business::business_ids;
pub use file_name::scan_file_name;
pub use frozen::frozen_v1;

/// What kind of identifier was found. The order is that of gravity, gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A valid personal identity code (henkilötunnus, personbeteckning).
    PersonalIdentityCode,
    /// What looks like a personal identity code but is mistyped, spaced out or written with look-alike characters.
    PersonalIdentityCodeSuspect,
    /// An object identifier of a client, patient, learner, service event or document about one of them.
    ClientOid,
    /// A bank account number (IBAN).
    Iban,
    /// An electronic client identifier (FINUID, SATU).
    Finuid,
    /// An e-mail address that names its holder.
    PersonalEmail,
    /// A street address.
    StreetAddress,
    /// The number of a passport, an identity card or a residence permit.
    DocumentNumber,
    /// The number of a case, a file or a client in some register.
    CaseNumber,
    /// A licence plate.
    LicencePlate,
    /// A person's name.
    PersonName,
    /// A date of birth beside words that say it is one.
    BirthDate,
    /// Any other e-mail address.
    Email,
    /// A telephone number, public service numbers excepted.
    Phone,
    /// A part of a rare combination: age, place, group, day or unit that together point at one person.
    RareCombination,
}

/// What must happen before the text may be signed, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Show it to the author.
    Warn,
    /// Do not sign until the author has said that it is no identifier.
    Confirm,
    /// Do not sign.
    Block,
}

/// One identifier found in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is.
    pub rule: Rule,
    /// What must happen.
    pub action: Action,
    /// Where it stands: byte offsets into the scanned text, on character borders, never empty.
    pub span: Range<usize>,
    /// What to write in its place, for example `[henkilötunnus]`.
    pub suggestion: &'static str,
}

impl Rule {
    /// Returns the stable key of the rule, in snake case; the same as its serialised form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PersonalIdentityCode => "personal_identity_code",
            Self::PersonalIdentityCodeSuspect => "personal_identity_code_suspect",
            Self::ClientOid => "client_oid",
            Self::Iban => "iban",
            Self::Finuid => "finuid",
            Self::PersonalEmail => "personal_email",
            Self::StreetAddress => "street_address",
            Self::DocumentNumber => "document_number",
            Self::CaseNumber => "case_number",
            Self::LicencePlate => "licence_plate",
            Self::PersonName => "person_name",
            Self::BirthDate => "birth_date",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::RareCombination => "rare_combination",
        }
    }

    /// Returns what to write in place of such an identifier. For a part of a rare combination [`Finding::suggestion`] says more.
    pub const fn suggestion(self) -> &'static str {
        match self {
            Self::PersonalIdentityCode | Self::PersonalIdentityCodeSuspect => "[henkilötunnus]",
            Self::ClientOid => "[asiakastunniste]",
            Self::Iban => "[tilinumero]",
            Self::Finuid => "[asiointitunnus]",
            Self::PersonalEmail | Self::Email => "[sähköpostiosoite]",
            Self::StreetAddress => "[osoite]",
            Self::DocumentNumber => "[asiakirjan numero]",
            Self::CaseNumber => "[asianumero]",
            Self::LicencePlate => "[rekisterinumero]",
            Self::PersonName => "[nimi]",
            Self::BirthDate => "[syntymäaika]",
            Self::Phone => "[puhelinnumero]",
            Self::RareCombination => "[yleisempi ilmaus]",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PersonalIdentityCode => "a personal identity code",
            Self::PersonalIdentityCodeSuspect => "what looks like a mistyped personal identity code",
            Self::ClientOid => "an object identifier of a client",
            Self::Iban => "a bank account number",
            Self::Finuid => "an electronic client identifier",
            Self::PersonalEmail => "an e-mail address that names a person",
            Self::StreetAddress => "a street address",
            Self::DocumentNumber => "the number of a passport or permit",
            Self::CaseNumber => "the number of a case or client",
            Self::LicencePlate => "a licence plate",
            Self::PersonName => "a person's name",
            Self::BirthDate => "a date of birth",
            Self::Email => "an e-mail address",
            Self::Phone => "a telephone number",
            Self::RareCombination => "a detail that with others near it points at one person",
        })
    }
}

impl Finding {
    /// Makes a finding with the suggestion of its rule.
    fn new(rule: Rule, action: Action, span: Range<usize>) -> Self {
        Self { rule, action, span, suggestion: rule.suggestion() }
    }
}

/// Returns every identifier in `text` by all rules, which improve with each release.
///
/// Shape: sorted by start, non-overlapping; where rules overlap the stronger action wins, then the longer span, then
/// the graver rule. Whatever [`frozen_v1`] would refuse is among them, as [`Action::Block`].
pub fn scan(text: &str) -> Vec<Finding> {
    strongest(findings(text, false))
}

/// Returns what each rule finds, overlapping, in no order. In a `file_name` small letters hide no name.
fn findings(text: &str, file_name: bool) -> Vec<Finding> {
    let glyphs = fold::fold(text);
    let words = word::Words::read(text);
    let context = context::Context::of(&words);
    let mut found: Vec<_> = frozen::hits(text).map(|hit| Finding::new(hit.rule, Action::Block, hit.span)).collect();
    found.extend(identity::codes(&glyphs));
    found.extend(identity::birth_dates(&glyphs, &context));
    found.extend(identity::finuids(&glyphs, &context));
    found.extend(account::ibans(&glyphs));
    found.extend(oid::clients(&glyphs));
    found.extend(email::addresses(text));
    found.extend(phone::numbers(&glyphs));
    found.extend(address::streets(&words));
    found.extend(paper::plates(&words, &context));
    found.extend(paper::documents(&words, &context));
    found.extend(paper::cases(&words));
    found.extend(name::people(&words, file_name));
    found.extend(combination::rare(&words));
    found
}

/// Keeps of overlapping findings the strongest.
fn strongest(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by(|a, b| {
        let length = |finding: &Finding| finding.span.len();
        b.action.cmp(&a.action).then(length(b).cmp(&length(a))).then(a.rule.cmp(&b.rule))
    });
    let mut kept: BTreeMap<usize, Finding> = BTreeMap::new();
    for finding in found {
        let before = kept.range(..finding.span.end).next_back();
        if before.is_none_or(|(_, other)| other.span.end <= finding.span.start) {
            kept.insert(finding.span.start, finding);
        }
    }
    kept.into_values().collect()
}
