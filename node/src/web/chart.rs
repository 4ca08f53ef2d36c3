//! Charts as pictures in the page (SVG 2, inline): bars, squares, lines, flows, a map of tiles. Each is drawn from published counts
//! alone, and stands beside a table with the same numbers.
//!
//! A kind of chart turns counts into a [`Drawing`]: shapes with whole coordinates in a box. Only [`Drawing::show`] knows SVG. Colours
//! are classes of `charts.css`, since the policy of pages allows no style in them; nothing is told by colour alone: numbers and names
//! stand in the picture. A hidden count is drawn as a hatched mark, never as a bar of no length: it is not zero.

mod bars;
mod flow;
mod lines;
mod squares;
mod tiles;

use maud::{Markup, html};
use talkoot_protocol::view::Count;

pub(super) use bars::bars;
pub(super) use flow::{Ways, flow};
pub(super) use lines::{LINES_MAX, lines};
pub(super) use squares::squares;
pub(super) use tiles::{CLASSES, TILES, class_of, tiles};

/// Series that have a colour and a mark of their own.
pub(super) const SERIES: usize = 6;

/// Counts with the names of their rows and columns. Without columns each row has one count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Grid {
    /// Names of the rows.
    pub(super) rows: Vec<String>,
    /// Names of the columns; none if each row has one count.
    pub(super) columns: Vec<String>,
    /// One list a row.
    pub(super) cells: Vec<Vec<Count>>,
    /// The word for a hidden count.
    pub(super) few: String,
}

impl Grid {
    /// Returns the greatest count shown; at least one, so that it can be divided by.
    fn most(&self) -> u64 {
        let shown = self.cells.iter().flatten().filter_map(|count| number(*count));
        shown.max().unwrap_or(1).max(1)
    }

    /// Returns the row with the greatest count, and that count.
    pub(super) fn greatest(&self) -> Option<(&str, u64)> {
        let best = |cells: &Vec<Count>| cells.iter().filter_map(|count| number(*count)).max();
        let rows = self.rows.iter().zip(&self.cells).filter_map(|(name, cells)| Some((name.as_str(), best(cells)?)));
        rows.rev().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 0)
    }

    /// Returns how many counts are hidden.
    pub(super) fn hidden(&self) -> usize {
        self.cells.iter().flatten().filter(|count| number(**count).is_none()).count()
    }

    fn said(&self, count: Count) -> String {
        number(count).map_or_else(|| self.few.clone(), |number| number.to_string())
    }
}

/// Returns the number of a count that is shown.
pub(super) fn number(count: Count) -> Option<u64> {
    if let Count::Shown(number) = count { Some(number) } else { None }
}

/// Returns what part of a whole something is, between 0 and 1.
fn part(of: u64, whole: u64) -> f64 {
    (of as f64 / whole.max(1) as f64).clamp(0.0, 1.0)
}

/// A place in a drawing, in its own units from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    x: f64,
    y: f64,
}

const fn at(x: f64, y: f64) -> Point {
    Point { x, y }
}

/// Where a text stands from its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    const fn key(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// What a drawing is made of.
#[derive(Debug, Clone, PartialEq)]
enum Shape {
    /// A filled box.
    Box { at: Point, width: f64, height: f64, class: String },
    /// A box for what is hidden: hatched.
    Hidden { at: Point, width: f64, height: f64 },
    /// Words on one line.
    Words { at: Point, words: String, class: &'static str, anchor: Anchor },
    /// Straight lines from point to point.
    Line { points: Vec<Point>, class: String },
    /// One point of a series, in the form of that series.
    Mark { at: Point, series: usize },
    /// A way from left to right, so thick.
    Way { from: Point, to: Point, thickness: f64, class: String },
}

/// A picture of a size.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawing {
    width: f64,
    height: f64,
    /// Whether it is shown in its own size and scrolled, since its words would be too small on a phone.
    keeps_size: bool,
    /// Whether the table has more than was drawn.
    pub(super) is_cut: bool,
    shapes: Vec<Shape>,
}

/// What a picture is called, for those who do not see it.
#[derive(Debug, Clone)]
pub(super) struct Called<'a> {
    /// Letters that set it apart from other charts of the page.
    pub(super) id: &'a str,
    /// Its name.
    pub(super) title: &'a str,
    /// What it shows, in a sentence or two.
    pub(super) says: &'a str,
}

impl Drawing {
    /// Notes that more was left out before it was drawn.
    pub(super) fn cut_if(self, is_cut: bool) -> Self {
        Self { is_cut: self.is_cut || is_cut, ..self }
    }

    /// Returns it as a figure of the page.
    pub(super) fn show(&self, called: &Called<'_>) -> Markup {
        let Called { id, title, says } = called;
        let (width, height) = (short(self.width), short(self.height));
        let size = self.keeps_size.then_some((&width, &height));
        html! {
            figure .chart-frame.keeps-size[self.keeps_size] tabindex=[self.keeps_size.then_some("0")]
                role=[self.keeps_size.then_some("group")] aria-label=[self.keeps_size.then_some(title)] {
                svg .chart xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby={ (id) "-title " (id) "-says" }
                    viewBox={ "0 0 " (width) " " (height) }
                    width=[size.map(|size| size.0)] height=[size.map(|size| size.1)] {
                    title id={ (id) "-title" } { (title) }
                    desc id={ (id) "-says" } { (says) }
                    defs {
                        pattern id={ (id) "-hatch" } width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                            line .hatch x1="0" y1="0" x2="0" y2="6" {}
                        }
                    }
                    @for shape in &self.shapes { (shape.show(id)) }
                }
            }
        }
    }
}

impl Shape {
    fn show(&self, id: &str) -> Markup {
        html! {
            @match self {
                Self::Box { at, width, height, class } =>
                    rect class=(class) x=(short(at.x)) y=(short(at.y)) width=(short(*width)) height=(short(*height)) {},
                Self::Hidden { at, width, height } =>
                    rect .hidden-count fill={ "url(#" (id) "-hatch)" } x=(short(at.x)) y=(short(at.y)) width=(short(*width))
                        height=(short(*height)) {},
                Self::Words { at, words, class, anchor } =>
                    text class=(class) x=(short(at.x)) y=(short(at.y)) text-anchor=(anchor.key()) { (words) },
                Self::Line { points, class } =>
                    polyline class=(class) points=(points.iter().map(pair).collect::<Vec<_>>().join(" ")) {},
                Self::Mark { at, series } => path class={ "mark s" (series % SERIES + 1) } d=(mark(*at, *series)) {},
                Self::Way { from, to, thickness, class } =>
                    path class=(class) d=(way(*from, *to)) stroke-width=(short(*thickness)) {},
            }
        }
    }
}

/// Writes a length so that it takes few bytes.
fn short(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

fn pair(point: &Point) -> String {
    format!("{},{}", short(point.x), short(point.y))
}

/// Returns the form of a series' marks: told apart without colour.
fn mark(Point { x, y }: Point, series: usize) -> String {
    let [w, n, e, s] = [x - 4.0, y - 4.0, x + 4.0, y + 4.0].map(short);
    let (x, y) = (short(x), short(y));
    match series % SERIES {
        0 => format!("M{w} {y}a4 4 0 1 0 8 0a4 4 0 1 0-8 0z"),
        1 => format!("M{w} {n}h8v8h-8z"),
        2 => format!("M{x} {n}L{e} {s}L{w} {s}z"),
        3 => format!("M{x} {n}L{e} {y}L{x} {s}L{w} {y}z"),
        4 => format!("M{w} {n}L{e} {n}L{x} {s}z"),
        _ => format!("M{w} {n}L{e} {s}M{e} {n}L{w} {s}"),
    }
}

fn way(from: Point, to: Point) -> String {
    let middle = short((from.x + to.x) / 2.0);
    format!(
        "M{} {}C{middle} {} {middle} {} {} {}",
        short(from.x),
        short(from.y),
        short(from.y),
        short(to.y),
        short(to.x),
        short(to.y)
    )
}

/// Cuts words to what fits beside a picture; the table has them whole.
fn cut(words: &str, most: usize) -> String {
    if words.chars().count() <= most {
        return words.to_owned();
    }
    let kept: String = words.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests;
