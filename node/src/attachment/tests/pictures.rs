//! Pictures with everything that cameras and programs put into them.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder as _, RgbImage, RgbaImage};

use super::*;

/// A picture with something to see: a slope of colours, the upper left corner black.
fn pixels(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match x < width / 4 && y < height / 4 {
        true => image::Rgb([0, 0, 0]),
        false => image::Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8, 200]),
    })
}

/// A JPEG file.
pub(super) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let pixels = pixels(width, height);
    JpegEncoder::new_with_quality(&mut bytes, 80).encode(&pixels, width, height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// A PNG file.
pub(super) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
    encoder.write_image(&pixels(width, height), width, height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

fn segment(marker: u8, data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u16 + 2).to_be_bytes();
    [&[0xFF, marker], &length[..], data].concat()
}

/// Exif that says: turn a quarter to the right; with a place and a thumbnail behind it.
fn exif() -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let value = if kind == 3 { value << 16 } else { value };
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value.to_be_bytes()].concat()
    };
    let entries = [entry(0x0112, 3, 1, 6), entry(0x8825, 4, 1, 60)].concat();
    let head = [&b"Exif\0\0MM\0*"[..], &8u32.to_be_bytes(), &2u16.to_be_bytes(), &entries, &[0; 4]].concat();
    [&head[..], b"GPSLatitude 61.4978 N", &jpeg(16, 16), b"Nikon D90 2024:05:01"].concat()
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [&name[..], data].concat();
    let mut crc = u32::MAX;
    for byte in &body {
        crc ^= u32::from(*byte);
        (0..8).for_each(|_| crc = crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 });
    }
    [&(data.len() as u32).to_be_bytes()[..], &body, &(!crc).to_be_bytes()].concat()
}

#[test]
fn nothing_of_a_camera_is_left_and_the_picture_stands_upright() {
    let plain = jpeg(80, 40);
    let extras =
        [segment(0xE1, &exif()), segment(0xFE, b"Asiakkaan ovi"), segment(0xED, b"Photoshop 3.0 IPTC")].concat();
    let file = [&plain[..2], &extras, &plain[2..], b"trailing secret"].concat();
    let clean = clean("kuva.jpg", &file).unwrap();
    assert_eq!((clean.kind, clean.size), (AttachmentKind::Jpeg, Some((40, 80))));
    for secret in [&b"GPS"[..], b"Exif", b"Nikon", b"Asiakkaan", b"Photoshop", b"trailing"] {
        assert!(holds(&file, secret) && !holds(&clean.bytes, secret));
    }
    let said: Vec<_> = clean.removed.iter().copied().collect();
    assert_eq!(
        said,
        [
            "a comment",
            "bytes after its end",
            "camera data (place, time, device, thumbnail)",
            "metadata of a photo archive (IPTC)"
        ]
    );
    let upright = image::load_from_memory(&clean.bytes).unwrap().into_rgb8();
    assert!(upright.get_pixel(39, 0).0[2] < 60, "the dark corner is on the right now");
    assert!(upright.get_pixel(0, 79).0[2] > 150);
    let dressed = described(AttachmentKind::Jpeg, &file);
    assert!(matches!(inspect(&dressed, &file), Err(Fault::Unclean { .. })), "nobody may send it as it was");
}

#[test]
fn nothing_of_a_program_is_left_in_a_png() {
    let plain = png(50, 30);
    let extras =
        [chunk(b"tEXt", b"Author\0Matti Virtanen"), chunk(b"eXIf", b"MM\0*GPS"), chunk(b"tIME", &[7; 7])].concat();
    // Behind the header, which ends at byte 33.
    let file = [&plain[..33], &extras, &plain[33..]].concat();
    let clean = clean("kuva.png", &file).unwrap();
    assert_eq!((clean.kind, clean.size), (AttachmentKind::Png, Some((50, 30))));
    assert!(!holds(&clean.bytes, b"Matti") && !holds(&clean.bytes, b"GPS") && !holds(&clean.bytes, b"tIME"));
    assert_eq!(clean.removed.len(), 3);
    assert_eq!(image::load_from_memory(&clean.bytes).unwrap().into_rgb8(), pixels(50, 30), "what one sees is the same");
    let dressed = described(AttachmentKind::Png, &file);
    assert!(matches!(inspect(&dressed, &file), Err(Fault::Unclean { .. })));
}

#[test]
fn other_pictures_become_jpegs_and_large_ones_small() {
    let mut webp = Vec::new();
    let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut webp);
    encoder.encode(&RgbaImage::new(20, 10), 20, 10, ExtendedColorType::Rgba8).unwrap();
    webp.extend(b"EXIF\x03\0\0\0GPS\0");
    let length = (webp.len() as u32 - 8).to_le_bytes();
    webp[4..8].copy_from_slice(&length);
    let clean_webp = clean("kuva.webp", &webp).unwrap();
    assert_eq!(clean_webp.removed.len(), 1);
    assert_eq!((clean_webp.kind, clean_webp.size), (AttachmentKind::Jpeg, Some((20, 10))));
    let seen = image::load_from_memory(&clean_webp.bytes).unwrap().into_rgb8();
    assert!(seen.pixels().all(|pixel| pixel.0[0] > 250), "what is seen through is white");
    let large = clean("kuva.jpg", &jpeg(3_000, 300)).unwrap();
    assert_eq!(large.size, Some((2_560, 256)));
}

#[test]
fn noise_is_made_smaller_until_it_fits() {
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let pixels = RgbImage::from_fn(900, 800, |_, _| image::Rgb([noise(), noise(), noise()]));
    let mut file = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut file);
    encoder.write_image(&pixels, 900, 800, ExtendedColorType::Rgb8).unwrap();
    let clean = clean("kohina.png", &file).unwrap();
    assert_eq!(clean.kind, AttachmentKind::Jpeg);
    assert!(clean.bytes.len() <= ATTACHMENT_BYTES_MAX && file.len() > ATTACHMENT_BYTES_MAX);
}

#[test]
fn a_little_file_that_claims_to_be_a_huge_picture_costs_nothing() {
    let header = [&50_000u32.to_be_bytes()[..], &50_000u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let file = [&b"\x89PNG\r\n\x1A\n"[..], &chunk(b"IHDR", &header), &chunk(b"IDAT", &[0; 900]), &chunk(b"IEND", b"")]
        .concat();
    assert_eq!(clean("kuva.png", &file).unwrap_err(), Refusal::TooManyPixels { width: 50_000, height: 50_000 });
    assert_eq!(inspect(&described(AttachmentKind::Png, &file), &file), Err(Fault::Measure));
}

#[test]
fn a_torn_picture_is_refused() {
    for file in [jpeg(64, 48), png(64, 48)] {
        for length in [file.len() / 4, file.len() / 2, file.len() - 3] {
            assert_eq!(clean("kuva", &file[..length]).unwrap_err(), Refusal::Damaged, "{length} of {}", file.len());
        }
    }
}
