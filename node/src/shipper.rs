//! Reading records and packing them for a peer, off the driver's task: a parcel of a quarter mebibyte takes about a millisecond.
//! Parcels come back in the order in which they were asked for.

use std::sync::mpsc;
use std::thread;

use talkoot_protocol::catalog::Ordinal;
use talkoot_protocol::sync::effect::Shipment;
use talkoot_protocol::wire::message::Message;
use talkoot_protocol::wire::parcel;
use tokio::sync::mpsc as channel;

use crate::store::{self, Place, Reader};

/// A delivery, ready to be sent.
#[derive(Debug)]
pub struct Shipped {
    /// What was asked for.
    pub shipment: Shipment,
    /// The frame.
    pub frame: Vec<u8>,
    /// Records that could not be read and are not in it, and whether they are damaged.
    pub unread: Vec<(Ordinal, Place, bool)>,
}

/// Records to be read, with their places.
pub type Places = Vec<(Ordinal, Place)>;

/// Reads and packs in the background.
#[derive(Debug)]
pub struct Shipper {
    jobs: Option<mpsc::Sender<(Shipment, Places)>>,
    results: channel::UnboundedReceiver<Shipped>,
    reader: Reader,
    thread: Option<thread::JoinHandle<()>>,
}

impl Shipper {
    /// Starts reading from a store.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn start(reader: Reader) -> std::io::Result<Self> {
        let (jobs, todo) = mpsc::channel::<(Shipment, Places)>();
        let (done, results) = channel::unbounded_channel();
        let own = reader.clone();
        let work = move || {
            for (shipment, places) in todo {
                if done.send(ship(&own, shipment, places)).is_err() {
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("shipper".into()).spawn(work)?;
        Ok(Self { jobs: Some(jobs), results, reader, thread: Some(thread) })
    }

    /// Gives it a delivery. One of what is new, short and just written, is ready at once: it is what somebody waits for.
    pub fn give(&self, shipment: Shipment, places: Places) -> Option<Shipped> {
        if shipment.number == 0 {
            return Some(ship(&self.reader, shipment, places));
        }
        if let Some(jobs) = &self.jobs {
            // The thread ends only after this sender is gone, so there is always somebody to take it.
            let _taken = jobs.send((shipment, places));
        }
        None
    }

    /// Waits for the next delivery. Cancel safe; `None` once the thread has ended.
    pub async fn next(&mut self) -> Option<Shipped> {
        self.results.recv().await
    }
}

impl Drop for Shipper {
    fn drop(&mut self) {
        self.jobs = None;
        self.results.close();
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

/// Reads the records in the order in which they lie on disk, which is their own, and packs them.
fn ship(reader: &Reader, shipment: Shipment, places: Places) -> Shipped {
    let mut changes = Vec::with_capacity(places.len());
    let mut unread = Vec::new();
    for (ordinal, place) in places {
        match reader.read(place) {
            Ok(bytes) => changes.push(bytes),
            Err(error) => {
                tracing::error!(%error, ordinal = ordinal.number(), "a record cannot be read and is not served");
                unread.push((ordinal, place, matches!(error, store::Error::Damaged { .. })));
            }
        }
    }
    let parcel = parcel::pack(shipment.codec, changes);
    let frame = Message::delivery(shipment.number, shipment.end, parcel).encode();
    Shipped { shipment, frame, unread }
}
