//! `talkoot form codes`: official code lists for this node. They are read from a table that somebody took from the code service; which
//! edition and on what terms is written down beside them.

use std::path::PathBuf;

use clap::Subcommand;
use talkoot_protocol::form::code_list::OID_PREFIX;
use talkoot_protocol::form::limits::CODES_MAX;
use talkoot_protocol::form::{CodeList, Form, NamedCode, Trilingual};
use talkoot_protocol::report::codes::Language;

use crate::commands::report::plain;
use crate::error::{Error, Result};
use crate::forms;
use crate::global::Global;
use crate::output;

/// Longest table, in bytes.
const TABLE_BYTES_MAX: u64 = 4 * 1024 * 1024;

const IMPORT_EXAMPLE: &str = "Example:
  talkoot form codes import services.csv --system 1.2.246.537.6.1222 --edition 2026-01 \\
    --source koodistopalvelu.kanta.fi --licence \"CC BY 4.0\"

The table has a header with the columns code, name_fi, name_sv and name_en (any order, at least one name), divided by commas or \
semicolons. The list is kept in DIR/codes on this node alone; an earlier one of the same system is replaced. To give a list to others, \
put it into a form package.

With --json: {\"system\", \"version\", \"codes\", \"file\"}.";

/// What can be done with code lists.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Load a list from a CSV table.
    Import(Import),
    /// List what is loaded, and what can be.
    #[command(
        after_help = "With --json one line for each list: {\"system\", \"name\", \"version\", \"source\", \"licence\", \"codes\"}."
    )]
    List {
        /// The language of names: fi, sv or en.
        #[arg(long, default_value = "en", value_name = "LANGUAGE")]
        language: Language,
    },
}

/// What to load.
#[derive(Debug, clap::Args)]
#[command(after_help = IMPORT_EXAMPLE)]
struct Import {
    /// The table.
    file: PathBuf,
    /// The list's object identifier, with or without urn:oid: before it.
    #[arg(long, value_name = "OID")]
    system: String,
    /// Which edition of the list it is.
    #[arg(long, value_name = "TEXT")]
    edition: String,
    /// Where it was taken from.
    #[arg(long, value_name = "TEXT", default_value = "")]
    source: String,
    /// On what terms it may be used.
    #[arg(long, value_name = "TEXT", default_value = "")]
    licence: String,
    /// The list's name; not needed for those that forms name.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
}

/// Does what was asked.
pub(super) fn run(global: &Global, args: Args) -> Result<()> {
    match args.action {
        Action::Import(args) => import(global, &args),
        Action::List { language } => list(global, language),
    }
}

fn import(global: &Global, args: &Import) -> Result<()> {
    talkoot_node::home::Home::open(&global.dir)?;
    let named = args.file.display();
    let bytes = forms::read_at_most(&args.file, TABLE_BYTES_MAX)
        .map_err(|error| Error::refused(format!("cannot read {named}: {error}")))?;
    let system = match args.system.starts_with(OID_PREFIX) {
        true => args.system.clone(),
        false => format!("{OID_PREFIX}{}", args.system),
    };
    let known = Form::built_in().code_lists.iter().find(|list| list.system == system).map(|list| list.name.clone());
    let given = args.name.as_ref().map(|name| Trilingual { fi: name.clone(), sv: name.clone(), en: name.clone() });
    let name =
        given.or(known).unwrap_or_else(|| Trilingual { fi: system.clone(), sv: system.clone(), en: system.clone() });
    let codes = read_table(&bytes)
        .map_err(|reason| Error::refused(format!("{named}: {reason}")).hint("Nothing was loaded."))?;
    let (version, source, licence) = (args.edition.clone(), args.source.clone(), args.licence.clone());
    let list = CodeList { system, name, version, source, licence, codes }.checked();
    let list = list.map_err(|error| Error::refused(format!("{named}: {error}")).hint("Nothing was loaded."))?;
    let path = forms::keep_list(global, &list)?;
    let count = list.codes.len();
    if global.json {
        return output::json(
            &serde_json::json!({"system": list.system, "version": list.version, "codes": count, "file": path}),
        );
    }
    output::say(&format!("{} kept in {}.", output::count(count as u64, "code", "codes"), path.display()));
    Ok(())
}

fn list(global: &Global, language: Language) -> Result<()> {
    let form = forms::built_in(global)?;
    if global.json {
        return form.code_lists.iter().try_for_each(|list| {
            output::json(&serde_json::json!({"system": list.system, "name": list.name, "version": list.version,
                "source": list.source, "licence": list.licence, "codes": list.codes.len()}))
        });
    }
    let row = |list: &CodeList| {
        let parts = [list.name.get(language), &list.version, &list.licence].map(|text| plain::cut(text, 40));
        let [name, version, licence] = parts;
        vec![list.system.clone(), name, version, licence, list.codes.len().to_string()]
    };
    let rows: Vec<_> = form.code_lists.iter().map(row).collect();
    output::table(&["System", "Name", "Version", "Licence", "Codes"], &rows)
}

/// Reads a table of codes; a row that cannot be read is named by its line.
fn read_table(bytes: &[u8]) -> std::result::Result<Vec<NamedCode>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let delimiter = if header.contains(&b';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(bytes);
    let columns = reader.headers().map_err(|error| error.to_string())?.clone();
    let place = |name: &str| columns.iter().position(|column| column.trim().eq_ignore_ascii_case(name));
    let code = place("code").ok_or("there is no column code")?;
    let names = ["name_fi", "name_sv", "name_en"].map(place);
    if names.iter().all(Option::is_none) {
        return Err("there is no column name_fi, name_sv or name_en".to_owned());
    }
    let mut codes = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default().trim().to_owned();
        let [fi, sv, en] = names.map(cell);
        let read = NamedCode { code: cell(Some(code)), name: Trilingual { fi, sv, en } };
        if read.code.is_empty() || read.name.is_empty() {
            return Err(format!("line {line} has no code or no name"));
        }
        codes.push(read);
        if codes.len() > CODES_MAX {
            return Err(format!("there are more than {CODES_MAX} codes"));
        }
    }
    if codes.is_empty() { Err("there are no codes".to_owned()) } else { Ok(codes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tables_as_people_save_them() {
        let codes =
            read_table("\u{feff}name_fi;code;name_sv\r\n\"Asumis;palvelut\";101;Boende\r\nMuu;99;\r\n".as_bytes())
                .unwrap();
        assert_eq!((codes[0].code.as_str(), codes[0].name.fi.as_str()), ("101", "Asumis;palvelut"));
        assert_eq!(codes[1].name.get(Language::Sv), "Muu");
        for (table, what) in [
            ("kod,name_fi\n1,a\n", "no column code"),
            ("code,nimi\n1,a\n", "no column name_fi"),
            ("code,name_fi\n1,a\n,b\n", "line 3"),
            ("code,name_fi\n1,a\n2\n", "2 fields"),
            ("code,name_fi\n", "no codes"),
        ] {
            assert!(
                read_table(table.as_bytes()).unwrap_err().contains(what),
                "{table}: {:?}",
                read_table(table.as_bytes())
            );
        }
    }
}
