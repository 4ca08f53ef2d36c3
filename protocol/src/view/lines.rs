//! The columns by place: what a scan reads, 29 bytes a report.

use super::terms::ThemeSet;

/// What stands for the themes of a line whose report is gone; one more than any set of themes.
const GONE: u16 = ThemeSet::SETS;

/// One line, out of its columns. Authors, areas and concerns are numbers of what is interned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) author: u32,
    pub(super) areas: u32,
    pub(super) concern: u32,
    /// The set of phenomena, see [`super::links`].
    pub(super) linked: u32,
    /// See [`super::rounding::record_key`].
    pub(super) record_key: u32,
    pub(super) themes: u16,
    pub(super) half_year: u16,
    pub(super) codes: u8,
}

/// All lines, column by column.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines {
    pub(super) author: Vec<u32>,
    pub(super) areas: Vec<u32>,
    pub(super) concern: Vec<u32>,
    pub(super) linked: Vec<u32>,
    pub(super) record_key: Vec<u32>,
    pub(super) themes: Vec<u16>,
    pub(super) half_year: Vec<u16>,
    pub(super) codes: Vec<u8>,
}

impl Lines {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self {
            author: Vec::with_capacity(capacity),
            areas: Vec::with_capacity(capacity),
            concern: Vec::with_capacity(capacity),
            linked: Vec::with_capacity(capacity),
            record_key: Vec::with_capacity(capacity),
            themes: Vec::with_capacity(capacity),
            half_year: Vec::with_capacity(capacity),
            codes: Vec::with_capacity(capacity),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.author.len()
    }

    pub(super) fn get(&self, place: usize) -> Line {
        Line {
            author: self.author[place],
            areas: self.areas[place],
            concern: self.concern[place],
            linked: self.linked[place],
            record_key: self.record_key[place],
            themes: self.themes[place],
            half_year: self.half_year[place],
            codes: self.codes[place],
        }
    }

    pub(super) fn set(&mut self, place: usize, line: Line) {
        self.author[place] = line.author;
        self.areas[place] = line.areas;
        self.concern[place] = line.concern;
        self.linked[place] = line.linked;
        self.record_key[place] = line.record_key;
        self.themes[place] = line.themes;
        self.half_year[place] = line.half_year;
        self.codes[place] = line.codes;
    }

    pub(super) fn push(&mut self, line: Line) {
        self.author.push(line.author);
        self.areas.push(line.areas);
        self.concern.push(line.concern);
        self.linked.push(line.linked);
        self.record_key.push(line.record_key);
        self.themes.push(line.themes);
        self.half_year.push(line.half_year);
        self.codes.push(line.codes);
    }

    /// Marks a line as that of a report that is gone.
    pub(super) fn leave(&mut self, place: usize) {
        self.themes[place] = GONE;
        // A scan still looks them up before it is sifted out; what was here may be beyond those in use.
        self.half_year[place] = 0;
        self.linked[place] = 0;
    }

    /// Returns whether a line with such themes is of a report that is there.
    pub(super) const fn is_there(themes: u16) -> bool {
        themes != GONE
    }
}
