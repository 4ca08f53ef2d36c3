//! Words that several commands need: other people's texts made safe to print, and commands that can be copied.

use std::path::Path;

use talkoot_protocol::id::OrganisationId;
use talkoot_protocol::statement::Names;

use crate::global::Global;

/// Longest text of other people that is printed, in characters.
const TEXT_MAX: usize = 400;
/// Longest name in a table, in characters.
const NAME_MAX: usize = 48;

/// Returns a text by somebody else as it may be printed: one line, no control or direction characters, not too long.
pub(crate) fn plain(text: &str) -> String {
    plain_up_to(text, TEXT_MAX)
}

fn plain_up_to(text: &str, max: usize) -> String {
    let harmless = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut kept = text.chars().filter(harmless);
    let mut out: String = kept.by_ref().take(max).collect();
    if kept.next().is_some() {
        out.push('…');
    }
    out
}

/// Returns an address without the node's long name at its end.
pub(crate) fn address(address: &str) -> String {
    address.split_once("/p2p/").map_or(address, |(before, _)| before).to_owned()
}

/// Returns an organisation's name for a table: the first of its names that says anything.
pub(crate) fn name(names: &Names) -> String {
    let texts = [&names.fi, &names.sv, &names.en].map(|text| plain_up_to(text, NAME_MAX));
    texts.into_iter().find(|text| !text.trim().is_empty()).unwrap_or_else(|| "(no name)".into())
}

/// Returns a command that can be copied as it stands, with the same directories as this one.
pub(crate) fn command(global: &Global, rest: &str) -> String {
    let from_environment =
        |variable: &str, path: &Path| std::env::var_os(variable).is_some_and(|value| value == *path.as_os_str());
    let mut words = "talkoot".to_owned();
    if global.dir != Path::new("talkoot-node") && !from_environment("TALKOOT_DIR", &global.dir) {
        words = format!("{words} --dir {}", quoted(&global.dir));
    }
    if let Some(keys) = global.keys.as_deref().filter(|keys| !from_environment("TALKOOT_KEYS", keys)) {
        words = format!("{words} --keys {}", quoted(keys));
    }
    format!("{words} {rest}")
}

/// Returns the command that recognises an organisation.
pub(crate) fn recognise(global: &Global, id: &OrganisationId) -> String {
    command(global, &format!("org recognise {}", id.short()))
}

/// Returns a number of bytes for people.
pub(crate) fn bytes(bytes: u64) -> String {
    const STEP: u64 = 1024;
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut divisor = 1u64;
    while unit + 1 < units.len() && bytes / divisor >= STEP {
        unit += 1;
        divisor *= STEP;
    }
    match unit {
        0 => format!("{bytes} bytes"),
        _ => format!("{:.1} {}", bytes as f64 / divisor as f64, units[unit]),
    }
}

fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let simple = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '+' | '@' | ':' | ',');
    match !text.is_empty() && text.chars().all(simple) {
        true => text,
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_write_cannot_reach_the_terminal() {
        assert_eq!(plain("Kai\u{1b}[31mnuu\r\n\u{202e}x"), "Kai[31mnuux");
        assert_eq!(plain(&"ä".repeat(1000)).chars().count(), TEXT_MAX + 1);
        assert_eq!(name(&Names { fi: " ".into(), sv: "Kajanaland".into(), en: String::new() }), "Kajanaland");
        assert_eq!(name(&Names::default()), "(no name)");
    }

    #[test]
    fn commands_can_be_copied() {
        let global = |dir: &str| Global { dir: dir.into(), keys: None, passphrase_file: None, json: false };
        assert_eq!(command(&global("talkoot-node"), "run"), "talkoot run");
        assert_eq!(command(&global("my node's"), "run"), "talkoot --dir 'my node'\\''s' run");
    }

    #[test]
    fn bytes_have_units() {
        assert_eq!(bytes(1023), "1023 bytes");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert!(bytes(u64::MAX).ends_with("TiB"));
    }
}
