//! A person's PDF file as lopdf reads it, on that person's machine. What lopdf is given is bounded, and a panic in it is a damaged
//! file.

use std::panic::{AssertUnwindSafe, catch_unwind};

use lopdf::{Dictionary as Read, Document, LoadOptions, Object as Given, ObjectId, Stream};

use super::super::PAGES_MAX;
use super::super::refusal::Refusal;
use super::object::{DEPTH_MAX, Dictionary, Indirect, OBJECTS_MAX, Object};

/// Most bytes that one stream may unpack to.
pub(super) const UNPACKED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Farthest that a page may inherit from, in steps.
const ANCESTORS_MAX: usize = 64;
/// What a page takes from what stands above it.
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];
/// What acts by itself or carries something along: key, value if only that one does, and what it is in words.
type Wild = (&'static [u8], Option<&'static [u8]>, &'static str);
const WILD: [Wild; 10] = [
    (b"EF", None, "attached files"),
    (b"EmbeddedFiles", None, "attached files"),
    (b"Type", Some(b"EmbeddedFile"), "attached files"),
    (b"Collection", None, "attached files"),
    (b"JavaScript", None, "a program (JavaScript)"),
    (b"JS", None, "a program (JavaScript)"),
    (b"S", Some(b"JavaScript"), "a program (JavaScript)"),
    (b"S", Some(b"Launch"), "an order to start a program"),
    (b"XFA", None, "a form of a kind that cannot be cleaned (XFA)"),
    (b"OCProperties", None, "layers that can be switched off"),
];

/// How photographs are packed.
pub(super) const PHOTOGRAPH: &[u8] = b"DCTDecode";

/// A file that has been read.
pub(super) struct Source(pub(super) Document);

/// Calls lopdf, whose panics are a damaged file.
pub(super) fn fenced<T>(call: impl FnOnce() -> lopdf::Result<T>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(call)).ok().and_then(Result::ok).ok_or(Refusal::Damaged)
}

impl Source {
    /// Reads a file.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let options = LoadOptions::with_max_decompressed_size(UNPACKED_BYTES_MAX);
        let read = fenced(|| Document::load_mem_with_options(bytes, options));
        let locked = || bytes.windows(8).any(|window| window == b"/Encrypt");
        let document = read.map_err(|refusal| if locked() { Refusal::Locked } else { refusal })?;
        if document.is_encrypted() || document.was_encrypted() || document.trailer.has(b"Encrypt") {
            return Err(Refusal::Locked);
        }
        match document.objects.len() > OBJECTS_MAX {
            true => Err(Refusal::TooMuch { what: "parts" }),
            false => Ok(Self(document)),
        }
    }

    /// Returns an object by its number, of several the newest.
    pub(super) fn get(&self, number: u32) -> Option<Indirect> {
        let (_, found) = self.0.objects.range((number, 0)..=(number, u16::MAX)).next_back()?;
        Some(match found {
            Given::Stream(stream) => {
                let unwrapped = unwrapped(stream);
                let stream = unwrapped.as_ref().unwrap_or(stream);
                let object = Object::Dictionary(dictionary(&stream.dict, 0));
                Indirect { object, stream: Some(stream.content.clone()) }
            }
            object => Indirect { object: value(object, 0), stream: None },
        })
    }

    /// Returns whether there is a description of the document.
    pub(super) fn has_info(&self) -> bool {
        self.0.trailer.has(b"Info")
    }

    /// Returns whether any dictionary has this key.
    pub(super) fn mentions(&self, key: &[u8]) -> bool {
        self.any(&mut |entries| entries.has(key))
    }

    /// Refuses what acts by itself, carries files, or hides.
    pub(super) fn require_tame(&self) -> Result<(), Refusal> {
        for (key, wanted, what) in WILD {
            let is_wild = |value: &Given| wanted.is_none_or(|wanted| value.as_name().is_ok_and(|name| name == wanted));
            if self.any(&mut |entries| entries.get(key).is_ok_and(is_wild)) {
                return Err(Refusal::Holds { what });
            }
        }
        Ok(())
    }

    /// Returns whether some dictionary, however deep, is such.
    fn any(&self, holds: &mut dyn FnMut(&Read) -> bool) -> bool {
        let mut waiting: Vec<&Given> = self.0.objects.values().collect();
        while let Some(object) = waiting.pop() {
            let entries = match object {
                Given::Dictionary(entries) => entries,
                Given::Stream(stream) => &stream.dict,
                Given::Array(items) => {
                    waiting.extend(items);
                    continue;
                }
                _ => continue,
            };
            if holds(entries) {
                return true;
            }
            waiting.extend(entries.iter().map(|(_, value)| value));
        }
        false
    }

    /// Returns the pages in order, each with what it inherits.
    pub(super) fn pages(&self) -> Result<Vec<Dictionary>, Refusal> {
        let pages = self.page_ids()?;
        pages.into_iter().map(|page| self.page(page).map(|page| dictionary(&page, 0))).collect()
    }

    /// Returns the pages as lopdf has them, in order.
    pub(super) fn page_ids(&self) -> Result<Vec<ObjectId>, Refusal> {
        let pages: Vec<ObjectId> = fenced(|| Ok(self.0.page_iter().take(PAGES_MAX + 1).collect()))?;
        match pages.len() {
            0 => Err(Refusal::Damaged),
            count if count > PAGES_MAX => Err(Refusal::TooMuch { what: "pages" }),
            _ => Ok(pages),
        }
    }

    /// Returns a page with what it inherits.
    pub(super) fn page(&self, page: ObjectId) -> Result<Read, Refusal> {
        let get = |id: ObjectId| self.0.get_dictionary(id).map_err(|_| Refusal::Damaged);
        let mut whole = get(page)?.clone();
        let mut above = whole.get(b"Parent").and_then(Given::as_reference).ok();
        for _ in 0..ANCESTORS_MAX {
            let Some(ancestor) = above.and_then(|id| get(id).ok()) else { break };
            for key in INHERITED {
                if let (false, Ok(value)) = (whole.has(key), ancestor.get(key)) {
                    whole.set(key, value.clone());
                }
            }
            above = ancestor.get(b"Parent").and_then(Given::as_reference).ok();
        }
        Ok(whole)
    }
}

/// Unpacks a photograph that is packed once more, as some programs do; `None` if it is none or cannot be unpacked.
fn unwrapped(stream: &Stream) -> Option<Stream> {
    let filters: Vec<Vec<u8>> = stream.filters().ok()?.into_iter().map(<[u8]>::to_vec).collect();
    let (last, outer) = filters.split_last()?;
    if last != PHOTOGRAPH || outer.is_empty() {
        return None;
    }
    let mut packed = stream.clone();
    packed.dict.set("Filter", outer.iter().map(|name| Given::Name(name.clone())).collect::<Vec<_>>());
    // Their settings stand by their places, which change; photographs and what is around them have none in practice.
    packed.dict.remove(b"DecodeParms");
    let content = fenced(|| packed.decompressed_content_with_limit(UNPACKED_BYTES_MAX)).ok()?;
    packed.dict.set("Filter", Given::Name(PHOTOGRAPH.to_vec()));
    packed.content = content;
    Some(packed)
}

fn dictionary(read: &Read, depth: usize) -> Dictionary {
    read.iter().map(|(key, object)| (key.clone(), value(object, depth + 1))).collect()
}

/// Copies a value. What is nested too deep is nothing; a fraction is written out.
fn value(object: &Given, depth: usize) -> Object {
    match object {
        _ if depth > 2 * DEPTH_MAX => Object::Null,
        Given::Null => Object::Null,
        Given::Boolean(yes) => Object::Bool(*yes),
        Given::Integer(number) => Object::Number(number.to_string()),
        Given::Real(number) if number.is_finite() => Object::Number(number.to_string()),
        Given::Real(_) => Object::Number("0".to_owned()),
        Given::Name(name) => Object::Name(name.clone()),
        Given::String(text, _) => Object::Text(text.clone()),
        Given::Array(items) => Object::List(items.iter().map(|item| value(item, depth + 1)).collect()),
        Given::Dictionary(read) => Object::Dictionary(dictionary(read, depth)),
        // A stream stands by itself or nowhere.
        Given::Stream(_) => Object::Null,
        Given::Reference((number, _)) => Object::Reference(*number),
    }
}
