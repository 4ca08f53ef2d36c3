//! Files as spreadsheets and exports write them, read record by record.

use super::*;

struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("talkoot-source-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    fn open(&self, name: &str, bytes: &[u8]) -> Result<Source> {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        Source::open(&path, Asked::default())
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

fn reports(source: &Source) -> Vec<(u64, std::result::Result<Report, Vec<Placed>>)> {
    let mut records = source.records().unwrap();
    let mut found = Vec::new();
    while let Some(record) = source.next(&mut records).unwrap() {
        found.extend(source.read(&record).map(|answer| (record.line, answer.report)));
    }
    found
}

#[test]
fn reads_what_spreadsheets_write() {
    let dir = Dir::new("spreadsheet");
    let text = "\u{feff}sep=;\r\nTitle;support_need;mood\r\n\"Yksi;\r\nkaksi\";2,3;hyvä\r\n;;\r\nKolme;\"2; 3\"\r\n";
    let source = dir.open("a.csv", text.as_bytes()).unwrap();
    let reports = reports(&source);
    assert_eq!(reports.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 6]);
    let first = reports[0].1.as_ref().unwrap();
    assert_eq!((first.title.as_str(), &first.other["mood"]), ("Yksi;\r\nkaksi", &Value::from("hyvä")));
    assert_eq!(reports[1].1.as_ref().unwrap().support_need.len(), 2);
}

#[test]
fn reads_an_export_back() {
    let dir = Dir::new("export");
    let source = dir.open("a.csv", b"document,organisation,author,changes,title\naa,bb,cc,1,T\n").unwrap();
    assert_eq!(reports(&source)[0].1.as_ref().unwrap().other.len(), 0);
    let line =
        br#"{"document":"aa","organisation":"bb","author":null,"changes":1,"fields":{"title":"T"},"scope":"network"}"#;
    let source = dir.open("a.jsonl", line).unwrap();
    assert_eq!(reports(&source)[0].1.as_ref().unwrap().title, "T");
}

#[test]
fn a_bad_row_is_named_and_the_next_is_read() {
    let dir = Dir::new("bad");
    let source = dir.open("a.csv", b"title,area\nT,Oulu\nU,county:2026:12\nV,,surplus\n").unwrap();
    let reports = reports(&source);
    assert_eq!(reports[0].1.as_ref().unwrap_err()[0].remark.field, "area");
    assert!(reports[1].1.is_ok());
    assert_eq!((reports[2].0, reports[2].1.as_ref().unwrap_err()[0].remark.field.as_str()), (4, "row"));
    let source = dir.open("b.jsonl", b"{\"title\": \"T\"}\n\n[1]\n").unwrap();
    assert!(matches!(reports.len(), 3) && self::reports(&source)[1].1.is_err());
}

#[test]
fn refuses_other_files_with_a_remedy() {
    let dir = Dir::new("other");
    for bytes in
        [&b"title\nhyv\xe4\n"[..], b"PK\x03\x04abc", b"\xff\xfet\0i\0", b"", b"a,b\n1,2\n", b"title,title\nx,y\n"]
    {
        assert!(dir.open("a.csv", bytes).is_err(), "{bytes:?}");
    }
    assert!(Source::open(&dir.0.join("none"), Asked::default()).is_err());
    assert!(dir.open("c.csv", b"title\n").is_ok());
}
