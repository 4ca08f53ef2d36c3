//! Signs in to a node's pages with a worker's key file, as a browser does with its own, and prints the session as JSON: `cookie`
//! (to be sent as it is) and `csrf`. For tests and measurements that look at pages without a browser.
//!
//! `visit ADDRESS KEYS NAME`: where the node answers over HTTP (`127.0.0.1:8080`), the directory of keys, the worker. The
//! passphrase is read from `TALKOOT_PASSPHRASE`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a tool of tests may stop where it stands")]

use std::path::Path;

use serde_json::json;
use talkoot_node::keystore::{Passphrase, Purpose, read_key};
use talkoot_protocol::id::NetworkId;
use talkoot_tests::browser::Caller;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, keys, name] = arguments.as_slice() else {
        eprintln!("visit ADDRESS KEYS NAME");
        std::process::exit(2);
    };
    let passphrase = Passphrase::new(std::env::var("TALKOOT_PASSPHRASE").unwrap()).unwrap();
    let file = |kind: &str| Path::new(keys).join(format!("{name}.{kind}"));
    let key = read_key(&file("key"), Purpose::Worker, Some(&passphrase)).unwrap();
    let worker: serde_json::Value = serde_json::from_slice(&std::fs::read(file("worker.json")).unwrap()).unwrap();
    let caller = Caller { address: address.clone(), token: String::new() };
    let origin = format!("http://{address}");
    let own: &[(&str, &str)] = &[("Origin", &origin), ("Content-Type", "application/json")];
    let asked = caller.send("POST", "/session/challenge", own, b"{}").json();
    let network: NetworkId = asked["network"].as_str().unwrap().parse().unwrap();
    let challenge = bytes(asked["challenge"].as_str().unwrap());
    let message = [b"talkoot/1 sign-in\0".as_slice(), network.as_bytes(), &challenge].concat();
    let signature: String = key.sign(&message).as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let shown =
        json!({ "challenge": asked["challenge"], "certificate": worker["certificate"], "signature": signature });
    let begun = caller.send("POST", "/session", own, shown.to_string().as_bytes());
    assert_eq!(begun.status, 200, "{}", String::from_utf8_lossy(&begun.body));
    let cookie = begun.field("set-cookie").split(';').next().unwrap_or_default().to_owned();
    println!("{}", json!({ "cookie": cookie, "csrf": begun.json()["csrf"] }));
}

fn bytes(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
