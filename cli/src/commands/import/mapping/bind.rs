//! A mapping laid on the header of one file: which column by number says what, and then row after row as reports.

use std::collections::{BTreeMap, BTreeSet};

use talkoot_protocol::form::LOCAL_PREFIX;
use talkoot_protocol::report::{Report, flat};

use super::values::{self, Holds};
use super::{AGE, Mapping, Others, Rule, moment, normal, whole_system};
use crate::commands::import::place::{Place, Placed, discreet, letters};
use crate::commands::import::source::guarded;
use crate::commands::report::examine::{Remark, issue_remark};
use crate::commands::report::plain;

/// Most columns named in one error.
const NAMED_MAX: usize = 8;

/// A mapping laid on a header.
#[derive(Debug)]
pub(crate) struct Bound {
    headers: Vec<String>,
    id: Option<usize>,
    constants: BTreeMap<String, String>,
    rules: Vec<Laid>,
    own: Vec<(usize, String)>,
}

/// A rule with its columns by number.
#[derive(Debug)]
struct Laid {
    target: String,
    holds: Holds,
    sources: Vec<usize>,
    /// Columns that stand for one answer, and which.
    options: Vec<Choice>,
    /// The mapping's own words, in normal form.
    values: BTreeMap<String, String>,
    rule: Rule,
}

/// A column that stands for one answer.
#[derive(Debug)]
struct Choice {
    column: usize,
    header: String,
    code: String,
}

/// A row as a report, or what is wrong with it, and what tells it apart.
pub(crate) type Row = (Result<Report, Vec<Placed>>, Option<String>);

/// Returns how many of a mapping's columns a row of a file names: the header is the row that names most.
pub(crate) fn fitting(mapping: &Mapping, row: &[String]) -> usize {
    let header = Header::new(row);
    let named: BTreeSet<&String> = mapping.named().collect();
    named.into_iter().filter(|name| header.find(name).is_ok()).count()
}

/// Columns by what stands above them.
struct Header<'a> {
    names: &'a [String],
    by_name: BTreeMap<String, Vec<usize>>,
}

impl<'a> Header<'a> {
    fn new(names: &'a [String]) -> Self {
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, name) in names.iter().enumerate().filter(|(_, name)| !name.trim().is_empty()) {
            by_name.entry(normal(name)).or_default().push(at);
        }
        Self { names, by_name }
    }

    /// Finds a column by its name, or by its letters as `#D`.
    fn find(&self, name: &str) -> Result<usize, String> {
        if let Some(asked) = name.strip_prefix('#') {
            let is_asked = |at: &usize| letters(*at as u64).eq_ignore_ascii_case(asked);
            if let Some(at) = (0..self.names.len()).find(is_asked) {
                return Ok(at);
            }
        }
        match self.by_name.get(&normal(name)).map(Vec::as_slice) {
            Some([at]) => Ok(*at),
            Some([first, ..]) => {
                let letters = letters(*first as u64);
                Err(format!("it has several columns {name:?}; say which by its letter, for example \"#{letters}\""))
            }
            _ => Err(format!("it has no column {name:?}")),
        }
    }
}

impl Mapping {
    /// Lays the mapping on a header.
    ///
    /// # Errors
    /// A sentence's end: which columns are missing, or not named in the mapping, or which constant is none.
    pub(crate) fn bind(self, headers: &[String]) -> Result<Bound, String> {
        let header = Header::new(headers);
        let problems: BTreeSet<String> = self.named().filter_map(|name| header.find(name).err()).collect();
        if !problems.is_empty() {
            return Err(listed(problems.into_iter()));
        }
        let own = self.owned(&header)?;
        let find = |name: &String| header.find(name);
        let id = self.id.as_ref().map(find).transpose()?;
        let mut rules = Vec::new();
        for (target, rule) in self.column {
            let sources = rule.from.all().iter().map(find).collect::<Result<_, _>>()?;
            let choice = |(name, code): (&String, &String)| {
                let (header, code) = (name.clone(), code.clone());
                find(name).map(|column| Choice { column, header, code })
            };
            let options = rule.options.iter().map(choice).collect::<Result<_, _>>()?;
            let values = rule.values.iter().map(|(answer, code)| (normal(answer), code.clone())).collect();
            let rule = Rule { separators: rule.separators.or_else(|| self.separators.clone()), ..rule };
            rules.push(Laid { holds: Holds::of(&target), target, sources, options, values, rule });
        }
        let constants = self.constant.into_iter().map(|(target, value)| constant(target, value));
        let constants = constants.collect::<Result<_, _>>()?;
        Ok(Bound { headers: headers.to_vec(), id, constants, rules, own })
    }

    /// Returns the columns that become fields of one's own; refuses if one is not named and should be.
    fn owned(&self, header: &Header<'_>) -> Result<Vec<(usize, String)>, String> {
        let named: BTreeSet<usize> = self.named().filter_map(|name| header.find(name).ok()).collect();
        let mut own = Vec::new();
        for (column, name) in &self.own {
            own.push((header.find(column)?, name.clone()));
        }
        let all = header.names.iter().enumerate();
        let others = all.filter(|(at, name)| !named.contains(at) && !name.trim().is_empty());
        match self.others {
            Others::Ignore => {}
            Others::Keep => {
                let taken = |name: &str| name == AGE || flat::columns().iter().any(|column| column == name);
                for (at, name) in others {
                    let name = plain::one_line(name);
                    own.push((at, if taken(&name) { format!("{name} (2)") } else { name }));
                }
            }
            Others::Refuse => {
                let unnamed = others.map(|(at, name)| format!("{} {:?}", letters(at as u64), plain::cut(name, 60)));
                let unnamed: Vec<_> = unnamed.collect();
                if !unnamed.is_empty() {
                    return Err(format!(
                        "the mapping does not name its columns {}; put them under ignore or [own], or write \
                         others = \"ignore\" or others = \"keep\"",
                        listed(unnamed.into_iter())
                    ));
                }
            }
        }
        Ok(own)
    }
}

fn listed(all: impl Iterator<Item = String>) -> String {
    let mut all: Vec<String> = all.collect();
    let more = all.len().saturating_sub(NAMED_MAX);
    all.truncate(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", all.join("; "))
}

/// Understands a constant as an answer would be.
fn constant(target: String, value: String) -> Result<(String, String), String> {
    let laid = Laid {
        holds: Holds::of(&target),
        target: target.clone(),
        sources: Vec::new(),
        options: Vec::new(),
        values: BTreeMap::new(),
        rule: Rule::default(),
    };
    match laid.understand(&value) {
        Ok(cell) => Ok((target, cell)),
        // A code of a newer form: whoever writes it into a mapping means it, and has to confirm it.
        Err(_) if laid.holds.set().is_some() => Ok((target, value)),
        Err(why) => Err(format!("the constant of {target:?} is none: {why}")),
    }
}

impl Laid {
    /// Understands what stands in a cell, as a cell of the flat form.
    ///
    /// # Errors
    /// What is wrong with it, in words that follow a colon.
    fn understand(&self, cell: &str) -> Result<String, String> {
        let own = || self.values.get(&normal(cell)).cloned();
        match self.holds {
            Holds::Text if self.rule.system.is_some() => Ok(self.services(cell)),
            Holds::Text => Ok(own().unwrap_or_else(|| cell.to_owned())),
            Holds::Period => match own() {
                Some(period) => Ok(period),
                None => moment::period(cell, self.rule.slashes, self.rule.period)
                    .map(|period| period.to_string())
                    .map_err(|why| format!("{} is no date: {why}", discreet(cell))),
            },
            Holds::YesNo => values::yes_no(own().as_deref().unwrap_or(cell))
                .map(|yes| if yes { "yes" } else { "no" }.to_owned())
                .ok_or_else(|| format!("{} is neither yes nor no", discreet(cell))),
            Holds::Code(_) => self.code(cell.trim()).ok_or_else(|| self.unknown(cell.trim())),
            Holds::Codes(_) | Holds::Areas => self.several(cell).map(|codes| codes.join("; ")),
        }
    }

    /// Reads codes of an official list, or names of them: which there are, the form's lists say later.
    fn services(&self, cell: &str) -> String {
        let system = whole_system(self.rule.system.as_deref().unwrap_or_default());
        let usual = [";".to_owned(), "\n".to_owned()];
        let pieces = values::pieces(cell, self.rule.separators.as_deref().unwrap_or(&usual));
        let one = |(from, to): &(usize, usize)| {
            let answer = cell.get(*from..*to).unwrap_or_default().trim();
            let code = self.values.get(&normal(answer)).map_or(answer, String::as_str);
            flat::service_cell(&system, code)
        };
        pieces.iter().map(one).collect::<Vec<_>>().join("; ")
    }

    /// Reads several answers of one cell.
    fn several(&self, cell: &str) -> Result<Vec<String>, String> {
        values::answers(cell, self.rule.separators.as_deref(), |answer| self.code(answer))
            .map_err(|answer| self.unknown(&answer))
    }

    fn code(&self, answer: &str) -> Option<String> {
        let own = self.values.get(&normal(answer)).cloned();
        let known = || match self.holds.set() {
            Some(set) => values::code(set, answer).map(str::to_owned),
            None => values::area(answer, self.rule.scheme),
        };
        let otherwise = || self.rule.otherwise.clone().filter(|_| !answer.trim().is_empty());
        own.or_else(known).or_else(otherwise)
    }

    fn unknown(&self, answer: &str) -> String {
        let (target, bare) = (&self.target, answer.trim().bytes().all(|byte| byte.is_ascii_digit()));
        let answer = discreet(answer);
        match self.holds {
            Holds::Areas if bare && self.rule.scheme.is_none() => {
                format!(
                    "{answer} may be a code of a municipality or of a county: say which with `scheme` in the mapping"
                )
            }
            Holds::Areas => format!("{answer} is no municipality or county that is known"),
            _ => format!(
                "{answer} is none of the answers known for `{target}`; mend the cell, or name it in [column.{target}.values]"
            ),
        }
    }

    /// Returns whether a column that stands for one answer was chosen.
    fn chosen(&self, cell: &str, choice: &Choice) -> Result<bool, String> {
        let answer = normal(cell);
        if answer.is_empty() {
            return Ok(false);
        }
        if let Some(yes) = values::yes_no(cell) {
            return Ok(yes);
        }
        let named = normal(&choice.header).ends_with(&answer);
        if named || self.code(cell).is_some_and(|code| code == choice.code) {
            return Ok(true);
        }
        Err(format!("{} says neither that it was chosen nor that it was not", discreet(cell)))
    }

    /// Reads what a row says; an empty text if nothing.
    fn read(&self, cells: &[String], mut wrong: impl FnMut(usize, String)) -> String {
        let cell = |at: usize| cells.get(at).map(String::as_str).unwrap_or_default();
        let filled: Vec<usize> = self.sources.iter().copied().filter(|at| !cell(*at).trim().is_empty()).collect();
        let mut found: Vec<String> = Vec::new();
        for &at in &filled {
            match self.understand(cell(at)) {
                Ok(answer) => found.push(answer),
                Err(why) => wrong(at, why),
            }
        }
        for choice in &self.options {
            match self.chosen(cell(choice.column), choice) {
                Ok(true) => found.push(choice.code.clone()),
                Ok(false) => {}
                Err(why) => wrong(choice.column, why),
            }
        }
        match self.holds {
            Holds::Text if self.rule.system.is_some() => found.join("; "),
            Holds::Text => found.join(self.rule.join.as_deref().unwrap_or("\n")),
            Holds::Codes(_) | Holds::Areas => {
                let mut seen = BTreeSet::new();
                let all = found.iter().flat_map(|codes| codes.split("; ")).filter(|code| seen.insert(*code));
                all.collect::<Vec<_>>().join("; ")
            }
            _ => {
                let several = found.iter().any(|other| Some(other) != found.first());
                let last = self.options.last().map(|choice| choice.column);
                if let (true, Some(at)) = (several, filled.last().copied().or(last)) {
                    wrong(at, format!("`{}` takes one answer, and there are {}", self.target, found.len()));
                }
                found.into_iter().next().unwrap_or_default()
            }
        }
    }

    /// Returns the first of its columns.
    fn first(&self) -> Option<usize> {
        self.sources.first().copied().or(self.options.first().map(|choice| choice.column))
    }
}

impl Bound {
    /// Reads a row; `None` for one of empty cells.
    pub(crate) fn row(&self, cells: &[String], number: u64) -> Option<Row> {
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            return None;
        }
        let mut wrong = Vec::new();
        let place = |at: usize| Some(self.place(at, number));
        for (at, _) in cells.iter().enumerate().skip(self.headers.len()).filter(|(_, cell)| !cell.trim().is_empty()) {
            let problem = "Nothing stands above this cell. Perhaps a text with the delimiter in it is not in quotes.";
            wrong.push(Placed { remark: Remark::new("row", problem), place: place(at) });
        }
        let id = self.id.map(|at| cells.get(at).map(|id| id.trim().to_owned()).unwrap_or_default());
        if id.as_ref().is_some_and(String::is_empty) {
            wrong.push(Placed {
                remark: Remark::new("id", "What tells the answer apart is missing."),
                place: self.id.and_then(place),
            });
        }
        let mut row = self.constants.clone();
        for rule in &self.rules {
            let answer = rule.read(cells, |at, why| {
                let remark = Remark::new(rule.target.clone(), format!("Correct `{}`: {why}.", rule.target));
                wrong.push(Placed { remark, place: place(at) });
            });
            if !answer.is_empty() {
                row.insert(rule.target.clone(), guarded(answer));
            }
        }
        for (at, name) in &self.own {
            let filled = cells.get(*at).filter(|cell| !cell.is_empty());
            row.extend(filled.map(|cell| (name.clone(), guarded(cell.clone()))));
        }
        age(&mut row);
        if !wrong.is_empty() {
            return Some((Err(wrong), id));
        }
        let placed = |issue: &_| self.placed(issue_remark(issue, false), number);
        Some((flat::from_flat(&row).map_err(|issues| issues.iter().map(placed).collect()), id))
    }

    /// Names a cell.
    fn place(&self, column: usize, row: u64) -> Place {
        Place::new(column, row, self.headers.get(column).map(String::as_str).unwrap_or_default())
    }

    /// Says which cell of a row a remark about a report's field is about.
    pub(crate) fn placed(&self, remark: Remark, row: u64) -> Placed {
        let column = column_of(&remark.field);
        let begins = |rule: &&Laid| {
            let rest = rule.target.strip_prefix(&column).filter(|_| !column.starts_with(LOCAL_PREFIX));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        };
        let rule = self.rules.iter().find(|rule| rule.target == column).or_else(|| self.rules.iter().find(begins));
        let own = || self.own.iter().find(|(_, name)| *name == column).map(|(at, _)| *at);
        let id = || self.id.filter(|_| remark.field == "id");
        let place = rule.and_then(Laid::first).or_else(own).or_else(id).map(|at| self.place(at, row));
        Placed { remark, place }
    }

    /// Returns what the file's columns are kept as, and how many are read.
    pub(crate) fn in_words(&self) -> String {
        let read = self.rules.iter().map(|rule| rule.sources.len() + rule.options.len()).sum::<usize>();
        let kept: Vec<_> = self.own.iter().map(|(_, name)| plain::cut(name, 40)).collect();
        let kept = if kept.is_empty() { "none".to_owned() } else { kept.join(", ") };
        format!("{read} of {} columns are mapped; kept as fields of your own: {kept}", self.headers.len())
    }

    /// Returns the questions of a form's own that the mapping knows.
    pub(crate) fn questions(&self) -> impl Iterator<Item = &str> {
        let rules = self.rules.iter().map(|rule| rule.target.as_str());
        let all = rules
            .chain(self.constants.keys().map(String::as_str))
            .chain(self.own.iter().map(|(_, name)| name.as_str()));
        all.filter(|name| name.starts_with(LOCAL_PREFIX))
    }

    /// Returns the official lists whose codes columns hold.
    pub(crate) fn systems(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().filter_map(|rule| rule.rule.system.as_deref())
    }

    /// Returns whether answers are told apart by a column.
    pub(crate) fn has_id(&self) -> bool {
        self.id.is_some()
    }
}

/// Gives each group without an age the ages that were asked for by themselves.
fn age(row: &mut BTreeMap<String, String>) {
    let Some(ages) = row.remove(AGE) else { return };
    let Some(groups) = row.get_mut("target_group") else { return };
    let aged = |group: &str| match group.contains(':') {
        true => vec![group.to_owned()],
        false => ages.split("; ").map(|age| format!("{group}:{age}")).collect(),
    };
    *groups = groups.split("; ").flat_map(aged).collect::<Vec<_>>().join("; ");
}

/// Returns the column of the flat form that a field of a report stands in: `proposal_1_text` for `proposal[0].text`.
pub(crate) fn column_of(field: &str) -> String {
    if field.starts_with(LOCAL_PREFIX) {
        return field.to_owned();
    }
    let field = field.strip_prefix("other.").unwrap_or(field);
    let Some((name, rest)) = field.split_once('[') else { return field.replace('.', "_") };
    let (number, part) = rest.split_once(']').unwrap_or((rest, ""));
    match (name, number.parse::<u16>()) {
        ("proposal" | "evidence", Ok(number)) => {
            format!("{name}_{}_{}", number.saturating_add(1), part.trim_start_matches('.'))
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
