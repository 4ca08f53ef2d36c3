//! Unpacks what of a workbook is needed, within bounds, into memory. The reader after it sees only what came through here: sheets,
//! texts and formats, no pictures and no macros; no more bytes than are named here, whatever the packed file claims about itself.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Write as _};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{damaged, too_large};
use crate::error::{Error, Result};

/// Largest packed file, in bytes.
const PACKED_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Most bytes of all parts together when unpacked.
const UNPACKED_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Most parts of a packed file.
const PARTS_MAX: usize = 4_096;
/// Most digits of the number of texts that a workbook claims to have: room is made for them before they are read.
const COUNT_DIGITS_MAX: usize = 6;
/// The attribute that claims it.
const COUNT: &[u8] = b"uniqueCount";

/// What workbooks of before 2007 begin with, and those with a password.
pub(super) const OLD: &[u8] = b"\xd0\xcf\x11\xe0";

/// A workbook's parts, packed together without compression.
pub(super) type Unpacked = Cursor<Vec<u8>>;

/// Unpacks a workbook.
pub(super) fn unpack(path: &Path) -> Result<Unpacked> {
    let file = File::open(path).map_err(|error| damaged(path, &error.to_string()))?;
    let length = file.metadata().map_err(|error| damaged(path, &error.to_string()))?.len();
    if length > PACKED_BYTES_MAX {
        return Err(too_large(path, &format!("it has {length} bytes and may have {PACKED_BYTES_MAX}")));
    }
    let mut packed = Vec::new();
    BufReader::new(file)
        .take(PACKED_BYTES_MAX)
        .read_to_end(&mut packed)
        .map_err(|error| damaged(path, &error.to_string()))?;
    if packed.starts_with(OLD) {
        return Err(refuse_old(path, &packed));
    }
    let archive = ZipArchive::new(Cursor::new(packed)).map_err(|error| damaged(path, &error.to_string()))?;
    repack(path, archive, UNPACKED_BYTES_MAX)
}

fn repack(path: &Path, mut archive: ZipArchive<Cursor<Vec<u8>>>, bytes_max: u64) -> Result<Unpacked> {
    let broken = |error: zip::result::ZipError| damaged(path, &error.to_string());
    if archive.len() > PARTS_MAX {
        return Err(too_large(path, &format!("it has more than {PARTS_MAX} parts")));
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut left = bytes_max;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(broken)?;
        let name = part.name().map_err(broken)?.into_owned();
        if name == "content.xml" {
            return Err(damaged(path, "it is an OpenDocument workbook (.ods)"));
        }
        if !is_needed(&name) {
            continue;
        }
        let mut bytes = Vec::new();
        part.by_ref().take(left + 1).read_to_end(&mut bytes).map_err(|error| damaged(path, &error.to_string()))?;
        left = left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| too_large(path, &format!("unpacked it has more than {bytes_max} bytes")))?;
        if claims_too_much(&bytes) {
            return Err(damaged(path, "it claims to have more texts than it can have"));
        }
        writer.start_file(name, plain).map_err(broken)?;
        writer.write_all(&bytes).map_err(|error| damaged(path, &error.to_string()))?;
    }
    writer.finish().map_err(broken)
}

/// Returns whether a part is one of those that hold cells.
fn is_needed(name: &str) -> bool {
    let name = name.to_lowercase();
    let in_place = name.starts_with("xl/") || name.starts_with("_rels/") || name == "[content_types].xml";
    in_place && (name.ends_with(".xml") || name.ends_with(".rels"))
}

/// Returns whether a part claims a number of texts that no workbook within the bounds has.
fn claims_too_much(bytes: &[u8]) -> bool {
    // Parts in another encoding cannot be looked at so; spreadsheet programs write none.
    let other_encoding = bytes.iter().take(4).any(|byte| *byte == 0 || *byte >= 0xfe);
    let claim = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default();
        let value = rest.iter().take(64).skip_while(|byte| !matches!(byte, b'"' | b'\'')).skip(1);
        value.take_while(|byte| byte.is_ascii_digit()).count() > COUNT_DIGITS_MAX
    };
    let found = bytes.windows(COUNT.len()).enumerate().filter(|(_, window)| *window == COUNT);
    other_encoding || found.map(|(at, _)| at + COUNT.len()).any(claim)
}

fn refuse_old(path: &Path, bytes: &[u8]) -> Error {
    let wide: Vec<u8> = "EncryptedPackage".bytes().flat_map(|letter| [letter, 0]).collect();
    if bytes.windows(wide.len()).any(|window| window == wide) {
        return Error::refused(format!("{} is a workbook with a password", path.display()))
            .hint("Nothing was imported. Open it with its password and save it without one, then delete that copy when it is imported.");
    }
    Error::refused(format!("{} is a workbook of before 2007 (.xls)", path.display()))
        .hint("Nothing was imported. Open it in a spreadsheet program and save it as \"Excel workbook (.xlsx)\".")
}

#[cfg(test)]
mod tests {
    use super::super::tests::Scratch;
    use super::*;

    fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn refusal(name: &str, bytes: &[u8]) -> String {
        format!("{:?}", unpack(&Scratch::new(name, bytes).0).unwrap_err())
    }

    #[test]
    fn a_bomb_is_refused_before_it_unfolds() {
        let blanks = vec![b' '; 400_000];
        let bomb = packed(&[("xl/a.xml", &blanks), ("xl/b.xml", &blanks), ("xl/c.xml", &blanks)]);
        assert!(bomb.len() < 10_000, "{}", bomb.len());
        let within = |bytes_max| {
            let archive = ZipArchive::new(Cursor::new(bomb.clone())).unwrap();
            repack(Path::new("bomb.xlsx"), archive, bytes_max)
        };
        assert!(format!("{:?}", within(1_000_000).unwrap_err()).contains("unpacked") && within(1_200_000).is_ok());
        let claims = packed(&[("xl/sharedStrings.xml", b"<sst uniqueCount = '99999999999'></sst>")]);
        assert!(refusal("claims.xlsx", &claims).contains("claims"));
    }

    #[test]
    fn what_is_not_needed_stays_packed() {
        let file = Scratch::new("parts.xlsx", &packed(&[("xl/media/a.png", b"png"), ("xl/workbook.xml", b"<w/>")]));
        let archive = ZipArchive::new(unpack(&file.0).unwrap()).unwrap();
        assert_eq!(archive.len(), 1);
    }

    #[test]
    fn other_workbooks_are_named() {
        assert!(refusal("old.xls", &[OLD, b"....Workbook"].concat()).contains("before 2007"));
        let wide: Vec<u8> = "EncryptedPackage".bytes().flat_map(|letter| [letter, 0]).collect();
        assert!(refusal("locked.xlsx", &[OLD, &wide].concat()).contains("password"));
        assert!(refusal("a.ods", &packed(&[("content.xml", b"<x/>")])).contains("OpenDocument"));
        assert!(unpack(Path::new("/no/such/file.xlsx")).is_err());
    }
}
