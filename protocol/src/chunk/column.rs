//! Automerge's column codings, read row by row: run lengths, differences, booleans.
//!
//! Run lengths are why this module exists: three bytes can declare a billion rows. Every run is counted against the bound
//! before its first row is handed out. Each column must be in the one form that automerge itself would write (runs as long
//! as they can be, no empty run, no column of nothing), so that equal content means equal bytes.

use super::cursor::Cursor;
use super::error::Error;
use super::op::Span;

/// A value that a run-length column holds.
pub(super) trait Cell<'a>: Copy + PartialEq {
    /// Reads one value.
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, Error>;
}

impl Cell<'_> for u64 {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        cursor.unsigned()
    }
}

impl Cell<'_> for i64 {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        cursor.signed()
    }
}

/// A string and where it stands in the chunk. Two are equal when they read the same, wherever they stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) span: Span,
}

impl PartialEq for Word<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<'a> Cell<'a> for Word<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, Error> {
        let length = cursor.unsigned()?;
        let start = cursor.at();
        let bytes = cursor.take(length)?;
        let text = std::str::from_utf8(bytes).map_err(|_| Error::NotUtf8 { part: cursor.part(), at: start })?;
        Ok(Self { text, span: Span::new(start, cursor.at()) })
    }
}

/// What the run being read consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    /// None was read yet.
    Start,
    /// One value, repeated.
    Repeated,
    /// Values that differ from their neighbours.
    Literal,
    /// Rows without a value.
    Null,
}

/// A run-length column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Runs<'a, T> {
    cursor: Cursor<'a>,
    run: Run,
    /// Rows left in the run.
    left: u32,
    /// Rows of all runs begun so far.
    rows: u32,
    rows_max: u32,
    /// The last value, unless a row without one came after it.
    last: Option<T>,
    /// Whether any row had a value.
    any: bool,
    /// Whether the column is in the chunk at all.
    present: bool,
}

impl<'a, T: Cell<'a>> Runs<'a, T> {
    /// Reads a column of at most `rows_max` rows; an absent one has no value in any row.
    pub(super) fn new(column: Option<Cursor<'a>>, part: &'static str, rows_max: u32) -> Self {
        let cursor = column.unwrap_or_else(|| Cursor::new(&[], 0, part));
        Self { cursor, run: Run::Start, left: 0, rows: 0, rows_max, last: None, any: false, present: column.is_some() }
    }

    /// Counts the rows run by run; `None` stands for more than the bound.
    pub(super) fn count(mut self) -> Result<Option<u32>, Error> {
        while self.cursor.left() > 0 {
            match self.begin() {
                Err(Error::TooManyRows { .. }) => return Ok(None),
                other => other?,
            }
            if self.run == Run::Literal {
                while self.left > 0 {
                    self.literal()?;
                }
            }
            self.left = 0;
        }
        Ok(Some(self.rows))
    }

    /// Returns the next row's value.
    pub(super) fn next(&mut self) -> Result<Option<T>, Error> {
        if !self.present {
            return Ok(None);
        }
        if self.left == 0 {
            if self.cursor.left() == 0 {
                return Err(self.row_count());
            }
            self.begin()?;
        }
        match self.run {
            Run::Literal => self.literal().map(Some),
            Run::Repeated => {
                self.left -= 1;
                Ok(self.last)
            }
            Run::Null | Run::Start => {
                self.left = self.left.saturating_sub(1);
                Ok(None)
            }
        }
    }

    /// Returns the next row's value, which must be there.
    pub(super) fn value(&mut self) -> Result<T, Error> {
        match self.next()? {
            Some(value) => Ok(value),
            None if self.present => Err(self.not_canonical()),
            None => Err(self.row_count()),
        }
    }

    /// Checks that the column ends after the rows that were read.
    pub(super) fn finish(&self) -> Result<(), Error> {
        if self.left > 0 || self.cursor.left() > 0 {
            return Err(self.row_count());
        }
        if self.present && !self.any { Err(self.not_canonical()) } else { Ok(()) }
    }

    /// Begins the next run: counts it, and reads the value of a repeated one.
    fn begin(&mut self) -> Result<(), Error> {
        let number = self.cursor.signed()?;
        let (run, rows) = match number {
            0 => (Run::Null, self.cursor.unsigned()?),
            ..0 => (Run::Literal, number.unsigned_abs()),
            _ => (Run::Repeated, number.unsigned_abs()),
        };
        let canonical = match run {
            Run::Repeated => rows > 1,
            _ => rows > 0 && run != self.run,
        };
        if !canonical {
            return Err(self.not_canonical());
        }
        let total = rows.saturating_add(u64::from(self.rows));
        let Some(total) = u32::try_from(total).ok().filter(|total| *total <= self.rows_max) else {
            return Err(Error::TooManyRows { part: self.cursor.part(), max: self.rows_max });
        };
        self.left = total - self.rows;
        self.rows = total;
        self.run = run;
        match run {
            Run::Repeated => {
                let value = T::read(&mut self.cursor)?;
                self.follow(value)?;
            }
            Run::Null => self.last = None,
            Run::Literal | Run::Start => {}
        }
        Ok(())
    }

    /// Reads the next value of a literal run.
    fn literal(&mut self) -> Result<T, Error> {
        let value = T::read(&mut self.cursor)?;
        self.follow(value)?;
        self.left = self.left.saturating_sub(1);
        Ok(value)
    }

    /// Notes a value that must differ from its neighbour: equal ones belong in one repeated run.
    fn follow(&mut self, value: T) -> Result<(), Error> {
        if self.last == Some(value) {
            return Err(self.not_canonical());
        }
        self.last = Some(value);
        self.any = true;
        Ok(())
    }

    const fn not_canonical(&self) -> Error {
        Error::NotCanonical { part: self.cursor.part(), at: self.cursor.at() }
    }

    const fn row_count(&self) -> Error {
        Error::RowCount { part: self.cursor.part(), got: self.rows, expected: self.rows_max }
    }
}

/// A run-length column of differences to the value before; gives the values. Rows without one do not move it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Differences<'a> {
    runs: Runs<'a, i64>,
    value: i64,
}

impl<'a> Differences<'a> {
    /// Reads a column of at most `rows_max` rows.
    pub(super) fn new(column: Option<Cursor<'a>>, part: &'static str, rows_max: u32) -> Self {
        Self { runs: Runs::new(column, part, rows_max), value: 0 }
    }

    /// Returns the next row's value, which can never be negative.
    pub(super) fn next(&mut self) -> Result<Option<u64>, Error> {
        let Some(difference) = self.runs.next()? else { return Ok(None) };
        let value = self.value.checked_add(difference).and_then(|value| Some((value, u64::try_from(value).ok()?)));
        let Some((value, unsigned)) = value else {
            return Err(Error::BadNumber { part: self.runs.cursor.part(), at: self.runs.cursor.at() });
        };
        self.value = value;
        Ok(Some(unsigned))
    }

    /// Returns the next row's value, which must be there.
    pub(super) fn value(&mut self) -> Result<u64, Error> {
        self.next()?.ok_or_else(|| self.runs.not_canonical())
    }

    /// Checks that the column ends after the rows that were read.
    pub(super) fn finish(&self) -> Result<(), Error> {
        self.runs.finish()
    }
}

/// A boolean column: lengths of alternating runs, the first of `false`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Booleans<'a> {
    cursor: Cursor<'a>,
    value: bool,
    left: u32,
    rows: u32,
    rows_max: u32,
    first: bool,
}

impl<'a> Booleans<'a> {
    /// Reads a column of at most `rows_max` rows.
    pub(super) fn new(column: Option<Cursor<'a>>, part: &'static str, rows_max: u32) -> Self {
        let cursor = column.unwrap_or_else(|| Cursor::new(&[], 0, part));
        Self { cursor, value: true, left: 0, rows: 0, rows_max, first: true }
    }

    /// Returns the next row's value.
    pub(super) fn value(&mut self) -> Result<bool, Error> {
        while self.left == 0 {
            if self.cursor.left() == 0 {
                return Err(self.row_count());
            }
            self.begin()?;
        }
        self.left -= 1;
        Ok(self.value)
    }

    /// Checks that the column ends after the rows that were read.
    pub(super) fn finish(&self) -> Result<(), Error> {
        if self.left > 0 || self.cursor.left() > 0 { Err(self.row_count()) } else { Ok(()) }
    }

    fn begin(&mut self) -> Result<(), Error> {
        let at = self.cursor.at();
        let rows = self.cursor.unsigned()?;
        // Only the first run may be empty: a column that begins with `true` says "no false" first.
        if rows == 0 && !self.first {
            return Err(Error::NotCanonical { part: self.cursor.part(), at });
        }
        let total = rows.saturating_add(u64::from(self.rows));
        let Some(total) = u32::try_from(total).ok().filter(|total| *total <= self.rows_max) else {
            return Err(Error::TooManyRows { part: self.cursor.part(), max: self.rows_max });
        };
        self.left = total - self.rows;
        self.rows = total;
        self.first = false;
        self.value = !self.value;
        Ok(())
    }

    const fn row_count(&self) -> Error {
        Error::RowCount { part: self.cursor.part(), got: self.rows, expected: self.rows_max }
    }
}
