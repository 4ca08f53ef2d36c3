//! What only an installation reads: its log after whatever happened to the disk, its settings, its control socket, the frames of a
//! stream, tables to import, and attachments.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use talkoot_node::attachment::{hash_of, inspect};
use talkoot_node::config::Config;
use talkoot_node::control;
use talkoot_node::network::frame;
use talkoot_node::store::verify::{self, Finding};
use talkoot_node::store::{Action, Loaded, Options, Record, Store};
use talkoot_protocol::api::{Request, Response};
use talkoot_protocol::report::Attachment;
use talkoot_protocol::report::codes::AttachmentKind;
use talkoot_protocol::wire::attachment::{Given, Want};

/// Name of the only segment.
const SEGMENT: &str = "log/000001.seg";
/// Bytes of one wound in a script of wounds.
const WOUND_BYTES: usize = 4;

/// Payloads by ordinal.
type Payloads = BTreeMap<u64, Vec<u8>>;

/// A sound segment and what is in it.
static SOUND: LazyLock<(Vec<u8>, Payloads)> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a directory");
    let payloads: Payloads =
        (1u8..8).map(|number| (u64::from(number), vec![number; usize::from(number) * 9])).collect();
    let mut store = open(dir.path(), &mut |_| ()).expect("a new store");
    for bytes in payloads.values() {
        let record = Record { kind: 1, bytes, index: b"" };
        store.append(&[record]).expect("an append");
    }
    store.close().expect("closed");
    (std::fs::read(dir.path().join(SEGMENT)).expect("the segment"), payloads)
});

fn open(dir: &Path, each: &mut dyn FnMut(Loaded<'_>)) -> Option<Store> {
    let mut tell = |loaded: Loaded<'_>| {
        each(loaded);
        Action::Keep
    };
    Store::open(dir, &Options::default(), &mut tell).ok()
}

/// A segment: with an even first byte the rest as it is, else a sound one with wounds, each of four bytes: where, how, with what.
pub fn store(bytes: &[u8]) {
    let (sound, payloads) = &*SOUND;
    let [kind, rest @ ..] = bytes else { return };
    let wounded = kind & 1 == 1;
    let segment = if wounded { wound(sound.clone(), rest) } else { rest.to_vec() };
    let dir = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(dir.path().join("log")).expect("a directory");
    std::fs::write(dir.path().join(SEGMENT), segment).expect("a segment");
    let walked = walk(dir.path());
    let mut read = Vec::new();
    let opened = open(dir.path(), &mut |loaded| match loaded {
        Loaded::Raw { ordinal, bytes, .. } => read.push((ordinal, bytes.to_vec())),
        Loaded::Indexed { .. } => unreachable!("there is no index yet"),
        Loaded::Damaged(_) => {}
    });
    let Some(mut store) = opened else { return };
    assert_eq!(Some(&read), walked.as_ref(), "walking and opening see the same");
    assert!(read.windows(2).all(|pair| pair[0].0 < pair[1].0), "ordinals ascend");
    let genuine = |(ordinal, bytes): &(u64, Vec<u8>)| payloads.get(ordinal) == Some(bytes);
    assert!(!wounded || read.iter().all(genuine), "what is given out was written so");
    let next = store.next_ordinal();
    assert!(read.iter().all(|(ordinal, _)| *ordinal < next), "no ordinal is given out twice");
    store.append(&[Record { kind: 2, bytes: b"after", index: b"" }]).expect("it goes on");
    drop(store);
    read.push((next, b"after".to_vec()));
    assert_eq!(walk(dir.path()).as_ref(), Some(&read), "what was there stays, and what came is there");
}

/// Wounds a segment: sets a byte, turns bits, cuts, copies a stretch over another.
fn wound(mut bytes: Vec<u8>, wounds: &[u8]) -> Vec<u8> {
    for [high, low, how, with] in wounds.as_chunks::<WOUND_BYTES>().0 {
        let at = usize::from(u16::from_be_bytes([*high, *low])) % bytes.len().max(1);
        match how & 7 {
            0 => bytes.truncate(at),
            1 => bytes.extend(std::iter::repeat_n(*with, usize::from(*how))),
            2 => {
                let copied = bytes.get(at..).unwrap_or_default().to_vec();
                bytes.truncate(usize::from(*with) * 4);
                bytes.extend(copied);
            }
            3 => bytes.iter_mut().skip(at).take(usize::from(*with)).for_each(|byte| *byte = 0),
            4 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = *with),
            _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= with),
        }
    }
    bytes
}

/// Returns the records that a walk finds; `None` if the log cannot be walked.
fn walk(dir: &Path) -> Option<Vec<(u64, Vec<u8>)>> {
    let mut found = Vec::new();
    for finding in verify::walk(dir).ok()? {
        if let Finding::Record { ordinal, bytes, .. } = finding.ok()? {
            found.push((ordinal, bytes));
        }
    }
    Some(found)
}

/// A message of the control socket, from either side.
pub fn control(bytes: &[u8]) {
    if let Ok((request, attachments)) = control::decode::<Request>(bytes) {
        let again = control::encode(&request, &attachments).expect("what was read can be written");
        let (same, carried) = control::decode::<Request>(&again[4..]).expect("what was written can be read");
        assert_eq!(serde_json::to_value(&same).ok(), serde_json::to_value(&request).ok());
        assert_eq!(carried, attachments);
    }
    let _response = control::decode::<Response>(bytes);
}

/// A file of settings.
pub fn settings(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Config::parse(&text) {
        Ok(config) => assert!((1..=4096).contains(&config.network.connections_max), "settings within their bounds"),
        Err(error) => assert!(!error.to_string().is_empty(), "what is wrong is said"),
    }
}

/// Most bytes of a frame in [`frame`]: little, so that a fuzzer meets the limit.
const FRAME_BYTES_MAX: usize = 600;

/// The bytes of a stream; the first says in pieces of how many they come.
pub fn frame(bytes: &[u8]) {
    let [piece, stream @ ..] = bytes else { return };
    let (frames, whole) = frames_of(stream, usize::from(*piece).max(1));
    assert_eq!((&frames, whole), (&frames_of(stream, stream.len().max(1)).0, whole), "pieces make no difference");
    let mut again = Vec::new();
    frames.iter().for_each(|frame| frame::encode(frame, &mut again));
    assert!(stream.starts_with(&again), "one form for one row of frames");
    assert!(!whole || again.len() == stream.len(), "at a border nothing is left over");
}

/// Returns the frames up to the first offence, and whether the stream ends with one of them.
fn frames_of(stream: &[u8], piece: usize) -> (Vec<Vec<u8>>, bool) {
    let mut decoder = frame::Decoder::new(FRAME_BYTES_MAX);
    let mut frames = Vec::new();
    for mut input in stream.chunks(piece) {
        while !input.is_empty() {
            match decoder.take(&mut input) {
                Ok(Some(frame)) => {
                    assert!((1..=FRAME_BYTES_MAX).contains(&frame.len()));
                    frames.push(frame);
                }
                Ok(None) => assert!(input.is_empty(), "what is not used up is a frame"),
                Err(_) => return (frames, false),
            }
        }
    }
    (frames, decoder.is_at_border())
}

/// Bytes that a peer gives for an attachment; the first says of which kind it is said to be. Also a question for one and an answer.
pub fn attachment(bytes: &[u8]) {
    if let Some(want) = Want::decode(bytes) {
        assert_eq!(want.encode(), bytes, "one form for one question");
    }
    if let Some(given) = Given::decode(bytes) {
        assert_eq!(given.encode(), bytes, "one form for one answer");
    }
    let [kind, rest @ ..] = bytes else { return };
    let kinds = AttachmentKind::all();
    let said = Attachment {
        hash: hash_of(rest),
        kind: kinds[usize::from(*kind) % kinds.len()].into(),
        bytes: rest.len() as u32,
        width: None,
        height: None,
        pages: Some(1),
        caption: None,
    };
    if inspect(&said, rest).is_ok() {
        assert!(rest.starts_with(b"%PDF-1.7\n"), "a picture has a width");
        assert!(rest.ends_with(b"%%EOF\n"), "nothing stands behind the end");
    }
    let wrong = Attachment { bytes: said.bytes.wrapping_add(1), ..said };
    assert!(inspect(&wrong, rest).is_err());
}

/// Rows of a sheet that are read at most.
const SHEET_ROWS_MAX: u64 = 100_000;

/// A file to import; the first byte says what it is: what its name ends with, or that it is read with a mapping proposed for it, or
/// that its bytes are the parts of a workbook.
pub fn table(bytes: &[u8]) {
    let [kind, rest @ ..] = bytes else { return };
    let names = ["table.csv", "table.jsonl", "table", "table.xlsx", "form.csv", "table.xlsx", "form.xlsx"];
    let kind = usize::from(*kind) % names.len();
    let (packs, maps) = (kind >= 5, names[kind].starts_with("form"));
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join(names[kind]);
    std::fs::write(&path, if packs { workbook(rest) } else { rest.to_vec() }).expect("a file");
    let read = if maps { talkoot::read_form(&path) } else { talkoot::read_table(&path) };
    let Some((records, rows)) = read else { return };
    assert!(rows.len() as u64 <= records, "no more rows than were counted");
    assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0), "lines ascend");
    for (line, row) in rows {
        assert!(line <= (rest.len() as u64 + 1).max(SHEET_ROWS_MAX), "the line is one of the file");
        assert_ne!(row.err(), Some(0), "what is refused says why");
    }
}

/// Packs a workbook without compression, so that what a fuzzer changes is what is read: the sheet, then after a zero byte the shared
/// texts, then after another the formats.
pub(super) fn workbook(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    let mut next = || parts.next().unwrap_or_default();
    let relation = |target: &str, kind: &str| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" \
             Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/>\
             </Relationships>"
        )
    };
    let book = "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>\
                <sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let plain = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let of_package = relation("xl/workbook.xml", "officeDocument");
    let of_book = relation("worksheets/sheet1.xml", "worksheet");
    for (name, bytes) in [
        ("_rels/.rels", of_package.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", of_book.as_bytes()),
        ("xl/worksheets/sheet1.xml", next()),
        ("xl/sharedStrings.xml", next()),
        ("xl/styles.xml", next()),
    ] {
        writer.start_file(name, plain).expect("a part");
        writer.write_all(bytes).expect("its bytes");
    }
    writer.finish().expect("a workbook").into_inner()
}
