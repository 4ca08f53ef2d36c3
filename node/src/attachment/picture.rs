//! Pictures: decoded within bounds, turned upright, scaled down, and encoded anew from pixels, so that nothing but pixels is left.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as Filter, PngEncoder};
use image::imageops::FilterType;
use image::{DynamicImage, ExtendedColorType, ImageDecoder as _, ImageEncoder as _, ImageFormat, ImageReader, Limits};
use talkoot_protocol::report::codes::AttachmentKind;

use super::refusal::Refusal;
use super::{ATTACHMENT_BYTES_MAX, Clean, PIXELS_MAX, SIDE_MAX, jpeg, png};

/// Most memory a decoder may take, in bytes: the pixels and as much again.
const DECODER_BYTES_MAX: u64 = PIXELS_MAX * 8;
/// What is tried until a picture is small enough: longest side in pixels, quality in percent.
const STEPS: [(u32, u8); 6] = [(SIDE_MAX, 85), (SIDE_MAX, 70), (1_920, 75), (1_600, 70), (1_280, 65), (1_024, 60)];

/// Cleans a picture. A PNG stays one if it is small enough; everything else becomes a JPEG.
pub(super) fn clean(format: ImageFormat, bytes: &[u8]) -> Result<Clean, Refusal> {
    // Decoders fill up what is missing.
    let is_whole = match format {
        ImageFormat::Jpeg => jpeg::bare(bytes).is_ok(),
        ImageFormat::Png => png::is_whole(bytes),
        _ => true,
    };
    let pixels = if is_whole { decode(format, bytes)? } else { return Err(Refusal::Damaged) };
    let mut clean = Clean {
        kind: AttachmentKind::Jpeg,
        bytes: Vec::new(),
        size: None,
        pages: None,
        removed: extras(format, bytes).into_iter().collect(),
        suspicions: Vec::new(),
    };
    let scaled = scale(&pixels, SIDE_MAX);
    if format == ImageFormat::Png
        && let Some(encoded) = as_png(&scaled).filter(|encoded| encoded.len() <= ATTACHMENT_BYTES_MAX)
    {
        (clean.kind, clean.size, clean.bytes) = (AttachmentKind::Png, Some(size(&scaled)), encoded);
        return Ok(clean);
    }
    for (side, quality) in STEPS {
        let scaled = scale(&pixels, side);
        clean.bytes = as_jpeg(&scaled, quality).ok_or(Refusal::Damaged)?;
        clean.size = Some(size(&scaled));
        if clean.bytes.len() <= ATTACHMENT_BYTES_MAX {
            break;
        }
    }
    Ok(clean)
}

/// Reads the pixels as they are meant to be seen: upright, eight bits a colour.
fn decode(format: ImageFormat, bytes: &[u8]) -> Result<DynamicImage, Refusal> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.no_limits();
    let mut decoder = reader.into_decoder().map_err(|_| Refusal::Damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width).saturating_mul(u64::from(height)) > PIXELS_MAX {
        return Err(Refusal::TooManyPixels { width, height });
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    decoder.set_limits(limits).map_err(|_| Refusal::TooManyPixels { width, height })?;
    let orientation = decoder.orientation().map_err(|_| Refusal::Damaged)?;
    let mut pixels = DynamicImage::from_decoder(decoder).map_err(|_| Refusal::Damaged)?;
    pixels.apply_orientation(orientation);
    Ok(match pixels.color().has_alpha() {
        true => DynamicImage::ImageRgba8(pixels.into_rgba8()),
        false => DynamicImage::ImageRgb8(pixels.into_rgb8()),
    })
}

fn size(pixels: &DynamicImage) -> (u32, u32) {
    (pixels.width(), pixels.height())
}

fn scale(pixels: &DynamicImage, side: u32) -> DynamicImage {
    match pixels.width().max(pixels.height()) > side {
        true => pixels.resize(side, side, FilterType::Triangle),
        false => pixels.clone(),
    }
}

fn as_png(pixels: &DynamicImage) -> Option<Vec<u8>> {
    let mut encoded = Vec::new();
    let colour = if pixels.color().has_alpha() { ExtendedColorType::Rgba8 } else { ExtendedColorType::Rgb8 };
    let encoder = PngEncoder::new_with_quality(&mut encoded, CompressionType::Default, Filter::Adaptive);
    encoder.write_image(pixels.as_bytes(), pixels.width(), pixels.height(), colour).ok()?;
    Some(encoded)
}

fn as_jpeg(pixels: &DynamicImage, quality: u8) -> Option<Vec<u8>> {
    let opaque = on_white(pixels);
    let mut encoded = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut encoded, quality);
    encoder.encode(opaque.as_raw(), opaque.width(), opaque.height(), ExtendedColorType::Rgb8).ok()?;
    Some(encoded)
}

/// Puts what one can see through on white: a JPEG has no holes.
fn on_white(pixels: &DynamicImage) -> image::RgbImage {
    let DynamicImage::ImageRgba8(seen_through) = pixels else { return pixels.to_rgb8() };
    let mut opaque = image::RgbImage::new(pixels.width(), pixels.height());
    for (to, from) in opaque.pixels_mut().zip(seen_through.pixels()) {
        let [red, green, blue, alpha] = from.0;
        let mixed = |colour: u8| (u32::from(colour) * u32::from(alpha) + 255 * (255 - u32::from(alpha))) / 255;
        to.0 = [red, green, blue].map(|colour| mixed(colour) as u8);
    }
    opaque
}

/// Returns what a file holds besides the picture, in words.
fn extras(format: ImageFormat, bytes: &[u8]) -> Vec<&'static str> {
    match format {
        ImageFormat::Jpeg => jpeg::bare(bytes).map(|bare| bare.left_out).unwrap_or_default(),
        ImageFormat::Png => png::extras(bytes),
        _ => webp_extras(bytes),
    }
}

/// The same of a WebP file: `RIFF`, length, `WEBP`, then chunks of a name, a length u32 LE and as many bytes, padded to two.
fn webp_extras(bytes: &[u8]) -> Vec<&'static str> {
    let mut rest = bytes.get(12..).unwrap_or_default();
    let mut extras = Vec::new();
    while let Some((name, after)) = rest.split_first_chunk::<4>() {
        match name {
            b"EXIF" => extras.push("camera data (place, time, device, thumbnail)"),
            b"XMP " => extras.push("metadata of an editing program (XMP)"),
            b"ICCP" => extras.push("a colour profile"),
            _ => {}
        }
        let Some((length, _)) = after.split_first_chunk::<4>() else { break };
        let length = (u32::from_le_bytes(*length) as usize).saturating_add(4).next_multiple_of(2);
        rest = after.get(length..).unwrap_or_default();
    }
    extras
}
