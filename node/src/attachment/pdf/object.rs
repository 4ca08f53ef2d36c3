//! The objects of a document and the one way they are written: numbered from 1 without gaps, one after another, texts in
//! hexadecimal, dictionaries in the order of their keys, one table of places at the end. It reads nothing else.
//!
//! ```text
//! "%PDF-1.7\n" "%âãÏÓ\n" ( n " 0 obj\n" object [ "\nstream\n" bytes "\nendstream" ] "\nendobj\n" )* table trailer
//! ```

use std::collections::BTreeMap;
use std::io::Write as _;

/// Most objects of a document.
pub(super) const OBJECTS_MAX: usize = 20_000;
/// Deepest nesting of lists and dictionaries.
pub(super) const DEPTH_MAX: usize = 32;
/// Longest number, in characters.
const NUMBER_CHARS_MAX: usize = 48;

const HEAD: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";

/// A dictionary.
pub(super) type Dictionary = BTreeMap<Vec<u8>, Object>;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Object {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A name.
    Name(Vec<u8>),
    /// Bytes that may be text.
    Text(Vec<u8>),
    /// A list.
    List(Vec<Object>),
    /// A dictionary.
    Dictionary(Dictionary),
    /// The number of an object that stands by itself.
    Reference(u32),
}

/// An object that stands by itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Indirect {
    /// The value; of a stream its dictionary.
    pub(super) object: Object,
    /// The bytes of a stream.
    pub(super) stream: Option<Vec<u8>>,
}

/// All objects: the first has the number 1 and is the catalog, the second is the list of pages.
#[derive(Debug, Default)]
pub(super) struct File {
    /// By number, less one.
    pub(super) objects: Vec<Indirect>,
}

impl Object {
    /// Makes a name.
    pub(super) fn name(name: &str) -> Self {
        Self::Name(name.as_bytes().to_vec())
    }

    /// Returns the dictionary, if it is one.
    pub(super) fn dictionary(&self) -> Option<&Dictionary> {
        match self {
            Self::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }
}

impl File {
    /// Returns the object of a number.
    pub(super) fn get(&self, number: u32) -> Option<&Indirect> {
        self.objects.get((number as usize).checked_sub(1)?)
    }

    /// Returns the dictionaries of the pages.
    pub(super) fn pages(&self) -> Option<Vec<Dictionary>> {
        let Object::List(pages) = self.get(2)?.object.dictionary()?.get(&b"Kids"[..])? else { return None };
        let page = |kid: &Object| match kid {
            Object::Reference(number) => self.get(*number)?.object.dictionary().cloned(),
            _ => None,
        };
        pages.iter().map(page).collect()
    }
}

/// Writes a document.
pub(super) fn write(file: &File) -> Vec<u8> {
    let mut out = HEAD.to_vec();
    let mut places = Vec::with_capacity(file.objects.len());
    for (number, indirect) in (1u32..).zip(&file.objects) {
        places.push(out.len());
        put(&mut out, format_args!("{number} 0 obj\n"));
        write_object(&mut out, &indirect.object);
        if let Some(stream) = &indirect.stream {
            out.extend_from_slice(b"\nstream\n");
            out.extend_from_slice(stream);
            out.extend_from_slice(b"\nendstream");
        }
        out.extend_from_slice(b"\nendobj\n");
    }
    let (table, size) = (out.len(), places.len() + 1);
    put(&mut out, format_args!("xref\n0 {size}\n0000000000 65535 f \n"));
    for place in places {
        put(&mut out, format_args!("{place:010} 00000 n \n"));
    }
    put(&mut out, format_args!("trailer\n<</Root 1 0 R/Size {size}>>\nstartxref\n{table}\n%%EOF\n"));
    out
}

fn put(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing into memory cannot fail.
    let _written = out.write_fmt(text);
}

fn write_object(out: &mut Vec<u8>, object: &Object) {
    match object {
        Object::Null => out.extend_from_slice(b"null"),
        Object::Bool(yes) => out.extend_from_slice(if *yes { b"true" } else { b"false" }),
        Object::Number(number) => out.extend_from_slice(number.as_bytes()),
        Object::Name(name) => write_name(out, name),
        Object::Text(text) => {
            out.push(b'<');
            text.iter().for_each(|byte| put(out, format_args!("{byte:02x}")));
            out.push(b'>');
        }
        Object::List(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b' ');
                }
                write_object(out, item);
            }
            out.push(b']');
        }
        Object::Dictionary(entries) => {
            out.extend_from_slice(b"<<");
            for (key, value) in entries {
                write_name(out, key);
                out.push(b' ');
                write_object(out, value);
            }
            out.extend_from_slice(b">>");
        }
        Object::Reference(number) => put(out, format_args!("{number} 0 R")),
    }
}

fn write_name(out: &mut Vec<u8>, name: &[u8]) {
    out.push(b'/');
    for byte in name {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'+' | b',' | b'*' => out.push(*byte),
            byte => put(out, format_args!("#{byte:02x}")),
        }
    }
}

/// Reads a document that [`write()`] has written; `None` if it is none. What else differs from the written form, writing it again
/// shows.
pub(super) fn read(bytes: &[u8]) -> Option<File> {
    let mut reader = Reader(bytes);
    reader.word(HEAD)?;
    let mut file = File::default();
    while !reader.0.starts_with(b"xref\n") {
        if file.objects.len() >= OBJECTS_MAX {
            return None;
        }
        let number = file.objects.len() + 1;
        reader.word(format!("{number} 0 obj\n").as_bytes())?;
        let object = reader.object(0)?;
        let stream = match reader.0.starts_with(b"\nstream\n") {
            true => Some(reader.stream(&object)?),
            false => None,
        };
        reader.word(b"\nendobj\n")?;
        file.objects.push(Indirect { object, stream });
    }
    Some(file)
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.0 = self.0.strip_prefix(word)?;
        Some(())
    }

    fn stream(&mut self, object: &Object) -> Option<Vec<u8>> {
        let Object::Number(length) = object.dictionary()?.get(&b"Length"[..])? else { return None };
        self.word(b"\nstream\n")?;
        let (bytes, rest) = self.0.split_at_checked(length.parse().ok()?)?;
        self.0 = rest;
        self.word(b"\nendstream")?;
        Some(bytes.to_vec())
    }

    fn object(&mut self, depth: usize) -> Option<Object> {
        if depth > DEPTH_MAX {
            return None;
        }
        match self.0 {
            [b'<', b'<', ..] => self.dictionary(depth),
            [b'<', ..] => self.text(),
            [b'[', ..] => self.list(depth),
            [b'/', ..] => Some(Object::Name(self.name()?)),
            [b'n', ..] => self.word(b"null").map(|()| Object::Null),
            [b't', ..] => self.word(b"true").map(|()| Object::Bool(true)),
            [b'f', ..] => self.word(b"false").map(|()| Object::Bool(false)),
            _ => self.number(),
        }
    }

    fn dictionary(&mut self, depth: usize) -> Option<Object> {
        self.word(b"<<")?;
        let mut entries = Dictionary::new();
        while self.word(b">>").is_none() {
            let key = self.name()?;
            self.word(b" ")?;
            entries.insert(key, self.object(depth + 1)?);
        }
        Some(Object::Dictionary(entries))
    }

    fn list(&mut self, depth: usize) -> Option<Object> {
        self.word(b"[")?;
        let mut items = Vec::new();
        while self.word(b"]").is_none() {
            if !items.is_empty() {
                self.word(b" ")?;
            }
            items.push(self.object(depth + 1)?);
        }
        Some(Object::List(items))
    }

    fn text(&mut self) -> Option<Object> {
        self.word(b"<")?;
        let end = self.0.iter().position(|byte| *byte == b'>')?;
        let (digits, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        self.word(b">")?;
        digits.chunks(2).map(hex).collect::<Option<_>>().map(Object::Text)
    }

    fn name(&mut self) -> Option<Vec<u8>> {
        self.word(b"/")?;
        let mut name = Vec::new();
        while let [first, rest @ ..] = self.0 {
            match first {
                b'#' => {
                    name.push(hex(rest.get(..2)?)?);
                    self.0 = rest.get(2..)?;
                }
                b' ' | b'/' | b'<' | b'>' | b'[' | b']' | b'\n' => break,
                byte => {
                    name.push(*byte);
                    self.0 = rest;
                }
            }
        }
        Some(name)
    }

    /// Reads a number, or a reference: a number with ` 0 R` behind it.
    fn number(&mut self) -> Option<Object> {
        let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
        let length = self.0.iter().take_while(|byte| is_part(byte)).count();
        let (digits, rest) = self.0.split_at_checked(length)?;
        if digits.is_empty() || length > NUMBER_CHARS_MAX {
            return None;
        }
        let digits = std::str::from_utf8(digits).ok()?;
        digits.parse::<f64>().ok()?;
        self.0 = rest;
        match self.word(b" 0 R") {
            Some(()) => digits.parse().ok().map(Object::Reference),
            None => Some(Object::Number(digits.to_owned())),
        }
    }
}

fn hex(pair: &[u8]) -> Option<u8> {
    let [high, low] = pair else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}
