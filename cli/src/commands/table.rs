//! A table on its way into a file that other programs read: columns with a kind, rows of cells. [`workbook`] writes XLSX,
//! [`parquet`] Parquet. What the rows mean is the business of those who make them. Decision 0030.

pub(crate) mod parquet;
pub(crate) mod workbook;

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// Texts.
    Text,
    /// Lists of texts; never absent, but perhaps empty.
    List,
    /// Whole numbers.
    Number,
    /// Yes or no.
    Flag,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) holds: Holds,
}

impl Column {
    /// Makes one.
    pub(crate) fn new(name: impl Into<String>, holds: Holds) -> Self {
        Self { name: name.into(), holds }
    }
}

/// A cell. One that does not fit its column counts as empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Nothing: null where there is such a thing.
    Empty,
    /// A text.
    Text(String),
    /// A list, and how it looks in one text.
    List(Vec<String>, String),
    /// A whole number.
    Number(u64),
    /// Yes or no.
    Flag(bool),
}

impl Cell {
    /// Makes a text; an empty one is no text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// Returns the cell as a text.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::List(_, text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Flag(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        }
    }
}
