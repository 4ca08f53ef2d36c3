//! Forms and drafts with real programs and real stores: a node that knows an older form beside one with questions of its own, form
//! packages at the door, and notes that stay on their author's machine.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use talkoot_protocol::charter::Charter;
use talkoot_protocol::form::Form;
use talkoot_protocol::scope::{Kind, Scope};
use talkoot_protocol::statement::Role;
use talkoot_protocol::sync::effect::Outcome;
use talkoot_tests::cast::{Organisation, inception_of, moment};
use talkoot_tests::process::{Site, report};
use talkoot_tests::world::World;

const PROGRAM: &str = env!("CARGO_BIN_EXE_talkoot-under-test");

fn site(parent: &Path, name: &str, workers: &[&str]) -> Site {
    let site = Site::new(PROGRAM, parent, name);
    site.init(name, &[]);
    for worker in workers {
        site.ok(&["worker", "add", worker]);
    }
    site
}

/// Writes JSON beside the directories and returns the path.
fn file(site: &Site, name: &str, json: &Value) -> String {
    let path = site.dir.with_file_name(name);
    std::fs::write(&path, json.to_string()).unwrap();
    path.to_string_lossy().into_owned()
}

/// The second version of the form: one field that no program of today knows, and two questions of one's own.
fn second_version() -> Value {
    let mut form = Value::Object(Form::built_in().to_fields());
    form["form"] = json!("talkoot/report/2");
    let mut mood = form["fields"][0].clone();
    mood["id"] = json!("mood");
    mood["label"] = json!({"fi": "Tunnelma", "sv": "Stämning", "en": "Mood"});
    mood["needs"] = json!({"professional": "optional", "ngo": "optional", "resident": "optional"});
    form["fields"].as_array_mut().unwrap().push(mood);
    let needs = json!({"professional": "optional", "ngo": "required", "resident": "optional"});
    let codes = json!([{"code": "stairs", "name": {"fi": "Portaat", "sv": "Trappor", "en": "Stairs"}}]);
    form["questions"] = json!([
        {"id": "local.queue", "label": {"fi": "Jonon pituus", "sv": "Köns längd", "en": "Length of the queue"},
            "answer": {"type": "number", "min": 0}, "needs": needs},
        {"id": "local.barrier", "label": {"fi": "Mikä estää", "sv": "Vad hindrar", "en": "What hinders"},
            "answer": {"type": "choice", "codes": codes}, "needs": {"professional": "optional", "ngo": "optional", "resident": "absent"}},
    ]);
    form
}

/// The reports of a node's JSONL export by their title, without what says who wrote them.
fn exported(site: &Site, name: &str) -> BTreeMap<String, Value> {
    let path = site.dir.with_file_name(name);
    site.ok(&["export", path.to_str().unwrap(), "--force"]);
    let text = std::fs::read_to_string(path).unwrap();
    let fields = text.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        line.as_object_mut().unwrap().remove("fields").unwrap_or(line)
    });
    fields.map(|fields| (fields["title"].as_str().unwrap().to_owned(), fields)).collect()
}

/// Gives each node what the other has, by files.
fn exchange(one: &Site, other: &Site) {
    for (from, to) in [(one, other), (other, one)] {
        let bundle = from.dir.with_extension("bundle");
        let (bundle, reader) = (bundle.to_str().unwrap(), to.organisation());
        from.ok(&["bundle", "export", bundle, "--for", &reader, "--force"]);
        to.ok(&["bundle", "import", bundle]);
    }
}

#[test]
fn an_older_and_a_newer_form_meet_and_nothing_is_lost() {
    let temporary = tempfile::tempdir().unwrap();
    let old = site(temporary.path(), "old", &["anna", "armi"]);
    let new = site(temporary.path(), "new", &["bea", "bo"]);
    new.ok(&["worker", "add", "boss", "--role", "reporter,coordinator"]);
    old.ok(&["org", "recognise", &new.organisation()]);
    new.ok(&["org", "recognise", &old.organisation()]);

    // The new form stays in its organisation: the other node never sees it, only reports written by it.
    let path = file(&new, "form-2.json", &second_version());
    assert!(new.refused(1, &["form", "publish", &path, "--worker", "bea"]).contains("coordinator"));
    new.ok(&["form", "publish", &path, "--worker", "boss", "--scope", "organisation"]);
    let known = new.json(&["form", "list"]);
    assert_eq!((known.len(), &known[1]["form"], &known[1]["questions"]), (2, &json!("talkoot/report/2"), &json!(2)));

    for (worker, number) in [("anna", 1), ("armi", 2), ("anna", 3)] {
        let path = file(&old, "report.json", &report(&format!("Vanha {number}"), "Jono kasvaa."));
        old.ok(&["report", "new", "--file", &path, "--worker", worker]);
    }
    for (worker, number) in [("bea", 1), ("bo", 2), ("bea", 3)] {
        let mut report = report(&format!("Uusi {number}"), "Jono kasvaa.");
        let path = file(&new, "report.json", &report);
        let lacking = ["report", "new", "--file", &path, "--worker", worker, "--form", "talkoot/report/2"];
        assert!(new.refused(1, &lacking).contains("`local.queue`"));
        report["form"] = json!("talkoot/report/2");
        report["local.queue"] = json!(12 + number);
        report["local.barrier"] = json!("stairs");
        report["mood"] = json!({"of": ["hope", number]});
        let path = file(&new, "report.json", &report);
        new.ok(&["report", "new", "--file", &path, "--worker", worker]);
    }
    exchange(&old, &new);
    assert_eq!(old.json(&["form", "list"]).len(), 1);

    // Common fields make one picture, the same on both.
    let view = |site: &Site| site.json(&["view", "--rows", "theme", "--columns", "valence"]).remove(0);
    assert_eq!(view(&old), view(&new));
    let total = view(&old)["slices"][0]["total"].clone();
    assert!(
        total.as_u64().is_some_and(|total| total > 0 && total % 5 == 0),
        "six reports of two houses are enough: {total}"
    );

    // What the older node does not know it shows, and exports as it came; so does whoever imports that.
    let reports = exported(&old, "old.jsonl");
    assert_eq!(reports.len(), 6);
    let newer = &reports["Uusi 2"];
    assert_eq!((&newer["local.queue"], &newer["mood"]), (&json!(14), &json!({"of": ["hope", 2]})));
    let id = old.json(&["report", "list"]).into_iter().find(|report| report["fields"]["title"] == "Uusi 2").unwrap();
    let shown = old.ok(&["report", "show", id["document"].as_str().unwrap()]);
    assert!(shown.contains("local.queue: 14"), "{shown}");
    let shown = new.ok(&["report", "show", id["document"].as_str().unwrap(), "--language", "fi"]);
    assert!(shown.contains("Jonon pituus: 14") && shown.contains("Mikä estää: Portaat"), "{shown}");
    for table in ["old.jsonl", "old.csv"] {
        let path = old.dir.with_file_name(table);
        old.ok(&["export", path.to_str().unwrap(), "--force"]);
        let third = site(temporary.path(), &format!("third-{table}"), &["cecilia"]);
        third.ok(&["import", path.to_str().unwrap(), "--scope", "organisation", "--confirm"]);
        assert_eq!(exported(&third, "third.jsonl"), reports, "{table}");
    }
}

#[test]
fn a_form_is_changed_in_place_and_asks_by_flags() {
    let temporary = tempfile::tempdir().unwrap();
    let site = site(temporary.path(), "house", &["anna"]);
    site.ok(&["worker", "add", "boss", "--role", "coordinator"]);
    let mut form = second_version();
    let path = file(&site, "form.json", &form);
    let first = site.json(&["form", "publish", &path, "--worker", "boss"]).remove(0);
    assert!(site.refused(1, &["form", "publish", &path, "--worker", "boss"]).contains("nothing would change"));
    form["questions"][0]["answer"]["max"] = json!(99);
    let path = file(&site, "form.json", &form);
    let second = site.json(&["form", "publish", &path, "--worker", "boss"]).remove(0);
    assert_eq!(first["document"], second["document"]);
    assert_ne!(first["hash"], second["hash"]);
    assert_eq!(site.json(&["form", "check", &path])[0]["hash"], second["hash"]);
    let shown = site.json(&["form", "show", "talkoot/report/2"]).remove(0);
    assert_eq!(shown, form);
    form["form"] = json!("talkoot/report/1");
    let path = file(&site, "form.json", &form);
    assert!(site.refused(1, &["form", "publish", &path, "--worker", "boss"]).contains("comes with the program"));

    let base = ["report", "new", "--worker", "anna", "--form", "talkoot/report/2", "--variant", "resident"];
    let rest = ["--title", "Hissi", "--valence", "negative", "--description", "Ei hissiä.", "--area", "Mikkeli"];
    let who = ["--role", "resident", "--language", "fi"];
    let with = |more: &[&'static str]| [&base[..], &rest, &who, more].concat();
    assert!(site.refused(1, &with(&["--set", "local.queue=100"])).contains("from 0 to 99"));
    assert!(site.refused(1, &with(&["--set", "local.stairs=1"])).contains("local.barrier"));
    let json = site.json(&with(&["--set", "local.queue=7", "--set", "mood=toiveikas"])).remove(0);
    let id = json["document"].as_str().unwrap();
    let report = site.json(&["report", "show", id]).remove(0);
    assert_eq!((&report["fields"]["local.queue"], &report["fields"]["mood"]), (&json!(7), &json!("toiveikas")));
    assert_eq!(report["fields"]["form"], "talkoot/report/2");
    site.ok(&["report", "edit", id, "--worker", "anna", "--set", "local.queue=8"]);
    assert_eq!(site.json(&["report", "show", id])[0]["fields"]["local.queue"], 8);
}

#[test]
fn of_two_forms_with_one_id_each_house_goes_by_its_own() {
    let temporary = tempfile::tempdir().unwrap();
    let sites = ["one", "two"].map(|name| site(temporary.path(), name, &[]));
    for (at, site) in sites.iter().enumerate() {
        site.ok(&["worker", "add", "boss", "--role", "coordinator"]);
        site.ok(&["org", "recognise", &sites[1 - at].organisation()]);
        let mut form = second_version();
        form["name"]["en"] = json!(site.organisation());
        let path = file(site, "form.json", &form);
        site.ok(&["form", "publish", &path]);
    }
    exchange(&sites[0], &sites[1]);
    for site in &sites {
        let forms = site.json(&["form", "list"]);
        let names: Vec<_> = forms.iter().map(|entry| entry["name"]["en"].clone()).collect();
        assert_eq!((names.len(), &names[1]), (3, &json!(site.organisation())));
        assert_eq!(site.json(&["form", "show", "talkoot/report/2"])[0]["name"]["en"], names[1]);
        let other = forms[2]["document"].as_str().unwrap();
        assert_eq!(site.json(&["form", "show", other])[0]["name"]["en"], names[2], "by its document it is found too");
    }
    assert!(sites[0].refused(1, &["form", "show", "nobody/has/1"]).contains("form list"));
}

#[test]
fn the_door_lets_coordinators_of_one_house_change_a_form() {
    let mut founders = [inception_of("alice").organisation(), inception_of("bob").organisation()];
    founders.sort();
    let charter = Charter { name: "Lomakkeet".into(), founders: founders.to_vec(), ..Charter::commons() };
    let (mut alices, mut bobs) = (Organisation::found("alice", &charter), Organisation::found("bob", &charter));
    let mut world = World::new(None);
    let (alice, bob) = (world.add(&alices, &charter), world.add(&bobs, &charter));
    let anna = alices.employ("anna", &[Role::Coordinator]);
    let reporter = alices.employ("aino", &[Role::Reporter, Role::Intake, Role::DecisionMaker, Role::Steward]);
    let boris = bobs.employ("boris", &[Role::Coordinator]);
    world.submit(alice, &[&anna.certificate, &reporter.certificate]);
    world.submit(bob, &[&boris.certificate]);
    world.connect(alice, bob);
    world.settle();
    let fields = Form::built_in().to_fields();
    let begin = |author: &talkoot_tests::cast::Worker| {
        author.author().begin(Kind::FormPackage, Scope::Network, &fields, moment(1)).unwrap()
    };
    let refusal = |outcomes: Vec<Outcome>| match outcomes.as_slice() {
        [Outcome::Refused(_, refusal)] => refusal.name(),
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(world.submit(alice, &[&begin(&reporter)])), "role");
    let form = begin(&anna);
    assert!(matches!(world.submit(alice, &[&form]).as_slice(), [Outcome::Stored(_)]));
    world.settle();
    assert_eq!(world.fingerprint(alice), world.fingerprint(bob), "a form travels like any change");
    let history = [talkoot_protocol::sync::check::Checked::sealed(&charter.network(), form).unwrap()];
    let edits = [("name".to_owned(), Some(json!({"fi": "a", "sv": "b", "en": "c"})))].into();
    let edit = |author: &talkoot_tests::cast::Worker| author.author().change(&history, &edits, moment(2)).unwrap();
    assert_eq!(refusal(world.submit(bob, &[&edit(&boris)])), "other_organisation");
    assert_eq!(refusal(world.submit(alice, &[&edit(&reporter)])), "role");
    assert!(matches!(world.submit(alice, &[&edit(&anna)]).as_slice(), [Outcome::Stored(_)]));
}

#[test]
fn a_note_becomes_a_report_and_nobody_reads_it_before() {
    let temporary = tempfile::tempdir().unwrap();
    let site = site(temporary.path(), "house", &["anna"]);
    let secret = "Kohtaamispaikan kävijät puolittuivat";
    let note = ["report", "note", "--title", "Bussivuoro lakkautettiin", "--text", secret, "--valence", "negative"];
    let noted = site.json(&note).remove(0);
    let id = noted["draft"].as_str().unwrap();
    let missing = noted["missing"].as_array().unwrap();
    assert!(missing.contains(&json!("kind")) && missing.contains(&json!("proposal")), "{noted}");
    assert_eq!(site.json(&["draft", "list"])[0]["missing"], noted["missing"]);
    assert_eq!(site.status()["reports"], 0);

    // Not a word of it lies anywhere in the clear, and nothing of it in the node's directory.
    let mut waiting: Vec<PathBuf> = vec![temporary.path().to_owned()];
    let mut drafts = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        assert!(!bytes.windows(8).any(|window| window == &secret.as_bytes()[..8]), "{}", path.display());
        drafts.extend(path.extension().is_some_and(|end| end == "draft").then_some(path));
    }
    assert!(matches!(drafts.as_slice(), [draft] if !draft.starts_with(&site.dir)), "{drafts:?}");
    let mut command = site.command(&["draft", "list"]);
    assert!(!command.env("TALKOOT_PASSPHRASE", "väärä").output().unwrap().status.success());

    // It is completed bit by bit; a value that cannot be read yet is kept too.
    assert!(site.refused(1, &["draft", "sign", id]).contains("112"), "no proposal: the channels are named");
    let early =
        ["draft", "edit", id, "--set", "area=Mikkeli; Atlantis", "--set", "kind=wondering", "--set", "language=fi"];
    site.ok(&early);
    assert!(site.ok(&["draft", "show", id]).contains("Atlantis"));
    site.refused(1, &["draft", "sign", id]);
    let rest = ["--set", "area=Mikkeli", "--set", "variant=resident", "--set", "author_role=resident"];
    site.ok(&[&["draft", "edit", id][..], &rest].concat());
    assert_eq!(site.json(&["draft", "show", id])[0]["missing"], json!([]));
    site.ok(&["draft", "sign", id]);
    assert_eq!(site.status()["reports"], 1);
    assert!(site.json(&["draft", "list"]).is_empty(), "what is signed is no draft any more");
}

#[test]
fn what_is_refused_can_be_kept_and_thrown_away() {
    let temporary = tempfile::tempdir().unwrap();
    let site = site(temporary.path(), "house", &["anna"]);
    let typed =
        ["report", "new", "--title", "Jono", "--description", "Tunnus 131052-308T odottaa.", "--variant", "resident"];
    assert!(site.refused(1, &typed).contains("--keep-draft"));
    assert!(site.json(&["draft", "list"]).is_empty());
    assert!(site.refused(1, &[&typed[..], &["--keep-draft"]].concat()).contains("is kept as draft"));
    let draft = site.json(&["draft", "list"]).remove(0);
    assert_eq!(draft["title"], "Jono");
    let id = draft["draft"].as_str().unwrap();
    assert_eq!(site.json(&["draft", "show", id])[0]["cells"]["description"], "Tunnus 131052-308T odottaa.");
    site.ok(&["draft", "discard", id]);
    assert!(site.refused(1, &["draft", "show", id]).contains("there is no draft"));
}

#[test]
fn a_loaded_code_list_names_services_and_warns_of_others() {
    let temporary = tempfile::tempdir().unwrap();
    let site = site(temporary.path(), "house", &["anna"]);
    let table = site.dir.with_file_name("services.csv");
    std::fs::write(&table, "code;name_fi;name_sv\n101;Asumispalvelut;Boendeservice\n102;Kotipalvelu;\n").unwrap();
    let table = table.to_str().unwrap();
    let import = ["form", "codes", "import", table, "--system", "1.2.246.537.6.1222", "--edition", "koe"];
    assert_eq!(site.json(&import)[0]["codes"], 2);
    assert!(site.ok(&["report", "codes", "service", "--language", "sv"]).contains("Boendeservice"));
    let mut fields = report("Asunnot", "Jono kasvaa.");
    fields["service"] = json!([{"system": "urn:oid:1.2.246.537.6.1222", "code": "999"}]);
    let path = file(&site, "report.json", &fields);
    let said = site.refused(1, &["report", "new", "--file", &path]);
    assert!(said.contains("`service[0].code`") && said.contains("--confirm"), "{said}");
    fields["service"][0]["code"] = json!("102");
    let path = file(&site, "report.json", &fields);
    site.ok(&["report", "new", "--file", &path]);
    site.refused(1, &["form", "codes", "import", table, "--system", "palvelut", "--edition", "1"]);
}
