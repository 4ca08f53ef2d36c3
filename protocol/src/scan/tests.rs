//! What authors are told: the vectors, the look-alikes, clean text, and properties of any text.

use proptest::prelude::*;

use super::{Action, Finding, Rule, frozen_v1, scan, scan_file_name};

/// Returns rule, action and the text found.
fn found(text: &str) -> Vec<(Rule, Action, &str)> {
    scan(text).into_iter().map(|Finding { rule, action, span, .. }| (rule, action, &text[span])).collect()
}

/// Asserts that `part` is found in `text`, and nothing else.
fn assert_only(text: &str, rule: Rule, action: Action, part: &str) {
    assert_eq!(found(text), [(rule, action, part)], "{text}");
}

const VALID: &[&str] = &[
    "131052-308T",
    "100190-999P",
    "100190Y999P",
    "010594Y9032",
    "010594Y9021",
    "020594X903P",
    "010101A900R",
    "311299U998D",
    "150885V944H",
    "010124F955E",
    "290204B912S",
    "290200A901C",
];

#[test]
fn valid_codes_are_blocked_wherever_they_stand() {
    for code in VALID {
        for (before, after) in
            [("", ""), ("hetu:", ""), ("(", ")"), ("”", "”,"), ("tunnus_", "\n"), ("–", "–"), ("a ", ":n")]
        {
            let text = format!("{before}{code}{after}");
            assert_only(&text, Rule::PersonalIdentityCode, Action::Block, code);
        }
    }
}

#[test]
fn mistyped_codes_must_be_confirmed() {
    for code in [
        "290200+901C",
        "010101-010A",
        "310211-123X",
        "131052-308O",
        "131052-308t",
        "010101a900r",
        "131052–308T",
        "131052−308T",
        "131052\u{AD}308T",
        "131052\u{AD}-308T",
        "131052\u{2011}308T",
        "131052-\u{200B}308T",
        "１３１０５２-３０８Ｔ",
        "131052-308Т",
        "131052 -308T",
        "131052 - 308T",
        "131052-\n308T",
        "131052\r\n-308T",
        "131052-308 T",
        "13 10 52-308T",
        "13.10.52-308T",
        "131052 308T",
        "131052308T",
        "1 3 1 0 5 2 - 3 0 8 T",
        "131052-3089",
        "131052–308a",
        "l31052-308T",
        "131O52-308T",
        "131052-3o8T",
        "О1О101A900R",
        "0I0101A900R",
    ] {
        assert_only(&format!("Asiakas {code}, koti."), Rule::PersonalIdentityCodeSuspect, Action::Confirm, code);
    }
}

#[test]
fn codes_inside_longer_runs_are_let_be() {
    for text in
        ["1131052-308T", "131052-308TT", "x131052-308T", "131052-308T1", "ä131052-308T", "0131052308T1", "131352-308T"]
    {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn birth_dates_need_a_word_beside_them() {
    for (text, date) in [
        ("hetu alkaa 131052-", "131052"),
        ("sotun alku 13.10.1952", "13.10.1952"),
        ("Henkilötunnuksesta näkyy 1.1.52 vain", "1.1.52"),
        ("personbeteckningen börjar med 131052", "131052"),
        ("her personal identity code starts 131052.", "131052"),
        ("1952-10-13 on syntymäaika", "1952-10-13"),
        ("syntymäaika: 13. 10. 1952", "13. 10. 1952"),
    ] {
        assert_only(text, Rule::BirthDate, Action::Warn, date);
    }
    assert_eq!(found("Kokous 13.10.2026, asia 131052."), []);
    assert_eq!(found("hetussa 991352 tai 45.1.2020"), []);
}

#[test]
fn account_numbers_are_blocked_if_the_remainder_is_right() {
    for iban in [
        "Fl21 1234 5600 0007 85",
        "FI2l 1234 56OO 0oО7 85",
        "FI2112345600000785",
        "FI21 1234 5600 0007 85",
        "fi21 1234 5600 0007 85",
        "FI21\u{A0}1234\u{A0}5600\u{A0}0007\u{A0}85",
        "FI 21 1234 5600 0007 85",
        "FI21-1234-5600-0007-85",
        "GB82 WEST 1234 5698 7654 32",
        "DE89370400440532013000",
        "SE45 5000 0000 0583 9825 7466",
        "NO9386011117947",
        "EE38 2200 2210 2014 5685",
    ] {
        assert_only(&format!("Tili {iban}."), Rule::Iban, Action::Block, iban);
    }
    for text in
        ["FI21 1234 5600 0007 86", "FI21 1234 5600 0007 851", "XFI2112345600000785", "se 45 asiakasta", "no 15 vuotta"]
    {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn finuids_and_client_oids() {
    assert_only("satu 10000001N", Rule::Finuid, Action::Block, "10000001N");
    assert_only("satu 10000001n", Rule::Finuid, Action::Confirm, "10000001n");
    assert_only("asiointitunnus 100000198", Rule::Finuid, Action::Confirm, "100000198");
    assert_eq!(found("tuote 100000198 ja 10000001A"), []);
    for oid in
        ["1.2.246.21.131052", "1.2.246.22.1", "1.2.246.10.19623654.10.1.14010.2013.947", "1.2.246.562.24.10000000001"]
    {
        assert_only(&format!("urn:oid:{oid}."), Rule::ClientOid, Action::Block, oid);
    }
    assert_eq!(found("1.2.246.21|131052-308T").first().map(|hit| hit.1), Some(Action::Block));
    assert_eq!(found("urn:oid:1.2.246.537.6.1282, 1.2.246.10.2048198, 1.2.246.562.10.1"), []);
}

#[test]
fn addresses_that_name_somebody_are_blocked() {
    for address in [
        "aino.virtanen@esimerkki.fi",
        "Åsa.Öberg@exempel.fi",
        "anna-liisa.virtanen2@mail.example.fi",
        "a.virtanen@esimerkki.fi",
    ] {
        assert_only(&format!("Kysy: <{address}>."), Rule::PersonalEmail, Action::Block, address);
    }
    for address in [
        "kirjaamo@esimerkki.fi",
        "etunimi.sukunimi@esimerkki.fi",
        "sosiaali.paivystys@esimerkki.fi",
        "virtanen7@esimerkki.fi",
    ] {
        assert_only(&format!("Kysy {address}, heti"), Rule::Email, Action::Warn, address);
    }
    assert_eq!(found("klo 10 @ kirjasto, a@b, @esimerkki.fi, x@.fi"), []);
}

#[test]
fn phones_are_shown_but_those_of_public_services() {
    for phone in [
        "0401234567",
        "040 123 4567",
        "040-1234567",
        "+358 40 123 4567",
        "+358401234567",
        "00358 40 1234567",
        "09 123 4567",
        "0457 123 4567",
        "+358 (0)40 123 4567",
        "+46 70 123 45 67",
        "015-123 456",
    ] {
        assert_only(&format!("Soita {phone}."), Rule::Phone, Action::Warn, phone);
    }
    assert_eq!(found("0401234567 0507654321").len(), 2);
    assert_eq!(found("(09) 123 4567").len(), 1);
    for phone in
        ["116117", "116 117", "112", "0800 123 456", "010 123 4567", "029 123 4567", "+358 29 123 4567", "020 1234567"]
    {
        assert_eq!(found(&format!("Soita {phone}.")), [], "{phone}");
    }
}

/// Sentences without anybody in them: dates, amounts, laws, diary numbers, postal codes.
const CLEAN: &[&str] = &[
    "Sosiaalihuoltolain (1301/2014) 35 § ja 7–8 § velvoittavat; valvontalaki 741/2023 29 § tuli voimaan 1.1.2024.",
    "Laki 741/2023, HE 299/2022 vp, asetus (EU) 2016/679, vuosi 2023/2024/2025, päivä 1/3/2024, KHO:2021:45.",
    "Vuonna 2024 oli 1 234 567 käyntiä, 12 500 000 euroa, 0,5 % ja 45-50 v. ikäisiä 120 524.",
    "Osoite PL 100, 00099 Helsinki; 02150 Espoo; postinumerot 00530-00550 ja 01300–01400.",
    "Avoinna ma–pe 8.00–16.00, klo 0730-1530, 09-17 ja 31.12.2025 klo 12:00–14:30.",
    "Jakso 010124–311224, kokous 2026-11-22, viikot 01-52, y-tunnus 0737546-2.",
    "Enligt socialvårdslagen (1301/2014) 11 § behövde 350 familjer stöd den 3.4.2025, 65100 Vasa, kl. 9.30.",
    "Between 1.1.2025 and 30.6.2025 we met 1,250 people in 12 groups; version 2.10.3, ISO 8601, room 101A.",
    "Ketjussa 1.2.246.537.6.1221 ja urn:uuid:12345678-1234-4123-8123-123456789012, sha 0a1b2c3d4e5f60718293.",
    "Viite 1234 5678 9012, lasku 20240131-001, tila 3C, reitti 550, 20240131T120000Z, 5G, A4.",
];

#[test]
fn clean_text_stays_clean() {
    for text in CLEAN {
        assert_eq!(found(text), [], "{text}");
        assert_eq!(frozen_v1(text), None, "{text}");
    }
}

#[test]
fn street_addresses_with_a_flat_are_blocked() {
    for address in [
        "Esimerkkikatu 5 A 12",
        "Testaajantie 12 B7",
        "Kokeilupolulla 8 as. 4",
        "Satukatu 1 b 22, 99999 Keksilä",
        "Pikku Esimerkkikuja 3a 4",
        "Exempelgatan 4 B 9",
        "Påhittade vägen 7 lgh 3",
        "Esimerkkikatu 5\nA 12",
    ] {
        assert_only(&format!("hän asuu nyt {address}."), Rule::StreetAddress, Action::Block, address);
    }
    for address in ["Esimerkkikatu 5", "Mallikadun 17 C", "Provvägen 12", "Keksityntie 5–7"] {
        assert_only(&format!("hän asuu nyt {address}."), Rule::StreetAddress, Action::Warn, address);
    }
    assert_only("se on esimerkkikatu 5 a 12", Rule::StreetAddress, Action::Confirm, "esimerkkikatu 5 a 12");
    for text in [
        "Valtatie 5 on poikki",
        "Palvelupolku 3 A 2",
        "Kauppatorilla 12 järjestöä",
        "Koordinaattori 2 A 3",
        "Tori 12.5.2025",
        "Katu 5",
        "Pieksämäki 3",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn numbers_of_registers_are_shown() {
    for (text, rule, part) in [
        ("auton rekisteri on ABX-901", Rule::LicencePlate, "ABX-901"),
        ("rekisterissä ABX-901", Rule::LicencePlate, "ABX-901"),
        ("bilen, XYZ 90, såldes", Rule::LicencePlate, "XYZ 90"),
        ("passi XX1234567 on vanha", Rule::DocumentNumber, "XX1234567"),
        ("numero AB7654321", Rule::DocumentNumber, "AB7654321"),
        ("oleskelulupa nro 12345678", Rule::DocumentNumber, "12345678"),
        ("asia THL/1234/5.05.00/2023", Rule::CaseNumber, "THL/1234/5.05.00/2023"),
        ("dnro 00123/2024 on auki", Rule::CaseNumber, "00123/2024"),
        ("päätös HEL 2024-012345 tuli", Rule::CaseNumber, "HEL 2024-012345"),
        ("asiakasnumero on 987654", Rule::CaseNumber, "987654"),
    ] {
        assert_only(text, rule, Action::Warn, part);
    }
    for text in [
        "auto maksaa EUR 200 ja kulkee 45 km",
        "ABX-901 ilman sanaa",
        "passi vuodelta 2019",
        "päätösnumeroita oli 2024",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn names_of_people_warn_or_ask_and_never_block() {
    for (text, action, part) in [
        ("siellä Matti Virtanen kertoi", Action::Confirm, "Matti Virtanen"),
        ("siellä Anna-Liisa Mäkisen luona", Action::Confirm, "Anna-Liisa Mäkisen"),
        ("lista: Korhonen, Pekka", Action::Confirm, "Korhonen, Pekka"),
        ("äiti Liisa soitti", Action::Warn, "Liisa"),
        ("rouva Virtanen soitti", Action::Warn, "Virtanen"),
        ("asiakas N. soitti", Action::Warn, "N."),
        ("potilas A.K. odotti", Action::Warn, "A.K."),
        ("soitin Matille eilen", Action::Warn, "Matille"),
        ("kävin Virtasen luona", Action::Warn, "Virtasen"),
        ("siellä K. Niemi kertoi", Action::Warn, "K. Niemi"),
        ("siellä matti virtanen kertoi", Action::Warn, "matti virtanen"),
        ("klientens son Henrik väntar", Action::Warn, "Henrik"),
        ("her mother Fatima waits", Action::Warn, "Fatima"),
        ("Mr. Hakala waits", Action::Warn, "Hakala"),
        ("poika Lahja soitti", Action::Warn, "Lahja"),
        ("siellä Vir\u{AD}tasen luona", Action::Warn, "Vir\u{AD}tasen"),
    ] {
        assert_only(text, Rule::PersonName, action, part);
    }
    for text in [
        "Toivo elää, onni on harvinaista. Lahja otetaan vastaan.",
        "Vad kostar det? Inga avgifter. Ville ingen svara? Sten på sten.",
        "Koski on vapaa. Mäki on jyrkkä. Pian selviää. Ilman sitä ei pärjää.",
        "Kuopiossa, Lahdessa ja Salossa Kela ja Martat ry auttavat.",
        "Lapsi Oulussa ja potilas Kelan jonossa; äiti on usein yksin.",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn rare_combinations_show_each_part() {
    let text = "nyt 17-vuotias poika muutti Kaustiselle; hänellä on autismi";
    let parts: Vec<_> = scan(text).into_iter().map(|finding| (&text[finding.span], finding.suggestion)).collect();
    assert_eq!(parts, [("17-vuotias", "[ikäryhmä]"), ("Kaustiselle", "[alue]"), ("autismi", "[ryhmä]")]);
    for text in [
        "17-vuotias muutti Kaustiselle",
        "17-vuotias poika, jolla on autismi, muutti Helsinkiin",
        "16–17-vuotiaat somalialaiset Kaustisella",
        "alle 17-vuotias poika, jolla on autismi, Helsingissä",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn torn_and_wide_forms_of_accounts_finuids_oids_and_phones_are_seen() {
    for (text, rule, action) in [
        ("FI21 1234\n5600 0007 85", Rule::Iban, Action::Block),
        ("FI21  1234  5600  0007  85", Rule::Iban, Action::Block),
        ("FI21−1234−5600−0007−85", Rule::Iban, Action::Block),
        ("FI21\u{AD}1234\u{AD}5600\u{AD}0007\u{AD}85", Rule::Iban, Action::Block),
        ("ＦＩ２１１２３４５６０００００７８５", Rule::Iban, Action::Block),
        ("１０００００01Ｎ", Rule::Finuid, Action::Confirm),
        ("1000\u{AD}0001N", Rule::Finuid, Action::Confirm),
        ("１.２.246.21.7", Rule::ClientOid, Action::Block),
        ("1.2.246.\n21.7", Rule::ClientOid, Action::Confirm),
        ("040.123.4567", Rule::Phone, Action::Warn),
        ("040 - 123 4567", Rule::Phone, Action::Warn),
        ("０４０１２３４５６７", Rule::Phone, Action::Warn),
        ("045\u{AD}7123\u{AD}456", Rule::Phone, Action::Warn),
    ] {
        assert_only(text, rule, action, text);
    }
}

#[test]
fn overlaps_go_to_the_strongest_and_order_is_that_of_the_text() {
    let text = "0401234567 hetu 131052-308T kirjaamo@esimerkki.fi";
    let rules: Vec<_> = found(text).into_iter().map(|(rule, ..)| rule).collect();
    assert_eq!(rules, [Rule::Phone, Rule::PersonalIdentityCode, Rule::Email]);
    assert!(Action::Warn < Action::Confirm && Action::Confirm < Action::Block);
}

#[test]
fn names_are_those_of_the_serialised_form() {
    for finding in scan(
        "131052-308T 131052-308t FI2112345600000785 10000001N 1.2.246.21.1 a.virtanen@b.fi x@b.fi 0401234567; XX1234567, THL/1/2.3/2024, auto ABX-901, rouva Virtanen, Satukatu 3, hetu 1.1.1970.",
    ) {
        let json = serde_json::to_string(&finding.rule).unwrap();
        assert_eq!(json, format!("{:?}", finding.rule.name()));
        assert!(!finding.rule.to_string().is_empty() && finding.suggestion.starts_with('['));
    }
}

/// Characters of which identifiers, their look-alikes and their surroundings are made.
fn material() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        "[0-9]{1,9}",
        "[-+A-FU-Yt .:|@/()\n]",
        "[äÖ–−\u{AD}\u{200B}１Ａ×²😀]",
        proptest::sample::select(vec![
            "131052-308T",
            "FI21 1234",
            "1.2.246.21.",
            "10000001N",
            "hetu ",
            "040 ",
            "a.b@",
            "Matti ",
            "Virtasen",
            "asiakas N.",
            "Satukatu 5 A 1",
            "17-vuotias ",
            "Kaustisella ",
            "auto ABC-",
            "dnro 1/2/2024",
            ".fi"
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(pieces, 0..30).prop_map(|pieces| pieces.concat())
}

/// Artificial codes: any date and separator, serials that belong to nobody.
fn artificial_code() -> impl Strategy<Value = String> {
    (
        1u32..=28,
        1u32..=12,
        0u32..=99,
        proptest::sample::select("+-YXWVUABCDEF".chars().collect::<Vec<_>>()),
        900u32..=999,
    )
        .prop_map(|(day, month, year, separator, serial)| {
            let date = (day * 100 + month) * 100 + year;
            let control = "0123456789ABCDEFHJKLMNPRSTUVWXY".as_bytes()[(date * 1_000 + serial) as usize % 31];
            format!("{date:06}{separator}{serial}{}", char::from(control))
        })
}

fn check_any_text(text: &str) -> Result<(), TestCaseError> {
    let findings = scan(text);
    for findings in [&findings, &scan_file_name(text)] {
        let mut end = 0;
        for finding in findings {
            prop_assert!(finding.span.start >= end && finding.span.end > finding.span.start);
            prop_assert!(text.get(finding.span.clone()).is_some());
            end = finding.span.end;
        }
    }
    if let Some(rule) = frozen_v1(text) {
        let blocked = findings.iter().any(|finding| finding.action == Action::Block);
        prop_assert!(blocked, "refused at admission for {rule} but not blocked before signing");
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_scanned(text in any::<String>()) {
        check_any_text(&text)?;
    }

    #[test]
    fn any_text_of_likely_pieces_is_scanned(text in material()) {
        check_any_text(&text)?;
    }

    #[test]
    fn valid_codes_are_found_between_any_neighbours(
        before in any::<String>(),
        left in any::<char>().prop_filter("part of a word", |char| !char.is_alphanumeric()),
        code in proptest::sample::select(VALID),
        right in any::<char>().prop_filter("part of a word", |char| !char.is_alphanumeric()),
        after in any::<String>(),
    ) {
        let text = format!("{before}{left}{code}{right}{after}");
        let start = before.len() + left.len_utf8();
        let spans: Vec<_> = scan(&text).into_iter().filter(|hit| hit.action == Action::Block).map(|hit| hit.span).collect();
        prop_assert!(spans.iter().any(|span| span.start <= start && start + code.len() <= span.end));
        prop_assert!(frozen_v1(&text).is_some());
    }

    #[test]
    fn artificial_codes_are_found_however_they_are_written(
        code in artificial_code(),
        gap in proptest::sample::select(vec!["", " ", "\n", "\r\n  ", "\u{A0}", "\u{AD}", "\u{200B}", "\u{2060}"]),
        place in 1usize..=10,
        dash in proptest::sample::select("-‐‑‒–—―−\u{AD}－﹣".chars().collect::<Vec<_>>()),
        wide in any::<bool>(),
        lower in any::<bool>(),
    ) {
        prop_assert_eq!(found(&code), [(Rule::PersonalIdentityCode, Action::Block, code.as_str())]);
        let (head, tail) = code.split_at(place);
        let code = format!("{head}{gap}{tail}").replace('-', &dash.to_string());
        let code = if lower { code.to_lowercase() } else { code };
        let widen = |char: char| if char.is_ascii_alphanumeric() { char::from_u32(char as u32 + 0xFEE0) } else { None };
        let code: String = code.chars().map(|char| widen(char).filter(|_| wide).unwrap_or(char)).collect();
        let text = format!("Asiakas ({code}) muutti.");
        let findings = found(&text);
        prop_assert!(findings.iter().any(|hit| hit.1 >= Action::Confirm && hit.2 == code), "{:?} in {}", findings, text);
    }
}
