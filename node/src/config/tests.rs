//! What the settings promise: defaults, bounds, and errors that say where and what to do.

use std::fs;

use super::*;

fn problem(text: &str) -> (usize, Problem) {
    let Invalid { line, problem } = Config::parse(text).expect_err(text);
    (line, problem)
}

fn message(text: &str) -> String {
    Config::parse(text).expect_err(text).to_string()
}

fn numbers() -> [Number; 12] {
    [
        CONNECTIONS,
        PEER_RATE,
        CIRCUITS,
        CIRCUIT_MIB,
        CIRCUIT_MINUTES,
        ANTI_ENTROPY,
        SEGMENT,
        ATTACHMENTS,
        WORDS_MEMORY,
        REPORTS,
        ORGANISATIONS,
        AUTHORS,
    ]
}

/// Writes `section.key = value` as TOML.
fn setting(key: &str, value: &str) -> String {
    let (section, name) = key.rsplit_once('.').unwrap();
    format!("[{section}]\n{name} = {value}\n")
}

#[test]
fn nothing_said_means_the_defaults() {
    let config = Config::parse("").unwrap();
    assert_eq!(config, Config::default());
    assert_eq!(config.network.listen, LISTEN_DEFAULT);
    assert_eq!((config.network.connections_max, config.network.mdns), (64, false));
    assert_eq!(config.sync.anti_entropy, Duration::from_secs(30));
    assert_eq!(config.store.segment_bytes(), 64 << 20);
    let Views { reports_min, organisations_min, authors_min } = config.views;
    assert_eq!((reports_min, organisations_min, authors_min), (3, 2, 3));
    assert_eq!(config.log.filter, "info");
}

#[test]
fn the_template_is_the_defaults_and_names_every_key() {
    let template = Config::default_toml();
    assert_eq!(Config::parse(&template).unwrap(), Config::default());
    let flags = [MDNS, FIND_MEMBERS, OFFER, PUNCH, PROBE, ANSWER];
    let keys = [LISTEN.key, PEERS.key, ANNOUNCE.key, THROUGH.key, FILTER.key].into_iter().chain(flags);
    for key in keys.chain(numbers().map(|number| number.key)) {
        let name = key.rsplit_once('.').unwrap().1;
        assert!(template.contains(&format!("\n{name} = ")), "{key}");
    }
    assert!(template.lines().all(|line| line.chars().count() <= 120));
}

#[test]
fn every_key_can_be_set() {
    let config = Config::parse(
        r#"
        [network]
        listen = []
        mdns = true
        connections_max = 0x10
        peers = ["/dns4/a.example/tcp/7474", "/ip6/::1/tcp/1"]
        announce = ["/dns4/b.example/tcp/7474"]
        peer_bytes_per_second_max = 0
        relay.offer = true
        relay.circuits_max = 3
        relay.circuit_mib_max = 4
        relay.circuit_minutes_max = 5
        relay.through = ["/dns4/c.example/tcp/7474/p2p/name"]
        [network.nat]
        punch = false
        probe = true
        answer = true
        [sync]
        anti_entropy_seconds = 86_400
        [store]
        segment_mib = 1
        attachments_mib_max = 2
        [words]
        keep = false
        memory_mib = 15
        [views]
        reports_min = 4
        organisations_min = 5
        authors_min = 6
        [http]
        listen = ["127.0.0.1:8474", "[::1]:80"]
        zone = "Europe/Stockholm"
        [log]
        filter = "warn,talkoot_node=debug"
        "#,
    );
    let expected = Config {
        network: Network {
            listen: vec![],
            mdns: true,
            find_members: true,
            connections_max: 16,
            peers: vec!["/dns4/a.example/tcp/7474".into(), "/ip6/::1/tcp/1".into()],
            announce: vec!["/dns4/b.example/tcp/7474".into()],
            peer_bytes_per_second_max: 0,
            relay: Relay {
                offer: true,
                circuits_max: 3,
                circuit_mib_max: 4,
                circuit_lasting_max: Duration::from_secs(300),
                through: vec!["/dns4/c.example/tcp/7474/p2p/name".into()],
            },
            nat: Nat { punch: false, probe: true, answer: true },
        },
        sync: Sync { anti_entropy: Duration::from_secs(86_400) },
        store: Store { segment_mib: 1, attachments_mib_max: 2 },
        words: Words { keep: false, memory_mib: 15 },
        views: Views { reports_min: 4, organisations_min: 5, authors_min: 6 },
        http: Http {
            listen: vec!["127.0.0.1:8474".parse().unwrap(), "[::1]:80".parse().unwrap()],
            zone: "Europe/Stockholm".into(),
        },
        log: Log { filter: "warn,talkoot_node=debug".into() },
    };
    assert_eq!(config.unwrap(), expected);
}

#[test]
fn every_number_has_its_bounds() {
    for Number { key, unit, min, max, default } in numbers() {
        assert!((min..=max).contains(&default), "{key}");
        for fits in [min, max] {
            assert!(Config::parse(&setting(key, &fits.to_string())).is_ok(), "{key} = {fits}");
        }
        let outside = [i128::from(min) - 1, i128::from(max) + 1, -1, i128::from(u32::MAX) + 1, i128::MAX];
        for got in outside.map(|outside| outside.to_string()) {
            let expected = Problem::OutOfBounds { key, got: got.clone(), min, max, unit };
            assert_eq!(problem(&setting(key, &got)), (2, expected), "{key}");
        }
        assert!(message(&setting(key, "-1")).ends_with(&format!("must be from {min} to {max} {unit}")));
        for other in ["\"7\"", "7.5", "true", "[]", "1979-05-27"] {
            assert!(matches!(problem(&setting(key, other)), (2, Problem::WrongType { .. })), "{key} = {other}");
        }
    }
}

#[test]
fn views_are_never_looser_than_the_floor() {
    for (text, expected) in [
        ("[views]\nreports_min = 2", "line 2: `views.reports_min` is 2, but must be from 3 to 1000 reports"),
        (
            "[views]\norganisations_min = 1",
            "line 2: `views.organisations_min` is 1, but must be from 2 to 1000 organisations",
        ),
        ("[views]\nauthors_min = 2", "line 2: `views.authors_min` is 2, but must be from 3 to 1000 authors"),
    ] {
        assert_eq!(message(text), expected);
    }
    let Views { reports_min, organisations_min, authors_min } = Views::default();
    assert_eq!(rules::Rules::at_least(reports_min, organisations_min, authors_min), rules::Rules::default());
}

#[test]
fn wrong_types_say_what_is_right() {
    for (text, expected) in [
        ("[network]\nmdns = \"yes\"", "line 2: `network.mdns` must be true or false, without quotes, but it is a text"),
        ("[log]\n\nfilter = 7", "line 3: `log.filter` must be a text in quotes, but it is a whole number"),
        ("network = 1", "line 1: `network` must be a section in [brackets], but it is a whole number"),
        ("[network]\nrelay = true", "line 2: `network.relay` must be a section in [brackets], but it is true or false"),
        ("[[sync]]", "line 1: `sync` must be a section in [brackets], but it is a list"),
    ] {
        assert_eq!(message(text), expected);
    }
    for text in ["[network]\nlisten = \"/ip4\"", "[network]\nlisten = [1]", "[network]\npeers = [\"a\",\n [\"b\"]]"] {
        let (line, Problem::WrongType { .. }) = problem(text) else { panic!("{text}") };
        assert_eq!(line, text.lines().count());
    }
}

#[test]
fn texts_and_lists_are_bounded() {
    let Text { key, bytes_max } = FILTER;
    assert!(Config::parse(&setting(key, &format!("{:?}", "x".repeat(bytes_max)))).is_ok());
    for bad in ["".to_owned(), "  ".into(), "a\nb".into(), "a\tb".into(), "x".repeat(bytes_max + 1)] {
        let found = problem(&setting(key, &format!("{bad:?}")));
        assert_eq!(found, (2, Problem::UnusableText { key, bytes_max }), "{bad:?}");
    }
    for (Text { key, bytes_max }, max) in
        [(LISTEN, LISTEN_MAX), (PEERS, PEERS_MAX), (ANNOUNCE, ANNOUNCE_MAX), (THROUGH, RELAYS_MAX)]
    {
        let list = |entry: &str, count: usize| setting(key, &format!("{:?}", vec![entry; count]));
        assert!(Config::parse(&list("/ip4", max)).is_ok());
        assert_eq!(problem(&list("/ip4", max + 1)), (2, Problem::TooMany { key, got: max + 1, max }));
        let too_long = "x".repeat(bytes_max + 1);
        for bad in ["", too_long.as_str()] {
            assert_eq!(problem(&list(bad, 1)), (2, Problem::UnusableText { key, bytes_max }));
        }
    }
}

#[test]
fn unknown_keys_are_refused_with_a_hint() {
    for (text, expected) in [
        (
            "[sync]\nanti_entropy_second = 3",
            "line 2: unknown key `sync.anti_entropy_second`; did you mean `anti_entropy_seconds` in section `[sync]`?",
        ),
        ("[network]\npeer = []", "line 2: unknown key `network.peer`; did you mean `peers` in section `[network]`?"),
        ("[sync]\nmdns = true", "line 2: unknown key `sync.mdns`; did you mean `mdns` in section `[network]`?"),
        (
            "[network.relay]\nofer = true",
            "line 2: unknown key `network.relay.ofer`; did you mean `offer` in section `[network.relay]`?",
        ),
        (
            "[network]\noffer = true",
            "line 2: unknown key `network.offer`; did you mean `offer` in section `[network.relay]`?",
        ),
        ("[network.relai]\noffer = true", "line 1: unknown section `[network.relai]`; did you mean `[network.relay]`?"),
        ("[relay]\noffer = true", "line 1: unknown section `[relay]`; did you mean `[network.relay]`?"),
        ("listen = []", "line 1: unknown key `listen`; did you mean `listen` in section `[network]`?"),
        ("[netwrok]\nmdns = true", "line 1: unknown section `[netwrok]`; did you mean `[network]`?"),
        (
            "[x]",
            "line 1: unknown section `[x]`; the sections are network, network.relay, network.nat, sync, store, words, views, \
             http, log",
        ),
        ("[log]\ncolour = 1", "line 2: unknown key `log.colour`; known here: log.filter"),
        (
            "[network.tcp]\nport = 1",
            "line 1: unknown section `[network.tcp]`; the sections are network, network.relay, network.nat, sync, store, \
             words, views, http, log",
        ),
    ] {
        assert_eq!(message(text), expected);
    }
}

#[test]
fn the_first_unknown_is_the_one_that_is_told() {
    assert_eq!(problem("[views]\n\nzz = 1\naa = 1\n[log]\nbb = 1").0, 3);
}

#[test]
fn what_is_not_toml_is_refused_with_its_line() {
    for (text, line) in
        [("[log]\nfilter = info", 2), ("[log]\nfilter = \"a\"\nfilter = \"b\"", 3), ("[log", 1), ("a = [[[[", 1)]
    {
        let (found, Problem::Syntax { message }) = problem(text) else { panic!("{text}") };
        assert_eq!(found, line, "{text}: {message}");
        assert!(!message.contains('\n'));
    }
    let deep = format!("a = {}", "[".repeat(60_000));
    assert!(matches!(problem(&deep).1, Problem::Syntax { .. }));
}

#[test]
fn editors_of_other_systems_are_welcome() {
    let text = format!("\u{feff}{}", Config::default_toml().replace('\n', "\r\n"));
    assert_eq!(Config::parse(&text).unwrap(), Config::default());
}

#[test]
fn long_names_are_cut_in_errors() {
    let text = format!("[log]\n{} = 1", "x".repeat(10_000));
    assert!(message(&text).len() < 300);
    assert!(message(&setting(SEGMENT.key, &"9".repeat(10_000))).len() < 300);
}

#[test]
fn loads_from_a_directory() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Config::load(dir.path()), Err(Error::Missing { .. })));
    let path = Config::path(dir.path());
    fs::write(&path, Config::default_toml()).unwrap();
    assert_eq!(Config::load(dir.path()).unwrap(), Config::default());
    fs::write(&path, "[views]\nreports_min = 0").unwrap();
    let error = Config::load(dir.path()).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(error.to_string().contains(FILE_NAME) && cause.starts_with("line 2: `views.reports_min` is 0"), "{cause}");
    fs::write(&path, b"name = \"\xe4\"").unwrap();
    assert!(matches!(Config::load(dir.path()), Err(Error::NotText { .. })));
    fs::write(&path, "#".repeat(FILE_BYTES_MAX)).unwrap();
    assert!(Config::load(dir.path()).is_ok());
    fs::write(&path, "#".repeat(FILE_BYTES_MAX + 1)).unwrap();
    assert!(matches!(Config::load(dir.path()), Err(Error::TooLong { .. })));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(Config::load(dir.path()), Err(Error::Read { .. })));
}
