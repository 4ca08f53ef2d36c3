//! The text of a person's PDF file, for the scanner: of its pages and of the drawings on them. A text whose letters cannot be told
//! makes the file unreadable; pictures of text no program here reads, so a person has to look at them.

use std::collections::BTreeSet;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::super::refusal::Refusal;
use super::source::{Source, UNPACKED_BYTES_MAX, fenced};

/// Most text that is looked through, in bytes.
const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// Most drawings that are read.
const DRAWINGS_MAX: usize = 5_000;
/// How far letters are moved apart, in thousandths of their size, where there is a blank.
const BLANK: f32 = -180.0;
/// Names of encodings whose letters are known.
const KNOWN: [&[u8]; 3] = [b"WinAnsiEncoding", b"MacRomanEncoding", b"StandardEncoding"];

/// Returns the text of a file, line by line.
pub(super) fn of(source: &Source) -> Result<String, Refusal> {
    let document = &source.0;
    let mut text = String::new();
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<(Dictionary, Vec<u8>)> = Vec::new();
    for page in source.page_ids()? {
        let content = fenced(|| document.get_page_content_with_limit(page, UNPACKED_BYTES_MAX))?;
        waiting.push((resources(document, &source.page(page)?), content));
        while let Some((resources, content)) = waiting.pop() {
            add(document, &resources, &content, &mut text)?;
            if text.len() > TEXT_BYTES_MAX {
                return Err(Refusal::TooMuch { what: "words" });
            }
            drawings(document, &resources, &mut seen, &mut waiting)?;
        }
    }
    Ok(text)
}

fn resources(document: &Document, of: &Dictionary) -> Dictionary {
    part(document, of, b"Resources").cloned().unwrap_or_default()
}

fn part<'a>(document: &'a Document, of: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    document.get_dict_in_dict(of, key).ok()
}

/// Takes the drawings that are referred to and were not seen yet.
fn drawings(
    document: &Document,
    resources: &Dictionary,
    seen: &mut BTreeSet<ObjectId>,
    waiting: &mut Vec<(Dictionary, Vec<u8>)>,
) -> Result<(), Refusal> {
    let Some(named) = part(document, resources, b"XObject") else { return Ok(()) };
    for id in named.iter().filter_map(|(_, value)| value.as_reference().ok()) {
        let Ok(stream) = document.get_object(id).and_then(Object::as_stream) else { continue };
        let is_form = stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"Form");
        if !is_form || !seen.insert(id) {
            continue;
        }
        if seen.len() > DRAWINGS_MAX {
            return Err(Refusal::TooMuch { what: "parts" });
        }
        let content = fenced(|| stream.get_plain_content_with_limit(UNPACKED_BYTES_MAX))?;
        // A drawing without resources of its own uses those of the page.
        let own = part(document, &stream.dict, b"Resources").unwrap_or(resources).clone();
        waiting.push((own, content));
    }
    Ok(())
}

/// Adds the text of one content stream.
fn add(document: &Document, resources: &Dictionary, content: &[u8], text: &mut String) -> Result<(), Refusal> {
    let content = fenced(|| Content::decode(content))?;
    let fonts = part(document, resources, b"Font");
    let mut font: Option<&Dictionary> = None;
    for Operation { operator, operands } in &content.operations {
        match operator.as_str() {
            "Tf" => {
                let name = operands.first().and_then(|name| name.as_name().ok());
                font = name.and_then(|name| part(document, fonts?, name));
            }
            "Tj" | "TJ" => show(document, font, operands, text)?,
            "'" | "\"" => {
                text.push('\n');
                show(document, font, operands, text)?;
            }
            "T*" | "ET" => text.push('\n'),
            "Td" | "TD" => {
                let same_line = operands.get(1).and_then(|down| down.as_float().ok()) == Some(0.0);
                text.push(if same_line { ' ' } else { '\n' });
            }
            "Tm" => text.push(' '),
            _ => {}
        }
    }
    Ok(())
}

fn show(document: &Document, font: Option<&Dictionary>, operands: &[Object], text: &mut String) -> Result<(), Refusal> {
    for operand in operands {
        match operand {
            Object::String(bytes, _) if !bytes.is_empty() => {
                let shown = decode(document, font.ok_or(Refusal::TextUnreadable)?, bytes)?;
                text.push_str(&shown);
            }
            Object::Array(parts) => show(document, font, parts, text)?,
            Object::Integer(_) | Object::Real(_) if operand.as_float().is_ok_and(|moved| moved < BLANK) => {
                text.push(' ')
            }
            _ => {}
        }
    }
    Ok(())
}

/// Tells the letters of a text in a font.
fn decode(document: &Document, font: &Dictionary, bytes: &[u8]) -> Result<String, Refusal> {
    let mut font = font.clone();
    if font.has(b"ToUnicode") {
        // The font itself says what its codes mean; what they are called in it does not matter.
        font.remove(b"Encoding");
    } else if !is_telling(document, &font) {
        return Err(Refusal::TextUnreadable);
    }
    font.set("Type", Object::Name(b"Font".to_vec()));
    let text = fenced(|| {
        let encoding = font.get_font_encoding_with_limit(document, UNPACKED_BYTES_MAX)?;
        Document::decode_text(&encoding, bytes)
    });
    text.ok().filter(|text| !text.contains('\u{FFFD}')).ok_or(Refusal::TextUnreadable)
}

/// Returns whether the letters of a font without a table of its own can be told.
fn is_telling(document: &Document, font: &Dictionary) -> bool {
    let subtype = font.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
    if subtype == b"Type0" || subtype == b"Type3" {
        return false;
    }
    let encoding = font.get_deref(b"Encoding", document).ok();
    match encoding {
        Some(Object::Name(name)) => KNOWN.contains(&name.as_slice()),
        Some(Object::Dictionary(encoding)) => {
            let names = encoding.get_deref(b"Differences", document).and_then(Object::as_array);
            let is_plain = |name: &[u8]| name.starts_with(b"uni") || !name.iter().any(u8::is_ascii_digit);
            names.into_iter().flatten().all(|item| item.as_name().map_or(true, is_plain))
        }
        // A font that is only named has the standard letters; one that is carried along may have any.
        _ => !font.has(b"FontDescriptor"),
    }
}
