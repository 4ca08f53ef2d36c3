//! Walks from the pages over everything they refer to, keeps what the [rules](super::rules) keep, and numbers it in the order it is
//! met. Done to its own result it changes nothing.

use std::collections::{BTreeMap, VecDeque};

use super::super::jpeg;
use super::super::refusal::Refusal;
use super::object::{DEPTH_MAX, Dictionary, File, Indirect, OBJECTS_MAX, Object};
use super::rules::{Role, role_of};
use super::source::{PHOTOGRAPH, Source};

/// Ways of packing in which nothing else can be said, besides pictures.
const PACKINGS: [&[u8]; 6] =
    [b"FlateDecode", b"LZWDecode", b"ASCII85Decode", b"ASCIIHexDecode", b"RunLengthDecode", b"CCITTFaxDecode"];

/// Where objects come from.
pub(super) trait Objects {
    /// Returns an object that stands by itself.
    fn object(&self, number: u32) -> Option<Indirect>;
}

impl Objects for File {
    fn object(&self, number: u32) -> Option<Indirect> {
        self.get(number).cloned()
    }
}

impl Objects for Source {
    fn object(&self, number: u32) -> Option<Indirect> {
        self.get(number)
    }
}

/// Puts a document together from these pages.
pub(super) fn rebuild(objects: &dyn Objects, pages: &[Dictionary]) -> Result<File, Refusal> {
    let mut walk = Walk { numbers: BTreeMap::new(), waiting: VecDeque::new(), last: 2 };
    let first = walk.last + 1;
    walk.last += u32::try_from(pages.len()).map_err(|_| Refusal::TooMuch { what: "pages" })?;
    let mut file = File { objects: vec![catalog(), list_of_pages(first..=walk.last)] };
    for page in pages {
        let mut page = walk.dictionary(Role::Page, page, 0)?;
        page.insert(b"Type".to_vec(), Object::name("Page"));
        page.insert(b"Parent".to_vec(), Object::Reference(2));
        file.objects.push(Indirect { object: Object::Dictionary(page), stream: None });
    }
    while let Some((number, role)) = walk.waiting.pop_front() {
        let found = objects.object(number).unwrap_or(Indirect { object: Object::Null, stream: None });
        file.objects.push(walk.indirect(role, found)?);
    }
    Ok(file)
}

fn catalog() -> Indirect {
    let entries =
        [(b"Type".to_vec(), Object::name("Catalog")), (b"Pages".to_vec(), Object::Reference(2))].into_iter().collect();
    Indirect { object: Object::Dictionary(entries), stream: None }
}

fn list_of_pages(pages: std::ops::RangeInclusive<u32>) -> Indirect {
    let count = pages.clone().count();
    let entries = [
        (b"Type".to_vec(), Object::name("Pages")),
        (b"Count".to_vec(), Object::Number(count.to_string())),
        (b"Kids".to_vec(), Object::List(pages.map(Object::Reference).collect())),
    ];
    Indirect { object: Object::Dictionary(entries.into_iter().collect()), stream: None }
}

struct Walk {
    /// New numbers by old ones and the parts their objects play.
    numbers: BTreeMap<(u32, Role), u32>,
    waiting: VecDeque<(u32, Role)>,
    last: u32,
}

impl Walk {
    fn number(&mut self, old: u32, role: Role) -> Result<u32, Refusal> {
        if let Some(number) = self.numbers.get(&(old, role)) {
            return Ok(*number);
        }
        if self.last as usize >= OBJECTS_MAX {
            return Err(Refusal::TooMuch { what: "parts" });
        }
        self.last += 1;
        self.numbers.insert((old, role), self.last);
        self.waiting.push_back((old, role));
        Ok(self.last)
    }

    fn indirect(&mut self, role: Role, found: Indirect) -> Result<Indirect, Refusal> {
        let (Some(bytes), Object::Dictionary(entries)) = (found.stream, &found.object) else {
            return Ok(Indirect { object: self.object(role, &found.object, 0)?, stream: None });
        };
        if !role.may_be_stream() {
            return Ok(Indirect { object: Object::Null, stream: None });
        }
        let packings = packings(entries)?;
        let bytes = unpacked_photograph(&packings, bytes)?;
        if role == Role::Drawing && !matches!(name(entries, b"Subtype"), Some(b"Form" | b"Image")) {
            return Err(Refusal::Holds { what: "a drawing in another language" });
        }
        let mut kept = self.dictionary(role, entries, 0)?;
        for key in [&b"Filter"[..], b"DecodeParms"] {
            if let Some(value) = entries.get(key).filter(|_| !packings.is_empty()) {
                kept.insert(key.to_vec(), self.object(Role::Packing, value, 0)?);
            }
        }
        kept.insert(b"Length".to_vec(), Object::Number(bytes.len().to_string()));
        Ok(Indirect { object: Object::Dictionary(kept), stream: Some(bytes) })
    }

    fn object(&mut self, role: Role, object: &Object, depth: usize) -> Result<Object, Refusal> {
        if depth > DEPTH_MAX {
            return Err(Refusal::TooMuch { what: "parts within each other" });
        }
        Ok(match object {
            Object::Text(text) if role.may_hold_text() => Object::Text(text.clone()),
            Object::Text(_) => Object::Null,
            Object::List(items) => {
                Object::List(items.iter().map(|item| self.object(role, item, depth + 1)).collect::<Result<_, _>>()?)
            }
            Object::Dictionary(entries) => Object::Dictionary(self.dictionary(role, entries, depth)?),
            Object::Reference(old) => Object::Reference(self.number(*old, role)?),
            plain => plain.clone(),
        })
    }

    fn dictionary(&mut self, role: Role, entries: &Dictionary, depth: usize) -> Result<Dictionary, Refusal> {
        let mut kept = Dictionary::new();
        for (key, value) in entries {
            if let Some(part) = role_of(role, key) {
                kept.insert(key.clone(), self.object(part, value, depth + 1)?);
            }
        }
        Ok(kept)
    }
}

fn name<'a>(entries: &'a Dictionary, key: &[u8]) -> Option<&'a [u8]> {
    match entries.get(key) {
        Some(Object::Name(name)) => Some(name),
        _ => None,
    }
}

/// Returns how a stream is packed, outermost first.
fn packings(entries: &Dictionary) -> Result<Vec<&[u8]>, Refusal> {
    let unknown = Refusal::Holds { what: "a part that is packed in a way which cannot be cleaned" };
    let packings: Vec<&[u8]> = match entries.get(&b"Filter"[..]) {
        None | Some(Object::Null) => Vec::new(),
        Some(Object::Name(name)) => vec![name],
        Some(Object::List(names)) => names
            .iter()
            .map(|name| if let Object::Name(name) = name { Ok(name.as_slice()) } else { Err(unknown.clone()) })
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(unknown),
    };
    match packings.iter().find(|name| !PACKINGS.contains(name) && **name != PHOTOGRAPH) {
        None => Ok(packings),
        Some(&b"JPXDecode" | &b"JBIG2Decode") => {
            Err(Refusal::Holds { what: "a picture of a kind that cannot be cleaned (JPEG 2000 or JBIG2)" })
        }
        Some(_) => Err(unknown),
    }
}

/// Takes out of a photograph what is not the photograph. One within another packing cannot be looked at.
fn unpacked_photograph(packings: &[&[u8]], bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    match packings {
        [only] if *only == PHOTOGRAPH => Ok(jpeg::bare(&bytes).map_err(|_| Refusal::Damaged)?.bytes),
        packings if packings.contains(&PHOTOGRAPH) => {
            Err(Refusal::Holds { what: "a picture that is packed twice and cannot be cleaned" })
        }
        _ => Ok(bytes),
    }
}
