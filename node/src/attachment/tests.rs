//! What goes in and must not come out; what is refused; and that nothing from elsewhere can surprise.

mod documents;
mod pictures;

use std::sync::LazyLock;

use proptest::prelude::*;
use talkoot_protocol::report::code::Code;
use talkoot_protocol::report::codes::AttachmentKind;

use super::*;

/// Says whether bytes stand anywhere in others.
fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Returns what must be said of these bytes so that only what is in them can be wrong.
fn described(kind: AttachmentKind, bytes: &[u8]) -> Attachment {
    let none =
        Clean { kind, bytes: bytes.to_vec(), size: None, pages: None, removed: BTreeSet::new(), suspicions: vec![] };
    none.describe(None)
}

#[test]
fn what_cannot_be_cleaned_is_refused_by_name() {
    for (name, bytes, what) in [
        ("kuva.svg", &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..], "SVG"),
        ("muistio.docx", b"PK\x03\x04word/document.xml", "office program"),
        ("kuva.heic", b"\0\0\0\x18ftypheic", "HEIC"),
        ("kuva.gif", b"GIF89a", "GIF"),
        ("muistio.txt", b"moi", "kind TXT"),
        ("tyhja.jpg", b"", "empty"),
        ("muistio.pdf", b"moi", "not what its name says"),
    ] {
        let refusal = clean(name, bytes).unwrap_err();
        assert!(matches!(&refusal, Refusal::Kind { what: said } if said.contains(what)), "{refusal}");
        assert!(refusal.advice().contains("PDF"));
    }
    let large = clean("kuva.jpg", &vec![0; FILE_BYTES_MAX + 1]).unwrap_err();
    assert!(matches!(large, Refusal::FileTooLarge { .. }));
}

#[test]
fn an_identifier_in_the_name_of_a_file_refuses_it_and_a_persons_name_is_to_be_confirmed() {
    let picture = pictures::jpeg(64, 48);
    let refusal = clean("IMG_010101A900R.jpg", &picture).unwrap_err();
    assert_eq!(refusal, Refusal::Identifier { place: "the file's name", rule: Rule::PersonalIdentityCode });
    let suspicions = clean("matti_virtanen.jpg", &picture).unwrap().suspicions;
    assert_eq!(suspicions[0].found, "matti_virtanen");
    assert_eq!(clean("IMG_20240131.jpg", &picture).unwrap().suspicions, []);
}

#[test]
fn bytes_that_are_not_what_the_report_says_are_not_taken() {
    let clean = clean("a.jpg", &pictures::jpeg(64, 48)).unwrap();
    let attachment = clean.describe(None);
    assert_eq!(inspect(&attachment, &clean.bytes), Ok(()));
    let mut other = clean.bytes.clone();
    *other.last_mut().unwrap() ^= 1;
    assert_eq!(inspect(&attachment, &other), Err(Fault::Hash));
    assert_eq!(inspect(&attachment, &clean.bytes[1..]), Err(Fault::Length));
    assert_eq!(inspect(&Attachment { width: Some(65), ..attachment.clone() }, &clean.bytes), Err(Fault::Measure));
    assert_eq!(
        inspect(&Attachment { kind: Code::from_key("svg"), ..attachment.clone() }, &clean.bytes),
        Err(Fault::Kind)
    );
    let disguised = Attachment { kind: AttachmentKind::Png.into(), ..attachment };
    assert_eq!(inspect(&disguised, &clean.bytes), Err(Fault::Torn));
}

/// A clean attachment of each kind.
static SAMPLES: LazyLock<Vec<Clean>> = LazyLock::new(|| {
    let files = [pictures::jpeg(24, 16), pictures::png(20, 10), documents::document("Moi")];
    files.iter().map(|bytes| clean("a", bytes).unwrap()).collect()
});

proptest! {
    #[test]
    fn garbage_is_refused_and_never_a_surprise(kind in 0usize..3, bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let kind = AttachmentKind::all()[kind];
        let magic: &[u8] = match kind {
            AttachmentKind::Jpeg => b"\xFF\xD8\xFF",
            AttachmentKind::Png => b"\x89PNG\r\n\x1A\n",
            AttachmentKind::Pdf => b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n",
        };
        let bytes = [magic, &bytes].concat();
        prop_assert!(inspect(&described(kind, &bytes), &bytes).is_err());
        prop_assert!(clean("a", &bytes).is_err());
    }

    #[test]
    fn what_is_cut_short_or_longer_is_refused(which in 0usize..3, cut in any::<proptest::sample::Index>(), tail in 1usize..20) {
        let sample = &SAMPLES[which];
        let described = |bytes: &[u8]| Attachment { hash: hash_of(bytes), bytes: bytes.len() as u32, ..sample.describe(None) };
        let short = &sample.bytes[..cut.index(sample.bytes.len())];
        prop_assert!(inspect(&described(short), short).is_err());
        let long = [&sample.bytes[..], &vec![b' '; tail]].concat();
        prop_assert!(inspect(&described(&long), &long).is_err());
    }
}
