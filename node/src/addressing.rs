//! Telling members where this node is reached: one signed record, written anew only when what it says has changed.

use std::time::{SystemTime, UNIX_EPOCH};

use libp2p::Multiaddr;
use talkoot_protocol::address::{Address, AddressRecord};
use talkoot_protocol::id::{ChangeId, NetworkId, NodeId, OrganisationId};
use talkoot_protocol::key::SecretKey;
use talkoot_protocol::limits::SALT_BYTES;
use talkoot_protocol::sign::{Author, Moment};
use talkoot_protocol::sync::check::Checked;
use talkoot_protocol::sync::engine::Engine;
use talkoot_protocol::time::Timestamp;

use crate::home::Home;
use crate::network::address;

/// What is needed to sign the record.
pub struct Addressing {
    key: SecretKey,
    certificate: ChangeId,
    network: NetworkId,
    organisation: OrganisationId,
    /// Whether members are to be told at all; otherwise what was told before is taken back.
    tells: bool,
    relays: bool,
}

impl Addressing {
    /// Takes what is needed from a home; `None` if its certificate cannot be read, which opening it has ruled out.
    pub fn new(home: &Home) -> Option<Self> {
        let network = home.charter.network();
        let certificate = Checked::from_log(&network, home.certificate_change.clone()).ok()?.id();
        let key = SecretKey::from_seed(&home.key.seed());
        let settings = &home.config.network;
        let (tells, relays) = (settings.find_members, settings.relay.offer);
        Some(Self { key, certificate, network, organisation: home.organisation, tells, relays })
    }

    /// Returns the change that says where this node is reached; `None` if that has been said.
    pub fn change(&self, engine: &Engine, reached: &[Multiaddr]) -> Option<Vec<u8>> {
        let node = NodeId::from(self.key.public());
        let own =
            |reached: &Multiaddr| Address::of_node(&address::with_node(reached.clone(), &node).to_string(), &node);
        let addresses = reached.iter().filter(|_| self.tells).filter_map(|reached| own(reached).ok());
        let record = AddressRecord::new(addresses, self.relays).ok()?;
        let known = engine.membership().address(&self.organisation, &node);
        if known.map_or(record.is_withdrawn(), |known| known.record == record) {
            return None;
        }
        let after = match known {
            Some(known) => {
                Some((engine.catalog().document_of(engine.catalog().find(&known.id)?).id, known.sequence, known.id))
            }
            None => None,
        };
        let author = Author { key: &self.key, certificate: self.certificate, network: self.network };
        author.address(after, &record, moment()?).map(|change| change.encode()).ok()
    }
}

/// Returns the present moment; `None` on a machine without randomness.
fn moment() -> Option<Moment> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt).ok()?;
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(Moment { claimed: Timestamp::from_millis(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX)), salt })
}
