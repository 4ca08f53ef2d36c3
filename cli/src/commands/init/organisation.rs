//! The organisation's two keys: the root key, and the one it promises to use next. Both name the organisation.

use talkoot_node::keystore::{self, Passphrase, Purpose};
use talkoot_protocol::id::OrganisationId;
use talkoot_protocol::key::{KeyCommitment, SecretKey};
use talkoot_protocol::statement::Inception;

use crate::error::{Error, Result};
use crate::global::Global;
use crate::keys::{self, Keys};

use super::made::Made;

/// An organisation whose root key is at hand.
#[derive(Debug)]
pub(super) struct Organisation {
    /// Its root key.
    pub(super) root: SecretKey,
    /// What it begins with.
    pub(super) inception: Inception,
}

impl Organisation {
    /// Returns its id.
    pub(super) fn id(&self) -> OrganisationId {
        self.inception.organisation()
    }

    /// Opens the keys that are there, makes those that are not. The root key is made last: where there is one, its
    /// successor was made too, and another successor would be another organisation.
    pub(super) fn open_or_make(global: &Global, keys: &Keys, made: &mut Made) -> Result<Self> {
        let (root_there, next_there) = (keys.root().exists(), keys.next_root().exists());
        if root_there && !next_there {
            return Err(Error::refused(format!("{} is missing", keys.next_root().display())).hint(
                "The root key and the next root key name the organisation together. Put the file back beside the root key \
                 for this moment, or choose another --keys for a new organisation.",
            ));
        }
        let passphrase = keys::passphrase(global, !next_there)?;
        made.note(keys.dir());
        keys.make()?;
        let next = match next_there {
            true => keystore::read_key(&keys.next_root(), Purpose::OrganisationNext, Some(&passphrase))
                .map_err(Error::setup)?,
            false => make(keys, Purpose::OrganisationNext, &passphrase, made)?,
        };
        let root = match root_there {
            true => keys.open_root(&passphrase)?,
            false => make(keys, Purpose::OrganisationRoot, &passphrase, made)?,
        };
        let inception = Inception { root: root.public(), next: KeyCommitment::to(&next.public()) };
        Ok(Self { root, inception })
    }
}

fn make(keys: &Keys, purpose: Purpose, passphrase: &Passphrase, made: &mut Made) -> Result<SecretKey> {
    let (path, note) = match purpose {
        Purpose::OrganisationNext => (keys.next_root(), "keep apart from the present root key"),
        _ => (keys.root(), "keep a copy offline"),
    };
    let key = keystore::fresh_key().map_err(Error::failed)?;
    made.note(&path);
    keys.write(&path, &key, purpose, passphrase, note)?;
    Ok(key)
}
