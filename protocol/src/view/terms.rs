//! The small words a report is counted by: theme, target group, area, half-year, valence, kind, the clients' part, whether the
//! need was met.
//!
//! Each is a few bits, can only be made from what it allows, and prints as the stable key that files, links and the
//! interface use. Labels in three languages are elsewhere. These types know nothing of the report form, so that a form may
//! change without the columns noticing.

use std::fmt;
use std::str::FromStr;

use crate::cbor::Malformed;
use crate::scope::County;

/// Reads exactly `digits` decimal digits.
fn number(text: &str, digits: usize) -> Option<u16> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// A need for support by the items of the Social Welfare Act, section 11: 1 to 10, and 99 for what fits none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Theme(u8);

impl Theme {
    /// How many themes there are.
    pub const COUNT: u8 = 11;
    /// The theme for what fits none of the ten.
    pub const OTHER: Self = Self(99);

    /// Takes a code, 1 to 10 or 99.
    pub fn new(code: u8) -> Option<Self> {
        (matches!(code, 1..=10) || code == Self::OTHER.0).then_some(Self(code))
    }

    /// Returns the code.
    pub const fn code(self) -> u8 {
        self.0
    }

    /// Returns every theme by its bit, which is also the order of the codes.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=10).map(Self).chain([Self::OTHER])
    }

    const fn bit(self) -> u16 {
        if self.0 == Self::OTHER.0 { 1 << 10 } else { 1 << (self.0 - 1) }
    }
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Theme {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let found = Self::all().find(|theme| theme.to_string() == text);
        found.ok_or(Malformed { what: "theme (1 to 10, or 99)" })
    }
}

/// The themes of one report, as bits: bit 0 is theme 1, bit 9 is theme 10, bit 10 is theme 99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ThemeSet(u16);

impl ThemeSet {
    /// How many different sets there are; every [`ThemeSet::bits`] is below it.
    pub const SETS: u16 = 1 << Theme::COUNT;

    /// Takes the bits of a set.
    pub fn from_bits(bits: u16) -> Option<Self> {
        (bits < Self::SETS).then_some(Self(bits))
    }

    /// Returns the bits.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// Returns whether the theme is in the set.
    pub const fn contains(self, theme: Theme) -> bool {
        self.0 & theme.bit() != 0
    }

    /// Returns the themes, ascending.
    pub fn iter(self) -> impl Iterator<Item = Theme> {
        Theme::all().filter(move |theme| self.contains(*theme))
    }
}

impl FromIterator<Theme> for ThemeSet {
    fn from_iter<I: IntoIterator<Item = Theme>>(themes: I) -> Self {
        Self(themes.into_iter().fold(0, |bits, theme| bits | theme.bit()))
    }
}

/// A municipality by the three-digit code of Statistics Finland.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Municipality(u16);

impl Municipality {
    /// Takes a code, 1 to 999; which codes are in use is a matter of the year's list.
    pub fn new(code: u16) -> Option<Self> {
        matches!(code, 1..=999).then_some(Self(code))
    }

    /// Returns the code.
    pub const fn code(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Municipality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

impl FromStr for Municipality {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let what = Malformed { what: "municipality code (three digits, such as 491)" };
        number(text, 3).and_then(Self::new).ok_or(what)
    }
}

/// A place a report concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// The whole country. It is a place of its own: it does not count in each county.
    Country,
    /// A wellbeing services county.
    County(County),
    /// A municipality, with the county it lies in: it counts in both.
    Municipality {
        /// The county.
        county: County,
        /// The municipality.
        municipality: Municipality,
    },
}

impl Area {
    /// Returns the area as one number: 0 for the country, else the county's code above 16 bits of municipality (0: none).
    pub fn pack(self) -> u32 {
        let above = |county: County| u32::from(county.code()) << 16;
        match self {
            Self::Country => 0,
            Self::County(county) => above(county),
            Self::Municipality { county, municipality } => above(county) | u32::from(municipality.code()),
        }
    }

    /// Reads what [`Area::pack`] returns.
    pub fn unpack(packed: u32) -> Option<Self> {
        if packed == 0 {
            return Some(Self::Country);
        }
        let county = County::new(u8::try_from(packed >> 16).ok()?)?;
        match (packed & 0xffff) as u16 {
            0 => Some(Self::County(county)),
            code => Municipality::new(code).map(|municipality| Self::Municipality { county, municipality }),
        }
    }
}

/// Half a year, the period compilations are made of. Orders by time; prints as `2026-H1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HalfYear(u16);

impl HalfYear {
    /// Earliest year.
    pub const YEAR_MIN: u16 = 1900;
    /// Latest year.
    pub const YEAR_MAX: u16 = 2199;

    /// Takes a year and its half, 1 (January to June) or 2 (July to December).
    pub fn new(year: u16, half: u8) -> Option<Self> {
        let fits = (Self::YEAR_MIN..=Self::YEAR_MAX).contains(&year) && matches!(half, 1 | 2);
        fits.then(|| Self(year * 2 + u16::from(half) - 1))
    }

    /// Returns the year.
    pub const fn year(self) -> u16 {
        self.0 / 2
    }

    /// Returns 1 or 2.
    pub const fn half(self) -> u8 {
        (self.0 % 2) as u8 + 1
    }

    /// Returns the half-year as one number above 0: twice the year, plus 1 for its second half.
    pub const fn pack(self) -> u16 {
        self.0
    }

    /// Reads what [`HalfYear::pack`] returns.
    pub fn unpack(packed: u16) -> Option<Self> {
        (Self::YEAR_MIN..=Self::YEAR_MAX).contains(&(packed / 2)).then_some(Self(packed))
    }
}

impl fmt::Display for HalfYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-H{}", self.year(), self.half())
    }
}

impl FromStr for HalfYear {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let what = Malformed { what: "half-year (such as 2026-H1)" };
        let (year, half) = text.split_once("-H").ok_or(what)?;
        let half = number(half, 1).and_then(|half| u8::try_from(half).ok());
        number(year, 4).zip(half).and_then(|(year, half)| Self::new(year, half)).ok_or(what)
    }
}

/// A closed set of keys with small numbers from 1 on; 0 stands for "not said".
macro_rules! keyed {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$case_doc:meta])* $case:ident = $key:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$case_doc])* $case),* }

        impl $name {
            /// Returns all of them in the order of their numbers.
            pub const fn all() -> &'static [Self] {
                &[$(Self::$case),*]
            }

            /// Returns the stable key.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$case => $key),* }
            }

            pub(super) const fn code(self) -> u8 {
                self as u8 + 1
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.key())
            }
        }

        impl FromStr for $name {
            type Err = Malformed;

            fn from_str(text: &str) -> Result<Self, Malformed> {
                let found = Self::all().iter().copied().find(|case| case.key() == text);
                found.ok_or(Malformed { what: $what })
            }
        }
    };
}

keyed! {
    /// Whether what was noticed is good or bad.
    Valence, "valence (positive, negative or mixed)" {
        /// Something works.
        Positive = "positive",
        /// Something is wrong.
        Negative = "negative",
        /// Both.
        Mixed = "mixed",
    }
}
keyed! {
    /// What sort of observation it is.
    Kind, "kind of report (phenomenon, good_practice, wondering or experiment)" {
        /// Something that happens to many.
        Phenomenon = "phenomenon",
        /// Something that works.
        GoodPractice = "good_practice",
        /// A question.
        Wondering = "wondering",
        /// Something being tried.
        Experiment = "experiment",
    }
}

keyed! {
    /// Whom a report concerns: the client groups of the form, whatever their age.
    Group, "target group (such as young; talkoot report codes target_group)" {
        /// All.
        Everyone = "everyone",
        /// Children and families.
        ChildrenFamilies = "children_families",
        /// Young people.
        Young = "young",
        /// Older people.
        Older = "older",
        /// People with a long-term illness.
        LongTermIll = "long_term_ill",
        /// Disabled people.
        Disabled = "disabled",
        /// Homeless people.
        Homeless = "homeless",
        /// Over-indebted people.
        OverIndebted = "over_indebted",
        /// Immigrants.
        Immigrants = "immigrants",
        /// Roma.
        Roma = "roma",
        /// Sámi.
        Sami = "sami",
        /// Prisoners and former prisoners.
        Prisoners = "prisoners",
        /// Single parents.
        SingleParents = "single_parents",
        /// Informal carers.
        InformalCarers = "informal_carers",
        /// Unemployed people.
        Unemployed = "unemployed",
        /// Students.
        Students = "students",
        /// People who use substances.
        SubstanceUsers = "substance_users",
    }
}
keyed! {
    /// What part the clients had in a report.
    Client, "part of the clients (not, heard or co_written)" {
        /// None.
        Not = "not",
        /// They were heard.
        Heard = "heard",
        /// It was written together with them.
        CoWritten = "co_written",
    }
}

keyed! {
    /// Whether the services that were offered met the need.
    Met, "answer on the need (met, partly, not_met or nothing_offered)" {
        /// They did.
        Met = "met",
        /// In part.
        Partly = "partly",
        /// They did not.
        NotMet = "not_met",
        /// There were none.
        NothingOffered = "nothing_offered",
    }
}

impl Group {
    const fn bit(self) -> u32 {
        1 << (self.code() - 1)
    }
}

/// The target groups of one report, as bits in the order of [`Group::all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct GroupSet(u32);

impl GroupSet {
    /// Takes the bits of a set.
    pub fn from_bits(bits: u32) -> Option<Self> {
        (bits >> Group::all().len() == 0).then_some(Self(bits))
    }

    /// Returns the bits.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Returns the groups, ascending.
    pub fn iter(self) -> impl Iterator<Item = Group> {
        Group::all().iter().copied().filter(move |group| self.0 & group.bit() != 0)
    }
}

impl FromIterator<Group> for GroupSet {
    fn from_iter<I: IntoIterator<Item = Group>>(groups: I) -> Self {
        Self(groups.into_iter().fold(0, |bits, group| bits | group.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_bits() {
        let set: GroupSet = [Group::Students, Group::Everyone].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Group::Everyone, Group::Students]);
        assert_eq!(GroupSet::from_bits(set.bits()), Some(set));
        assert!(GroupSet::from_bits(1 << 17).is_none());
    }

    #[test]
    fn themes_are_the_ten_items_and_other() {
        assert_eq!(Theme::all().count(), usize::from(Theme::COUNT));
        for code in 0..=u8::MAX {
            let theme = Theme::new(code);
            assert_eq!(theme.is_some(), (1..=10).contains(&code) || code == 99);
            assert_eq!(theme.map(|theme| theme.to_string().parse()), theme.map(Ok));
        }
        for bad in ["", "0", "01", "11", "+2", "2 "] {
            assert!(bad.parse::<Theme>().is_err(), "{bad}");
        }
        let set: ThemeSet = [Theme::OTHER, Theme(2)].into_iter().collect();
        assert_eq!(set.iter().map(Theme::code).collect::<Vec<_>>(), [2, 99]);
        assert!(ThemeSet::from_bits(ThemeSet::SETS).is_none());
    }

    #[test]
    fn areas_pack_and_unpack() {
        let mut seen = 0;
        for packed in (0..=0x7f_ffffu32).step_by(1).filter(|packed| packed & 0xffff <= 1_001) {
            if let Some(area) = Area::unpack(packed) {
                assert_eq!(area.pack(), packed);
                seen += 1;
            }
        }
        assert_eq!(seen, 1 + 99 + 99 * 999);
        assert!(Area::unpack(12 << 16 | 1_000).is_none() && Area::unpack(491).is_none());
        assert!(Area::unpack(u32::MAX).is_none());
        assert_eq!("091".parse::<Municipality>().unwrap().to_string(), "091");
        assert!("91".parse::<Municipality>().is_err());
    }

    #[test]
    fn half_years_order_by_time_and_print() {
        let first = HalfYear::new(2026, 1).unwrap();
        assert_eq!((first.to_string().as_str(), first.year(), first.half()), ("2026-H1", 2026, 1));
        assert!(first < HalfYear::new(2026, 2).unwrap() && HalfYear::new(2025, 2).unwrap() < first);
        assert_eq!(HalfYear::unpack(first.pack()), Some(first));
        for bad in ["2026-H3", "2026-h1", "26-H1", "2026-05", "1899-H1", "2026-H", "+026-H1"] {
            assert!(bad.parse::<HalfYear>().is_err(), "{bad}");
        }
        assert!(HalfYear::unpack(0).is_none() && HalfYear::unpack(u16::MAX).is_none());
    }
}
