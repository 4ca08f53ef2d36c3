//! What a key file promises: it comes back, it opens for nobody else, and no byte of it can change unseen.

use std::fs;
use std::path::PathBuf;

use super::*;

const NOTE: &str = "Aino Ä., kannettava \"1\"";

/// Written by the first release: seed 7 under "sesame". Every later release must open it.
const VERSION_1: &str = r#"{
  "talkoot_key": 1,
  "purpose": "worker",
  "public_key": "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c",
  "note": "Aino Ä.",
  "kdf": {
    "name": "argon2id",
    "version": 19,
    "memory_kib": 8,
    "passes": 1,
    "lanes": 1,
    "salt": "a157fcd3e206c1165f89e0bbb03637b3"
  },
  "cipher": "xchacha20-poly1305",
  "nonce": "59054dbc653f911bb53eecbb1247dc9191b5e162570ab5e5",
  "ciphertext": "b248504101976d4bd11244538942f217e731003e2994b54b0b2f3f752103df49c860a4e7c1ee2d5582004ffdc1b5cf54"
}
"#;

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).unwrap()
}

/// Writes a worker's key of seed 7 under "sesame" into a new directory.
fn worker_file() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("worker.key");
    write(&path, Purpose::Worker, Protection::Passphrase(&passphrase("sesame"))).unwrap();
    (dir, path)
}

fn node_file() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("node.key");
    write(&path, Purpose::Node, Protection::Plain).unwrap();
    (dir, path)
}

fn write(path: &Path, purpose: Purpose, protection: Protection<'_>) -> Result<(), Error> {
    write_key(path, &SecretKey::from_seed(&[7; 32]), purpose, protection, NOTE, &Costs::fast_for_tests())
}

fn public() -> PublicKey {
    SecretKey::from_seed(&[7; 32]).public()
}

#[test]
fn every_purpose_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let sesame = passphrase("sesame");
    for purpose in [Purpose::Worker, Purpose::OrganisationRoot, Purpose::OrganisationNext, Purpose::Node] {
        let path = dir.path().join(purpose.word());
        write(&path, purpose, Protection::Passphrase(&sesame)).unwrap();
        assert_eq!(read_key(&path, purpose, Some(&sesame)).unwrap().public(), public());
        let told = read_public(&path).unwrap();
        assert_eq!(told, PublicInfo { purpose, public_key: public(), note: NOTE.into(), encrypted: true });
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(&format!("\"purpose\": \"{}\"", purpose.word())), "{text}");
        assert!(!text.contains(&"07".repeat(8)), "the seed must not be there in the clear");
    }
}

#[test]
fn the_default_costs_open_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("worker.key");
    let sesame = passphrase("sesame");
    let key = fresh_key().unwrap();
    write_key(&path, &key, Purpose::Worker, Protection::Passphrase(&sesame), "", &Costs::default()).unwrap();
    assert_eq!(read_key(&path, Purpose::Worker, Some(&sesame)).unwrap().public(), key.public());
    assert!(fs::read_to_string(&path).unwrap().contains("\"memory_kib\": 65536"));
}

#[test]
fn a_file_of_version_1_stays_readable() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("worker.key");
    fs::write(&path, VERSION_1).unwrap();
    let key = read_key(&path, Purpose::Worker, Some(&passphrase("sesame"))).unwrap();
    assert_eq!(key.public(), public());
}

#[test]
fn a_wrong_passphrase_and_a_changed_file_look_alike() {
    let (_dir, path) = worker_file();
    let mistyped = read_key(&path, Purpose::Worker, Some(&passphrase("Sesame"))).unwrap_err();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("kannettava", "puhelin")).unwrap();
    let changed = read_key(&path, Purpose::Worker, Some(&passphrase("sesame"))).unwrap_err();
    assert!(matches!(mistyped, Error::WrongPassphrase { .. }));
    assert_eq!(mistyped.to_string(), changed.to_string());
}

#[test]
fn no_bit_of_an_encrypted_file_can_flip_unseen() {
    let (_dir, path) = worker_file();
    let sesame = passphrase("sesame");
    let whole = fs::read(&path).unwrap();
    let line_end = whole.len() - 1;
    for (place, bit) in (0..line_end).flat_map(|place| (0..8).map(move |bit| (place, bit))) {
        let mut changed = whole.clone();
        changed[place] ^= 1 << bit;
        fs::write(&path, &changed).unwrap();
        assert!(read_key(&path, Purpose::Worker, Some(&sesame)).is_err(), "byte {place}, bit {bit}");
    }
}

#[test]
fn no_bit_of_a_plain_key_can_flip_unseen() {
    let (_dir, path) = node_file();
    let whole = fs::read(&path).unwrap();
    let text = String::from_utf8(whole.clone()).unwrap();
    // Whatever is outside the note: an unencrypted file has no secret to bind the note to.
    let note = text.find(r#""note""#).unwrap()..text.find(r#""seed""#).unwrap();
    for place in (0..whole.len() - 1).filter(|place| !note.contains(place)) {
        for bit in 0..8 {
            let mut changed = whole.clone();
            changed[place] ^= 1 << bit;
            fs::write(&path, &changed).unwrap();
            assert!(read_key(&path, Purpose::Node, None).is_err(), "byte {place}, bit {bit}");
        }
    }
}

#[test]
fn no_beginning_of_a_file_passes_for_the_whole() {
    let (_dir, path) = worker_file();
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() - 1 {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(matches!(read_public(&path), Err(Error::NotAKeyFile { .. })), "{length}");
    }
}

#[test]
fn a_key_is_never_overwritten() {
    let (dir, path) = worker_file();
    let before = fs::read(&path).unwrap();
    let again = write(&path, Purpose::Worker, Protection::Passphrase(&passphrase("other")));
    assert!(matches!(again, Err(Error::Exists { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
    assert!(matches!(disk::create(&path, b"x"), Err(Error::Exists { .. })), "the last look decides, not the first");
    assert!(matches!(write(dir.path(), Purpose::Node, Protection::Plain), Err(Error::Exists { .. })));
}

#[test]
fn a_key_opens_for_its_purpose_only() {
    let (_dir, path) = worker_file();
    let refused = read_key(&path, Purpose::OrganisationRoot, Some(&passphrase("sesame"))).unwrap_err();
    assert!(matches!(refused, Error::WrongPurpose { got: Purpose::Worker, .. }));
    // And not by editing the word, either.
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"worker\"", "\"organisation_root\"")).unwrap();
    let refused = read_key(&path, Purpose::OrganisationRoot, Some(&passphrase("sesame"))).unwrap_err();
    assert!(matches!(refused, Error::WrongPassphrase { .. }));
}

#[test]
fn only_a_node_key_lies_unlocked() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("worker.key");
    let refused = write(&path, Purpose::Worker, Protection::Plain).unwrap_err();
    assert!(matches!(refused, Error::PassphraseRequired { purpose: Purpose::Worker }));
    assert!(!path.exists());
    let (_dir, node) = node_file();
    assert_eq!(read_key(&node, Purpose::Node, None).unwrap().public(), public());
    assert!(!read_public(&node).unwrap().encrypted);
    let text = fs::read_to_string(&node).unwrap();
    fs::write(&node, text.replace("\"node\"", "\"worker\"")).unwrap();
    assert!(matches!(read_key(&node, Purpose::Worker, None), Err(Error::NotAKeyFile { .. })));
}

#[test]
fn a_locked_key_asks_for_its_passphrase() {
    let (_dir, path) = worker_file();
    assert!(matches!(read_key(&path, Purpose::Worker, None), Err(Error::PassphraseNeeded { .. })));
}

#[cfg(unix)]
#[test]
fn files_are_closed_to_others_and_an_open_plain_key_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_dir, worker) = worker_file();
    let (_dir, node) = node_file();
    for path in [&worker, &node] {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o7777, 0o600);
    }
    for mode in [0o640, 0o604, 0o620, 0o601] {
        fs::set_permissions(&node, fs::Permissions::from_mode(mode)).unwrap();
        let refused = read_key(&node, Purpose::Node, None).unwrap_err();
        assert!(matches!(refused, Error::TooOpen { mode: got, .. } if got == mode));
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
    }
    fs::set_permissions(&node, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(read_key(&node, Purpose::Node, None).is_ok());
    fs::set_permissions(&worker, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(read_key(&worker, Purpose::Worker, Some(&passphrase("sesame"))).is_ok(), "memory sticks know no modes");
}

#[test]
fn greedy_costs_are_refused_before_they_are_paid() {
    let (_dir, path) = worker_file();
    let text = fs::read_to_string(&path).unwrap();
    for (from, to) in [
        ("\"memory_kib\": 8", "\"memory_kib\": 1048577"),
        ("\"passes\": 1", "\"passes\": 17"),
        ("\"lanes\": 1", "\"lanes\": 9"),
        ("\"lanes\": 1", "\"lanes\": 4294967295"),
    ] {
        assert!(text.contains(from));
        fs::write(&path, text.replace(from, to)).unwrap();
        let refused = read_key(&path, Purpose::Worker, Some(&passphrase("sesame"))).unwrap_err();
        assert!(matches!(refused, Error::CostsOutOfBounds { .. }), "{to}");
    }
}

#[test]
fn what_is_no_key_file_is_named_so_without_telling_its_content() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    let secret = "9".repeat(64);
    let cases = [
        String::new(),
        "{}".into(),
        "hello".into(),
        "x".repeat(100_000),
        "[".repeat(10_000),
        format!(
            r#"{{"talkoot_key":1,"purpose":"node","public_key":"{}","note":"","seed":"{secret}"}}"#,
            "0".repeat(64)
        ),
        format!(r#"{{"talkoot_key":1,"purpose":"{secret}"}}"#),
        format!(r#"{{"talkoot_key":"{secret}"}}"#),
        format!(r#"{{"talkoot_key":1,"talkoot_key":1,"purpose":"node","public_key":"{secret}","note":"a"}}"#),
    ];
    for content in cases {
        fs::write(&path, &content).unwrap();
        let refused = read_key(&path, Purpose::Node, None);
        let Err(error @ (Error::NotAKeyFile { .. } | Error::TooOpen { .. })) = refused else {
            panic!("{content}: {refused:?}");
        };
        assert!(!format!("{error} {error:?}").contains("9999"), "{error:?}");
    }
    assert!(matches!(read_public(dir.path()), Err(Error::NotAKeyFile { .. })));
    assert!(matches!(read_public(&dir.path().join("none")), Err(Error::Io { .. })));
}

#[test]
fn a_newer_file_is_called_newer() {
    let (_dir, path) = worker_file();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"talkoot_key\": 1", "\"talkoot_key\": 2, \"new\": []")).unwrap();
    assert!(matches!(read_public(&path), Err(Error::UnknownVersion { got: 2, .. })));
}

#[test]
fn notes_are_one_short_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("node.key");
    let key = SecretKey::from_seed(&[7; 32]);
    let costs = Costs::fast_for_tests();
    for note in ["two\nlines".to_owned(), "x".repeat(NOTE_BYTES_MAX + 1)] {
        let refused = write_key(&path, &key, Purpose::Node, Protection::Plain, &note, &costs);
        assert!(matches!(refused, Err(Error::UnusableNote { .. })));
    }
    let longest = "\"".repeat(NOTE_BYTES_MAX);
    write_key(&path, &key, Purpose::Node, Protection::Plain, &longest, &costs).unwrap();
    assert_eq!(read_public(&path).unwrap().note, longest);
}

#[test]
fn a_missing_directory_is_an_error_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("none").join("node.key");
    assert!(matches!(write(&path, Purpose::Node, Protection::Plain), Err(Error::Io { .. })));
    assert!(!path.exists());
}

#[test]
fn two_files_of_one_key_have_nothing_secret_in_common() {
    let (_a, one) = worker_file();
    let (_b, two) = worker_file();
    let ciphertext = |path: &Path| {
        let json: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        (json["kdf"]["salt"].clone(), json["nonce"].clone(), json["ciphertext"].clone())
    };
    let (one, two) = (ciphertext(&one), ciphertext(&two));
    assert!(one.0 != two.0 && one.1 != two.1 && one.2 != two.2);
    assert_ne!(fresh_seed().unwrap(), fresh_seed().unwrap());
    assert_ne!(fresh_salt().unwrap(), fresh_salt().unwrap());
}
