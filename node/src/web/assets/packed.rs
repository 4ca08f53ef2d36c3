//! Files as they go over the wire: packed once with gzip (RFC 1952) for browsers that read it (RFC 9110, 12.5.3), plain for others.
//!
//! Only for files that are built into the program. Never for pages or answers: they hold the session's token beside words that somebody
//! else may have chosen, and how short such a mixture gets when it is packed tells of the token, letter by letter (BREACH).

use std::io::Write as _;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

/// What the tag of the packed form ends with: the same file in two codings is two representations (RFC 9110, 8.8.3.3).
const ENDING: &str = "-gzip";

/// A file in both forms.
#[derive(Debug)]
pub(super) struct Packed {
    media_type: &'static str,
    plain: &'static [u8],
    /// Only if it is shorter.
    gzip: Option<Bytes>,
    /// What names these bytes, without quotes.
    tag: String,
}

impl Packed {
    /// Packs a file. Edition and name together name its bytes.
    pub(super) fn new(media_type: &'static str, plain: &'static [u8], edition: &str, name: &str) -> Self {
        let gzip = gzip(plain).filter(|packed| packed.len() < plain.len()).map(Bytes::from);
        Self { media_type, plain, gzip, tag: format!("{edition}-{name}") }
    }

    /// Answers with the form that the asker reads; with nothing if it holds that form already.
    pub(super) fn answer(&self, asked: &HeaderMap, keep: &'static str) -> Response {
        let gzip = self.gzip.as_ref().filter(|_| reads_gzip(asked));
        let tag = format!("\"{}{}\"", self.tag, if gzip.is_some() { ENDING } else { "" });
        let mut response = if is_known(asked, &tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let body = gzip.map_or_else(|| Body::from(self.plain), |packed| Body::from(packed.clone()));
            let mut response = body.into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
            if gzip.is_some() {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            response
        };
        let headers = response.headers_mut();
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}

fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

/// Returns whether gzip is named, or everything is, and not with weight zero.
fn reads_gzip(asked: &HeaderMap) -> bool {
    let lines = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    let codings: Vec<(&str, bool)> = lines.flat_map(|line| line.split(',')).take(32).map(weighed).collect();
    let of =
        |wanted: &str| codings.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, is_read)| *is_read);
    of("gzip").or_else(|| of("*")).unwrap_or(false)
}

fn weighed(coding: &str) -> (&str, bool) {
    let (name, rest) = coding.split_once(';').unwrap_or((coding, ""));
    let weight = rest.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
    (name.trim(), weight.is_ok_and(|weight| weight > 0.0))
}

fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    let lists = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|known| known.trim().strip_prefix("W/").unwrap_or(known.trim()) == tag)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn asked(fields: &[(header::HeaderName, &str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    async fn bytes(response: Response) -> Vec<u8> {
        axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()
    }

    #[test]
    fn who_reads_gzip_is_told_by_the_header() {
        for (value, expected) in [
            ("gzip, deflate, br, zstd", true),
            ("br;q=1.0, GZIP;q=0.1", true),
            ("*", true),
            ("gzip;q=0, *", false),
            ("gzip;q=x", false),
            ("br", false),
            ("", false),
        ] {
            assert_eq!(reads_gzip(&asked(&[(header::ACCEPT_ENCODING, value)])), expected, "{value}");
        }
    }

    #[tokio::test]
    async fn both_forms_hold_the_same_and_have_a_tag_each() {
        static TEXT: [u8; 4_000] = [b'a'; 4_000];
        let file = Packed::new("text/css", &TEXT, "e", "x.css");
        let packed = file.answer(&asked(&[(header::ACCEPT_ENCODING, "gzip")]), "no-cache");
        let plain = file.answer(&HeaderMap::new(), "no-cache");
        assert_eq!(
            (&packed.headers()["content-encoding"], &packed.headers()["vary"]),
            (&"gzip".parse().unwrap(), &"accept-encoding".parse().unwrap())
        );
        assert!(plain.headers().get("content-encoding").is_none() && plain.headers()["vary"] == "accept-encoding");
        let tags = [&packed, &plain].map(|answer| answer.headers()["etag"].to_str().unwrap().to_owned());
        assert_ne!(tags[0], tags[1]);
        let known = asked(&[(header::ACCEPT_ENCODING, "gzip"), (header::IF_NONE_MATCH, &format!("W/{}", tags[0]))]);
        let again = file.answer(&known, "no-cache");
        assert_eq!((again.status(), bytes(again).await.len()), (StatusCode::NOT_MODIFIED, 0));
        let mut unpacked = Vec::new();
        let packed = bytes(packed).await;
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut unpacked).unwrap();
        assert_eq!((unpacked, bytes(plain).await), (TEXT.to_vec(), TEXT.to_vec()));
        assert!(packed.len() < 100);
    }

    #[test]
    fn what_packing_makes_longer_stays_plain() {
        let file = Packed::new("image/svg+xml", b"x", "e", "x.svg");
        let answer = file.answer(&asked(&[(header::ACCEPT_ENCODING, "gzip")]), "no-cache");
        assert!(answer.headers().get(header::CONTENT_ENCODING).is_none());
    }
}
