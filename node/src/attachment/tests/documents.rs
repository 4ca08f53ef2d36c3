//! Documents with everything that programs put into them.

use lopdf::content::{Content, Operation};
use lopdf::{Document, Object, Stream, dictionary};

use super::*;

/// Makes a document of one page, which says this, after something was done to it.
fn document_with(text: &str, change: impl FnOnce(&mut Document, lopdf::ObjectId)) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding",
    });
    let operations = vec![
        Operation::new("BT", vec![]),
        Operation::new("Tf", vec!["F1".into(), 12.into()]),
        Operation::new("Td", vec![72.into(), 700.into()]),
        Operation::new("Tj", vec![Object::string_literal(text)]),
        Operation::new("ET", vec![]),
    ];
    let content = Content { operations }.encode().unwrap();
    let content = document.add_object(Stream::new(dictionary! {}, content));
    let page = document.add_object(dictionary! { "Type" => "Page", "Parent" => pages, "Contents" => content });
    // The page inherits its size and its fonts.
    document.objects.insert(
        pages,
        Object::Dictionary(dictionary! {
            "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1,
            "MediaBox" => vec![0.into(), 0.into(), Object::Real(595.3), 842.into()],
            "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
        }),
    );
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    change(&mut document, page);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// A document of one page.
pub(super) fn document(text: &str) -> Vec<u8> {
    document_with(text, |_, _| {})
}

fn set(document: &mut Document, id: lopdf::ObjectId, key: &str, value: impl Into<Object>) {
    document.get_dictionary_mut(id).unwrap().set(key, value);
}

fn with_catalog(text: &str, key: &str, value: impl Into<Object>) -> Vec<u8> {
    document_with(text, |document, _| document.catalog_mut().unwrap().set(key, value))
}

#[test]
fn nothing_but_the_pages_is_left() {
    let file = document_with("Asuntojono on pitka.", |document, page| {
        let info = document.add_object(dictionary! {
            "Author" => Object::string_literal("Matti Virtanen"), "Title" => Object::string_literal("Luonnos"),
        });
        document.trailer.set("Info", info);
        document.trailer.set("ID", vec![Object::string_literal("tunniste"), Object::string_literal("tunniste")]);
        let xmp =
            document.add_object(Stream::new(dictionary! { "Type" => "Metadata" }, b"<x:xmpmeta>Virtanen".to_vec()));
        document.catalog_mut().unwrap().set("Metadata", xmp);
        let note = document.add_object(dictionary! {
            "Type" => "Annot", "Subtype" => "Text", "T" => Object::string_literal("Matti V."),
            "Contents" => Object::string_literal("kommentti"),
        });
        set(document, page, "Annots", vec![note.into()]);
        set(document, page, "PieceInfo", dictionary! { "Ohjelma" => Object::string_literal("salaisuus") });
        document.add_object(Object::string_literal("vanha versio"));
    });
    let clean = clean("muistio.pdf", &file).unwrap();
    assert_eq!((clean.kind, clean.pages, clean.size), (AttachmentKind::Pdf, Some(1), None));
    for secret in ["Virtanen", "Matti V.", "kommentti", "salaisuus", "tunniste", "vanha versio", "xmpmeta"] {
        assert!(holds(&file, secret.as_bytes()) && !holds(&clean.bytes, secret.as_bytes()), "{secret}");
    }
    assert_eq!(clean.removed.len(), 4, "{:?}", clean.removed);
    let again = Document::load_mem(&clean.bytes).unwrap();
    assert_eq!(again.extract_text(&[1]).unwrap().trim(), "Asuntojono on pitka.", "what one reads is the same");
    assert!(again.trailer.get(b"Info").is_err() && again.trailer.get(b"ID").is_err());
    assert_eq!(super::clean("muistio.pdf", &clean.bytes).unwrap().bytes, clean.bytes, "cleaned once is clean");
    assert_eq!(
        inspect(&Attachment { pages: Some(1), ..described(AttachmentKind::Pdf, &file) }, &file),
        Err(Fault::Torn)
    );
}

#[test]
fn a_picture_in_a_document_loses_its_camera() {
    let plain = pictures::jpeg(32, 32);
    let exif = [&[0xFF, 0xE1, 0, 11][..], b"Exif\0GPS!"].concat();
    let photograph = [&plain[..2], &exif, &plain[2..]].concat();
    let with = |filter: &'static str, bytes: Vec<u8>| {
        document_with("Kuva", |document, page| {
            let image = dictionary! {
                "Type" => "XObject", "Subtype" => "Image", "Width" => 32, "Height" => 32, "ColorSpace" => "DeviceRGB",
                "BitsPerComponent" => 8, "Filter" => filter,
            };
            let image = document.add_object(Stream::new(image, bytes));
            set(
                document,
                page,
                "Resources",
                dictionary! { "XObject" => dictionary! { "Im0" => image },
                "Font" => dictionary! { "F1" => dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" } } },
            );
        })
    };
    let file = with("DCTDecode", photograph);
    let clean = clean("kuva.pdf", &file).unwrap();
    assert!(holds(&file, b"GPS!") && !holds(&clean.bytes, b"GPS!"));
    assert!(holds(&clean.bytes, &plain), "the picture itself is there");
    let mut hexadecimal: Vec<u8> = plain.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect();
    hexadecimal.push(b'>');
    let twice = document_with("Kuva", |document, page| {
        let image = dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 32, "Height" => 32, "ColorSpace" => "DeviceRGB",
            "BitsPerComponent" => 8, "Filter" => vec!["ASCIIHexDecode".into(), "DCTDecode".into()],
        };
        let image = document.add_object(Stream::new(image, hexadecimal));
        let fonts =
            dictionary! { "F1" => dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" } };
        set(document, page, "Resources", dictionary! { "XObject" => dictionary! { "Im0" => image }, "Font" => fonts });
    });
    assert!(holds(&super::clean("kuva.pdf", &twice).unwrap().bytes, &plain), "unpacked, so that it can be looked at");
    for filter in ["JPXDecode", "JBIG2Decode", "Crypt"] {
        let refusal = super::clean("kuva.pdf", &with(filter, vec![1, 2, 3])).unwrap_err();
        assert!(matches!(refusal, Refusal::Holds { .. } | Refusal::Damaged), "{filter}: {refusal}");
    }
}

#[test]
fn identifiers_in_the_text_refuse_it_and_names_are_to_be_confirmed() {
    let refusal = clean("a.pdf", &document("Asiakas 010101A900R jonottaa.")).unwrap_err();
    assert_eq!(refusal, Refusal::Identifier { place: "the text of the document", rule: Rule::PersonalIdentityCode });
    let suspicions = clean("a.pdf", &document("Asiakas Matti Virtanen jonottaa.")).unwrap().suspicions;
    assert!(
        suspicions.iter().any(|one| one.rule == Rule::PersonName && one.action == Action::Confirm),
        "{suspicions:?}"
    );
    let drawn = document_with("Moi", |document, page| {
        let form = dictionary! { "Type" => "XObject", "Subtype" => "Form", "BBox" => vec![0.into(), 0.into(), 9.into(), 9.into()] };
        let form = document.add_object(Stream::new(form, b"BT /F1 9 Tf (Hetu 010101) Tj (A900R) Tj ET".to_vec()));
        let fonts =
            dictionary! { "F1" => dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" } };
        set(document, page, "Resources", dictionary! { "XObject" => dictionary! { "Fm0" => form }, "Font" => fonts });
    });
    assert!(matches!(clean("a.pdf", &drawn).unwrap_err(), Refusal::Identifier { .. }), "also within a drawing");
}

#[test]
fn a_text_that_cannot_be_told_is_refused() {
    let file = document_with("\0A\0B", |document, page| {
        let font =
            dictionary! { "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "X", "Encoding" => "Identity-H" };
        set(document, page, "Resources", dictionary! { "Font" => dictionary! { "F1" => font } });
    });
    assert_eq!(clean("a.pdf", &file).unwrap_err(), Refusal::TextUnreadable);
}

#[test]
fn what_acts_hides_or_carries_is_refused() {
    let action = |kind: &str| dictionary! { "S" => kind, "F" => Object::string_literal("x") };
    for (what, file) in [
        ("JavaScript", with_catalog("a", "OpenAction", action("JavaScript"))),
        ("start a program", with_catalog("a", "OpenAction", action("Launch"))),
        ("attached files", with_catalog("a", "Names", dictionary! { "EmbeddedFiles" => dictionary! {} })),
        ("XFA", with_catalog("a", "AcroForm", dictionary! { "XFA" => Object::string_literal("x") })),
        ("layers", with_catalog("a", "OCProperties", dictionary! {})),
    ] {
        let refusal = clean("a.pdf", &file).unwrap_err();
        assert!(refusal.to_string().contains(what), "{what}: {refusal}");
    }
    let locked = document_with("a", |document, _| {
        let lock = document.add_object(dictionary! { "Filter" => "Standard", "V" => 1, "R" => 2 });
        document.trailer.set("Encrypt", lock);
    });
    assert_eq!(clean("a.pdf", &locked).unwrap_err(), Refusal::Locked);
}

#[test]
fn a_torn_or_endless_document_is_refused() {
    let file = document("Moi");
    for length in [file.len() / 8, 40] {
        assert!(clean("a.pdf", &file[..length]).is_err());
    }
    let circle = document_with("a", |document, page| {
        let parent = document.get_dictionary(page).unwrap().get(b"Parent").unwrap().as_reference().unwrap();
        set(document, parent, "Kids", vec![parent.into(), page.into()]);
        set(document, parent, "Parent", parent);
    });
    let _refused_or_not = clean("a.pdf", &circle);
}
