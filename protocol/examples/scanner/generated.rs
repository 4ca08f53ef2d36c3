//! Identifiers drawn at random, all artificial, in every form in which people write them; and numbers that are none.

use talkoot_protocol::scan::{Action, scan};

/// Remainders to check characters of codes.
const CONTROL: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
/// Drawn of each kind and form.
const EACH: usize = 500;
/// Numbers that are no identifiers, drawn of each kind.
const HARMLESS_EACH: usize = 4_000;

/// How one kind of identifier fared in one form.
pub(crate) struct Row {
    /// The kind.
    pub(crate) kind: &'static str,
    /// The form.
    pub(crate) form: &'static str,
    /// Drawn.
    pub(crate) drawn: usize,
    /// Stopped or asked about.
    pub(crate) found: usize,
}

/// How harmless numbers fared.
pub(crate) struct Harmless {
    /// Drawn.
    pub(crate) drawn: usize,
    /// Would block.
    pub(crate) blocks: usize,
    /// Would have to be confirmed.
    pub(crate) confirms: usize,
    /// One of each that was not let be.
    pub(crate) some: Vec<String>,
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// Draws something to scan.
type Draw = fn(&mut Dice) -> String;

/// A way to write an identifier.
type Form = (&'static str, fn(&str, usize) -> String);

const FORMS: &[Form] = &[
    ("plain", |code, _| code.to_owned()),
    ("small letters", |code, _| code.to_lowercase()),
    ("wide characters", |code, _| code.chars().map(wide).collect()),
    ("en dash", |code, _| code.replace('-', "–")),
    ("minus sign", |code, _| code.replace('-', "−")),
    ("a soft hyphen in it", |code, at| torn(code, at, "\u{AD}")),
    ("an invisible space in it", |code, at| torn(code, at, "\u{200B}")),
    ("a hard space in it", |code, at| torn(code, at, "\u{A0}")),
    ("a line break in it", |code, at| torn(code, at, "\r\n")),
];

fn wide(char: char) -> char {
    if char.is_ascii_graphic() { char::from_u32(u32::from(char) + 0xFEE0).unwrap_or(char) } else { char }
}

fn torn(code: &str, at: usize, gap: &str) -> String {
    let (head, tail) = code.split_at(1 + at % (code.len() - 1));
    format!("{head}{gap}{tail}")
}

/// Draws identity codes, account numbers and object identifiers in all forms and counts those that are found.
pub(crate) fn rows() -> Vec<Row> {
    let kinds: [(&str, Draw); 3] =
        [("personal_identity_code", identity_code), ("iban", account), ("client_oid", object_identifier)];
    let mut dice = Dice(1);
    let mut rows = Vec::new();
    for (kind, draw) in kinds {
        for (form, write) in FORMS {
            let found = (0..EACH).filter(|_| {
                let code = draw(&mut dice);
                is_found(&write(&code, dice.roll(64) as usize))
            });
            rows.push(Row { kind, form, drawn: EACH, found: found.count() });
        }
    }
    rows
}

/// Tells whether the author of a text with `code` is stopped or asked because of it.
fn is_found(code: &str) -> bool {
    let text = format!("Asiakas, tunnus {code} oli liitteessä.");
    let start = "Asiakas, tunnus ".len();
    let touches = |span: &std::ops::Range<usize>| span.start < start + code.len() && start < span.end;
    scan(&text).iter().any(|finding| finding.action >= Action::Confirm && touches(&finding.span))
}

/// Serial numbers from 900 on belong to nobody.
fn identity_code(dice: &mut Dice) -> String {
    let (day, month, year, serial) = (1 + dice.roll(28), 1 + dice.roll(12), dice.roll(100), 900 + dice.roll(100));
    let separator = char::from(b"+-YXWVUABCDEF"[dice.roll(13) as usize]);
    let date = (day * 100 + month) * 100 + year;
    let control = char::from(CONTROL[((date * 1_000 + serial) % 31) as usize]);
    format!("{date:06}{separator}{serial}{control}")
}

/// No Finnish bank's numbers begin with 9.
fn account(dice: &mut Dice) -> String {
    let account = 99_999_000_000_000 + dice.roll(1_000_000_000);
    let check = 98 - (u128::from(account) * 1_000_000 + 151_800) % 97;
    format!("FI{check:02}{account}")
}

fn object_identifier(dice: &mut Dice) -> String {
    let arc = ["21", "22", "57"][dice.roll(3) as usize];
    format!("1.2.246.{arc}.{}.{}", 900 + dice.roll(100), dice.roll(1_000_000))
}

/// Draws amounts, references, dates, hours, sections and the like.
pub(crate) fn harmless() -> Harmless {
    let kinds: [Draw; 8] = [
        |dice| format!("{} {:03} {:03} euroa", 1 + dice.roll(99), dice.roll(1_000), dice.roll(1_000)),
        |dice| format!("lasku {:04} {:04} {:04}", dice.roll(10_000), dice.roll(10_000), dice.roll(10_000)),
        |dice| {
            format!(
                "{}.{}.{}–{}.{}.{}",
                1 + dice.roll(28),
                1 + dice.roll(12),
                1990 + dice.roll(40),
                1 + dice.roll(28),
                1 + dice.roll(12),
                1990 + dice.roll(40)
            )
        },
        |dice| format!("klo {:02}.{:02}–{:02}.{:02}", dice.roll(24), dice.roll(60), dice.roll(24), dice.roll(60)),
        |dice| format!("laki {}/{} {} §", 1 + dice.roll(1_500), 1980 + dice.roll(46), 1 + dice.roll(90)),
        |dice| {
            format!(
                "{:02}{:02}{:02} mennessä {} kpl",
                1 + dice.roll(28),
                1 + dice.roll(12),
                dice.roll(100),
                dice.roll(1_000)
            )
        },
        |dice| format!("tuote {:08}", dice.roll(100_000_000)),
        |dice| format!("{} asiakasta, {},{} %", dice.roll(100_000), dice.roll(100), dice.roll(10)),
    ];
    let mut dice = Dice(2);
    let mut harmless = Harmless { drawn: 0, blocks: 0, confirms: 0, some: Vec::new() };
    for draw in kinds {
        for _ in 0..HARMLESS_EACH {
            let text = draw(&mut dice);
            harmless.drawn += 1;
            for finding in scan(&text).into_iter().filter(|finding| finding.action > Action::Warn) {
                harmless.blocks += usize::from(finding.action == Action::Block);
                harmless.confirms += usize::from(finding.action == Action::Confirm);
                harmless.some.push(format!("{:?} {:?}", finding.rule, text));
            }
        }
    }
    harmless.some.truncate(10);
    harmless
}
