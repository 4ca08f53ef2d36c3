//! What a fuzzer begins with, and what the ordinary tests mutate: small sound inputs of each target, and hostile ones known so
//! far. Written to `tests/fuzz/corpus` by `cargo run -p talkoot-tests --bin corpus`; made from the same cast as the test vectors.

use std::collections::BTreeMap;

use talkoot_protocol::bundle;
use talkoot_protocol::charter::Charter;
use talkoot_protocol::document;
use talkoot_protocol::form::Form;
use talkoot_protocol::form::notice::CHANNELS;
use talkoot_protocol::report::{Report, flat};
use talkoot_protocol::signed::Signed;
use talkoot_protocol::statement::Statement;
use talkoot_protocol::sync::check::{Checked, Content};
use talkoot_protocol::sync::have;
use talkoot_protocol::sync::ranges::Ranges;
use talkoot_protocol::sync::sketch::{self, Key, Prefix};
use talkoot_protocol::wire::message::{Message, Outcome};
use talkoot_protocol::wire::parcel::{self, Codec};

use super::engine::company;
use super::envelope::ACTS;
use super::wire::id;
use crate::cast::{fields, key_of};
use crate::vectors::{self, Vector, unhex};

mod joints;
#[cfg(feature = "node")]
mod kept;
pub mod scripts;

/// Longest seed, in bytes.
pub const SEED_BYTES_MAX: usize = 8_000;
/// Most seeds of one target.
pub const SEEDS_MAX: usize = 50;

/// Inputs by target, each with the name of its file.
pub type Seeds = BTreeMap<&'static str, BTreeMap<String, Vec<u8>>>;

/// Collects seeds.
#[derive(Debug, Default)]
struct Basket(Seeds);

impl Basket {
    fn put(&mut self, target: &'static str, name: &str, bytes: Vec<u8>) {
        let seeds = self.0.entry(target).or_default();
        if bytes.len() <= SEED_BYTES_MAX && seeds.len() < SEEDS_MAX {
            let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
            seeds.insert(name, bytes);
        }
    }
}

/// Makes all seeds.
pub fn seeds() -> Seeds {
    let mut basket = Basket::default();
    let valid = vectors::valid().vectors;
    valid.iter().for_each(|vector| signed(&mut basket, vector));
    for vector in vectors::envelope().vectors.iter().chain(&vectors::content().vectors) {
        basket.put("change", &vector.name, unhex(&vector.change));
        of_change(&mut basket, vector);
    }
    chunks(&mut basket);
    texts(&mut basket);
    messages(&mut basket);
    comparisons(&mut basket);
    files(&mut basket);
    #[cfg(feature = "node")]
    kept::put(&mut basket);
    house(&mut basket);
    joints::put(&mut basket);
    for (name, script) in scripts::scripts() {
        basket.put("engine", name, script);
    }
    basket.0
}

fn signed(basket: &mut Basket, vector: &Vector) {
    basket.put("change", &vector.name, unhex(&vector.change));
    if let Ok(signed) = Signed::decode(&unhex(&vector.change)) {
        basket.put("header", &vector.name, signed.header().encode());
    }
    of_change(basket, vector);
}

/// What is in a change: its body, and as a statement.
fn of_change(basket: &mut Basket, vector: &Vector) {
    let Ok(change) = Signed::decode(&unhex(&vector.change)).and_then(Signed::verify) else { return };
    let (header, Some(body)) = (change.header(), change.body()) else { return };
    let act = ACTS.iter().position(|code| *code == header.act.code()).unwrap_or_default() as u8;
    basket.put("sealed", &vector.name, [&[act, 1], body.content()].concat());
    if Statement::decode(header.act, body.content()).is_ok() || vector.layer == "content" {
        basket.put("statement", &vector.name, [&[act], body.content()].concat());
    }
}

fn chunks(basket: &mut Basket) {
    for (at, known) in company().known.iter().enumerate() {
        let Ok(Content::Chunk(chunk)) = known.judged.as_ref().map(Checked::content) else { continue };
        let continues = !chunk.deps().is_empty();
        basket.put("chunk", &format!("chunk {at}"), [&[u8::from(continues)], chunk.bytes()].concat());
    }
    let path = document::create(&key_of("eve worker").public(), &vectors::path(3)).expect("sound fields");
    basket.put("chunk", "service path", [&[0], path.bytes()].concat());
}

fn texts(basket: &mut Basket) {
    let texts = [
        ("sound", "Asukkaat eivät löydä neuvontaa, koska palvelupisteen aukioloa on supistettu."),
        ("identity code", "Hetu 131052-308T, tai 131052−308T, tai 1 3 1 0 5 2 - 3 0 8 T."),
        ("account", "Tili FI21 1234 5600 0007 85."),
        ("oid", "Asiakas 1.2.246.10.12345678.10.1 ja 1.2.246.21.1234."),
        ("finuid", "FINUID 10000001N, satu 10000001N"),
        ("mail", "matti.meikalainen@example.fi, kirjaamo@kunta.example"),
        ("phone", "Soita 040 123 4567 tai +358 40 1234567, 112, 0295 000 000."),
        ("birth", "syntynyt 13.10.1952, född 1952-10-13"),
        ("look alike", "１３１０５２－３０８Ｔ ᎥᏴᎪΝ"),
    ];
    for (name, text) in texts {
        basket.put("text", name, text.into());
    }
    basket.put(
        "address",
        "host called p2p-circuit",
        "/dns/p2p-circuit/tcp/7001\n/dns/rele.p2p-circuit.example/udp/443/quic-v1".into(),
    );
    let addresses = [
        "/ip4/192.0.2.7/tcp/7001",
        "/ip6/2001:db8::7/udp/7001/quic-v1",
        "/dns/solmu.vektori.example/tcp/7001",
        "/dns4/rele.example/udp/443/quic-v1/p2p/12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5/p2p-circuit",
    ];
    basket.put("address", "all", addresses.join("\n").into());
    for (at, address) in addresses.iter().enumerate() {
        basket.put("address", &format!("address {at}"), (*address).into());
    }
    for vector in vectors::valid().vectors.iter().chain(&vectors::content().vectors) {
        let Ok(change) = Signed::decode(&unhex(&vector.change)).and_then(Signed::verify) else { continue };
        if let (11, Some(body)) = (change.header().act.code(), change.body()) {
            basket.put("address", &vector.name, body.content().to_vec());
        }
    }
}

fn messages(basket: &mut Basket) {
    let company = company();
    let key = Key::from_bytes([7; 16]);
    let ids: Vec<_> = (0..3).map(|number| id(number).short_id()).collect();
    let scope = talkoot_protocol::scope::Scope::Network;
    let held = company.engine_of_all(false).bundle_request(key, None);
    let changes: Vec<_> = company.known.iter().take(4).map(|known| &known.bytes).collect();
    let named = [
        ("hello", Message::Hello(Box::new(company.config.hello.clone()))),
        ("cells", Message::Cells { number: 1, scope, key: None, count: 3, from: 0, cells: row(3, 4) }),
        ("cells fresh", Message::Cells { number: 1, scope, key: Some(key), count: 3, from: 8, cells: row(3, 4) }),
        ("found more", Message::Found { number: 1, outcome: Outcome::More(24) }),
        ("found lacking", Message::Found { number: 1, outcome: Outcome::Lacking(70_000) }),
        ("found undecodable", Message::Found { number: 1, outcome: Outcome::Undecodable(900) }),
        ("have", Message::Have { number: 2, scope, key, hashes: vec![1; 16], end: true }),
        ("ranges", Message::Ranges { number: 3, scope, asks: true, round: first_round(0..9) }),
        ("request", Message::Request { number: 4, ids: ids.clone() }),
        ("deliver", Message::delivery(4, true, parcel::pack(Codec::Zstd1, &changes))),
        ("deliver plain", Message::delivery(0, false, parcel::pack(Codec::Plain, &changes[..1]))),
        ("credit", Message::Credit { granted: 2 << 20, stored: 5 }),
        ("announce", Message::Announce(ids)),
        ("goodbye", Message::Goodbye { reason: "näkemiin".into() }),
    ];
    let told = held.iter().map(|message| ("told", message.clone()));
    for (at, (name, message)) in named.into_iter().chain(told).enumerate() {
        basket.put("message", &format!("{at} {name}"), message.encode());
    }
    for (codec, name) in [(Codec::Plain, "plain"), (Codec::Zstd1, "zstd")] {
        for count in [0, 1, 3] {
            let parcel = parcel::pack(codec, &changes[..count]);
            basket.put("parcel", &format!("{name} {count}"), [&parcel.raw.to_be_bytes()[1..], &parcel.bytes].concat());
        }
    }
}

/// Returns the first cells of a set of so many ids.
fn row(ids: u8, cells: usize) -> Vec<u8> {
    let row = Prefix::of(Key::from_bytes([1; 16]), cells, (0..ids).map(|number| id(number).short_id())).snapshot();
    sketch::encode(row.cells(0..cells), 0, ids.into())
}

fn first_round(ids: std::ops::Range<u8>) -> Vec<u8> {
    Ranges::new(ids.map(id)).and_then(|mut side| side.begin()).expect("a first round")
}

/// Puts the length of two bytes before each piece.
fn pieces(pieces: &[Vec<u8>]) -> Vec<u8> {
    pieces.iter().flat_map(|piece| [&(piece.len() as u16).to_be_bytes(), piece.as_slice()].concat()).collect()
}

fn comparisons(basket: &mut Basket) {
    for (name, ours, theirs, cells) in [("few", 3, 9, 40), ("none", 5, 5, 24), ("many", 0, 60, 120)] {
        let front = [&[ours][..], &u64::from(theirs).to_be_bytes(), &[0, 24]].concat();
        basket.put("cells", name, [front, row(theirs, cells)].concat());
    }
    basket.put("cells", "two sets", [&[0x80], &[0xa5; 20][..]].concat());
    basket.put("cells", "two large sets", [&[0x80], &[0xff; 16][..], &[0; 16]].concat());
    let hashes = have::pages(Key::from_bytes([3; 16]), (5..15).map(|number| id(number).short_id())).concat();
    basket.put("listing", "one page", [&[20, 80], hashes.as_slice()].concat());
    basket.put("listing", "pages", [&[20, 16], hashes.as_slice()].concat());
    basket.put("listing", "too many", [&[3, 8], hashes.as_slice()].concat());
    basket.put("ranges", "to the end", vec![201]);
    let mut other = Ranges::new((10..120).map(id)).expect("a set of ids");
    let answer = other.answer(&first_round(0..100)).expect("an answer");
    basket.put("ranges", "asked", [vec![200], pieces(&[first_round(10..120), first_round(0..3)])].concat());
    basket.put("ranges", "asking", [vec![201], pieces(&[answer])].concat());
    basket.put("ranges", "few", [vec![6], pieces(&[first_round(2..9)])].concat());
}

fn files(basket: &mut Basket) {
    let company = company();
    let engine = company.engine_of_all(false);
    let told = engine.bundle_request(Key::from_bytes([7; 16]), None);
    let mut request = bundle::REQUEST_MAGIC.to_vec();
    told.iter().for_each(|message| request.extend(bundle::frame(message)));
    basket.put("request", "whole", request);
    basket.put("request", "pieces", pieces(&told[1..].iter().map(Message::encode).collect::<Vec<_>>()));
    let scope = talkoot_protocol::scope::Scope::Network;
    let cells = Message::Cells { number: 0, scope, key: None, count: 9, from: 0, cells: row(9, 60) };
    basket.put("request", "symbols", pieces(&[told[1].encode(), cells.encode()]));
    let notes: Vec<_> = engine.catalog().entries().map(|(index, _)| engine.note(index)).collect();
    let notes: Vec<_> = notes.into_iter().filter(|note| !note.is_empty()).collect();
    notes
        .iter()
        .enumerate()
        .for_each(|(at, note)| basket.put("note", &format!("note {at}"), pieces(std::slice::from_ref(note))));
    basket.put("note", "all", pieces(&notes));
}

/// A form as small as one can be, with each sort of question; and a code list.
fn forms(basket: &mut Basket) {
    let built_in = Form::built_in();
    let needs = serde_json::to_value(built_in.fields.first().map(|field| field.needs)).unwrap_or_default();
    let words = serde_json::json!({"fi": "a", "sv": "b", "en": "c"});
    let codes = serde_json::json!([{"code": "red", "name": words}]);
    let core = ["title", "valence", "description", "area", "author_role", "language"];
    let fields = core.map(|id| serde_json::json!({"id": id, "label": words, "help": words, "needs": needs}));
    let link = serde_json::json!({"fi": "https://a", "sv": "https://b", "en": "https://c"});
    let channels = CHANNELS.map(|id| serde_json::json!({"id": id, "label": words, "text": words, "link": link}));
    let answers = serde_json::json!([{"type": "text"}, {"type": "yes_no"}, {"type": "number", "min": 0}, {"type": "choice", "codes": codes}]);
    let questions = answers.as_array().into_iter().flatten().enumerate().map(|(at, answer)| {
        serde_json::json!({"id": format!("local.q{at}"), "label": words, "answer": answer, "needs": needs})
    });
    let list = serde_json::json!({"system": "urn:oid:1.2", "name": words, "version": "1", "codes": codes});
    let form = serde_json::json!({"form": "x/1", "name": words, "notice": {"text": words, "channels": channels},
        "fields": fields, "questions": questions.collect::<Vec<_>>(), "code_lists": [list]});
    basket.put("form", "form", form.to_string().into());
    basket.put("form", "list", list.to_string().into());
}

/// What people keep in files, and what only a node reads.
fn house(basket: &mut Basket) {
    let commons = Charter::commons();
    let founded = Charter { founders: vec![company().config.own], threshold: 2, ..Charter::commons() };
    for (name, charter) in [("commons", commons), ("founded", founded)] {
        basket.put("charter", name, charter.encode());
        basket.put("charter", &format!("{name} file"), serde_json::to_vec(&charter).unwrap_or_default());
    }
    forms(basket);
    let (report, _) = Report::read(fields(1));
    let row = flat::to_flat(&report).into_iter().filter(|(_, cell)| !cell.is_empty());
    let row: Vec<_> = row.map(|(name, cell)| format!("{name}={cell}")).collect();
    basket.put("flat", "row", row.join("\n").into());
    basket.put("flat", "report", serde_json::to_vec(&report).unwrap_or_default());
    let odd = "target_group=unemployed:25-64; children\nservice=urn:oid:1.2.246.537.6.1222|101|\"a|b\"\nother={\"x\":[1]}\ny='=1";
    basket.put("flat", "odd row", odd.into());
    basket.put("flat", "fraction", "other={\"x\":1.111111111111111e+44}".into());
    let wounds: [(&str, &[u8]); 7] = [
        ("sound", &[1]),
        ("cut in the header", &[1, 0, 200, 0, 0, 154, 208, 104, 0]),
        ("cut", &[1, 0, 200, 0, 0]),
        ("turned", &[1, 0, 100, 7, 4, 1, 0, 5, 1]),
        ("zeros", &[1, 0, 120, 3, 90]),
        ("copied", &[1, 0, 64, 2, 60]),
        ("longer", &[1, 0, 0, 9, 0xf5]),
    ];
    wounds.into_iter().for_each(|(name, wound)| basket.put("store", name, wound.to_vec()));
    basket.put("store", "noise", [&[0], &b"talkseg\n"[..], &[1, 0, 0, 0]].concat());
    for (name, json) in [("status", "\"Status\""), ("submit", "\"Submit\""), ("peer", r#"{"AddPeer":{"address":"a"}}"#)]
    {
        let parts = [json.as_bytes().to_vec(), vec![1, 2, 3]];
        let framed = parts.iter().flat_map(|part| [&(part.len() as u32).to_be_bytes(), part.as_slice()].concat());
        basket.put("control", name, framed.collect());
    }
    let settings = "[network]\nlisten = [\"/ip4/0.0.0.0/tcp/7474\"]\nmdns = true\n[network.relay]\noffer = true\n\
                    [sync]\nanti_entropy_seconds = 30\n[views]\nreports_min = 5\n[log]\nfilter = \"info\"\n";
    basket.put("settings", "some", settings.into());
    streams(basket);
    tables(basket);
    attachments(basket);
    basket.put("settings", "misspelt", "[network]\nlisden = 3\n".into());
}

/// Attachments as they may be, and as they may not.
fn attachments(basket: &mut Basket) {
    let photograph = include_bytes!("../../data/photograph.png");
    basket.put("attachment", "png with camera data", [&[1], &photograph[..]].concat());
    let tables = b"\xFF\xDB\0\x43\0";
    let frame = b"\xFF\xC0\0\x0B\x08\0\x08\0\x08\x01\x01\x11\0";
    let scan = b"\xFF\xDA\0\x08\x01\x01\0\0\x3F\0\x2B\xFF\0\xFF\xD0\xFF\xD9";
    let jpeg = [&[0, 0xFF, 0xD8], &tables[..], &[1; 64], frame, scan].concat();
    basket.put("attachment", "jpeg", jpeg.clone());
    basket.put("attachment", "jpeg with a comment", [&jpeg[..3], b"\xFF\xFE\0\x05moi", &jpeg[3..]].concat());
    let objects = [
        "<</Pages 2 0 R/Type /Catalog>>".to_owned(),
        "<</Count 1/Kids [3 0 R]/Type /Pages>>".to_owned(),
        "<</Contents 4 0 R/MediaBox [0 0 595.3 842]/Parent 2 0 R/Resources 5 0 R/Type /Page>>".to_owned(),
        "<</Length 26>>\nstream\nBT /F1 12 Tf (moi) Tj ET \n\nendstream".to_owned(),
        "<</Font <</F1 6 0 R>>>>".to_owned(),
        "<</BaseFont /Helvetica/Encoding /WinAnsiEncoding/Subtype /Type1/Type /Font>>".to_owned(),
    ];
    basket.put("attachment", "pdf", [&[2], &pdf(&objects)[..]].concat());
    let info = "<</Author <4d61747469>>>".to_owned();
    let dressed: Vec<_> = objects.iter().cloned().chain([info]).collect();
    basket.put("attachment", "pdf with an author", [&[2], &pdf(&dressed)[..]].concat());
    basket.put("attachment", "question", vec![3; 68]);
    basket.put("attachment", "part", [&[1], &b"part"[..]].concat());
}

/// Writes a document in the one form that is taken from peers.
fn pdf(objects: &[String]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut table = String::new();
    for (number, object) in (1..).zip(objects) {
        table.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.extend(format!("{number} 0 obj\n{object}\nendobj\n").into_bytes());
    }
    let (at, size) = (out.len(), objects.len() + 1);
    out.extend(format!("xref\n0 {size}\n0000000000 65535 f \n{table}").into_bytes());
    out.extend(format!("trailer\n<</Root 1 0 R/Size {size}>>\nstartxref\n{at}\n%%EOF\n").into_bytes());
    out
}

/// Streams of frames.
fn streams(basket: &mut Basket) {
    let framed = |frames: &[&[u8]]| {
        let framed = frames.iter().flat_map(|frame| [&(frame.len() as u32).to_be_bytes(), *frame].concat());
        std::iter::once(5).chain(framed).collect::<Vec<u8>>()
    };
    basket.put("frame", "three", framed(&[b"a", &[7; 600], b"terve"]));
    basket.put("frame", "empty", framed(&[b"a", b""]));
    basket.put("frame", "too long", framed(&[b"a", &[7; 601]]));
    let mut cut = framed(&[b"a", &[7; 90]]);
    cut.truncate(40);
    basket.put("frame", "cut", cut);
}

/// Files to import.
fn tables(basket: &mut Basket) {
    let csv = "\u{feff}sep=;\r\nTitle;support_need;area;oma\r\n\"Yksi;\r\nkaksi\";2,3;Oulu;hyvä\r\n;;\r\nKolme;\"2; 3\";;\r\n";
    basket.put("table", "spreadsheet", [&[0], csv.as_bytes()].concat());
    basket.put("table", "export", b"\0document,organisation,author,changes,title\naa,bb,cc,1,T\n".to_vec());
    basket.put("table", "open quote", b"\0title,area\n\"T,Oulu\nU,Oulu\n".to_vec());
    basket.put("table", "windows", b"\0title\nhyv\xe4\n".to_vec());
    let lines = "{\"title\":\"T\",\"support_need\":[2]}\n\n[1]\n{\"document\":\"aa\",\"organisation\":\"bb\",\"author\":null,\"changes\":1,\"fields\":{\"title\":\"T\"}}\n";
    basket.put("table", "lines", [&[1], lines.as_bytes()].concat());
    let form = "ID;Vastausaika;Otsikko;Tuen tarve: Asuminen;Kunta;Muuta\n1;17.5.2026 10.31;T;1;Mikkeli;x\n2;5/6/2026;U;ehkä;091;\n";
    basket.put("table", "form", [&[4], form.as_bytes()].concat());
    let cell = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let row = |at: u32, cells: &[String]| format!("<row r=\"{at}\">{}</row>", cells.concat());
    let head =
        row(3, &[cell("A3", "title"), cell("B3", "support_need"), cell("D3", "Kunta"), cell("E3", "Vastausaika")]);
    let shared = "<c r=\"A5\" t=\"s\"><v>1</v></c><c r=\"B5\"><v>2</v></c><c r=\"D5\" t=\"b\"><v>1</v></c><c r=\"E5\" s=\"1\"><v>46159.4</v></c>";
    let sheet = format!(
        "<worksheet><dimension ref=\"A1:E5\"/><sheetData>{}{head}{}</sheetData></worksheet>",
        row(1, &[cell("A1", "Kysely")]),
        row(5, &[shared.to_owned()])
    );
    let texts =
        "<sst count=\"2\" uniqueCount=\"2\"><si><t>a</t></si><si><r><t>b &amp; </t></r><r><t>c</t></r></si></sst>";
    let formats = "<styleSheet><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>";
    let parts = [sheet.as_bytes(), texts.as_bytes(), formats.as_bytes()].join(&0);
    basket.put("table", "sheet", [&[5], parts.as_slice()].concat());
    basket.put("table", "form sheet", [&[6], parts.as_slice()].concat());
    #[cfg(feature = "node")]
    basket.put("table", "workbook", [&[3], super::house::workbook(&parts).as_slice()].concat());
}
