//! Makes the file out of the node's answers, part by part. Knows neither how the node is asked nor where the bytes go.

use talkoot_protocol::api::{BundleFilter, BundlePlan, Request, Response};
use talkoot_protocol::bundle::{BUNDLE_MAGIC, REQUEST_BYTES_MAX, REQUEST_MAGIC, framed};
use talkoot_protocol::id::ChangeId;

use super::Error;

/// A bundle on its way out.
#[derive(Debug)]
pub struct Making {
    filter: BundleFilter,
    /// The ordinal up to which it goes.
    until: u64,
    /// The last change of the part before.
    after: Option<ChangeId>,
    /// Number of the next delivery.
    number: u32,
    expected: u64,
    written: u64,
    damaged: u64,
    ended: bool,
}

impl Making {
    /// Begins with the answer to [`Request::BundlePlan`]; returns the bytes that stand before the first delivery too.
    pub fn begin(filter: BundleFilter, plan: &BundlePlan, opening: &[Vec<u8>]) -> (Self, Vec<u8>) {
        let mut bytes = BUNDLE_MAGIC.to_vec();
        opening.iter().for_each(|message| bytes.extend(framed(message)));
        let making = Self {
            filter,
            until: plan.last,
            after: None,
            number: 1,
            expected: plan.changes,
            written: 0,
            damaged: 0,
            ended: false,
        };
        (making, bytes)
    }

    /// Returns what to ask the node next; nothing at the end. The request that the plan was asked with goes along.
    pub fn next(&self) -> Option<Request> {
        let (filter, after) = (self.filter.clone(), self.after);
        (!self.ended).then_some(Request::BundlePage { filter, after, until: self.until, number: self.number })
    }

    /// Takes the answer, and returns the bytes that it comes to.
    ///
    /// # Errors
    /// At the end [`Error::Damaged`], when the node knows every damaged record, and [`Error::Changed`]; [`Error::Misfit`].
    pub fn take(&mut self, answer: &Response, deliveries: &[Vec<u8>]) -> Result<Vec<u8>, Error> {
        let Response::BundlePage { next, changes, damaged } = answer else { return Err(Error::Misfit) };
        self.number = self.number.saturating_add(u32::try_from(deliveries.len()).unwrap_or(u32::MAX));
        self.written = self.written.saturating_add(*changes);
        self.damaged = self.damaged.saturating_add(*damaged);
        (self.after, self.ended) = (*next, next.is_none());
        match () {
            () if self.ended && self.damaged > 0 => Err(Error::Damaged),
            () if self.ended && self.written != self.expected => Err(Error::Changed),
            () => Ok(deliveries.iter().flat_map(|delivery| framed(delivery)).collect()),
        }
    }

    /// Returns how many changes went into it so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Returns how many changes could not be read so far.
    pub fn damaged(&self) -> u64 {
        self.damaged
    }
}

/// Makes the file of a request out of the messages of the answer to [`Request::BundleRequest`].
///
/// # Errors
/// [`Error::RequestTooLong`].
pub fn request_file(messages: &[Vec<u8>]) -> Result<Vec<u8>, Error> {
    let mut bytes = REQUEST_MAGIC.to_vec();
    messages.iter().for_each(|message| bytes.extend(framed(message)));
    if bytes.len() > REQUEST_BYTES_MAX { Err(Error::RequestTooLong) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(changes: u64) -> BundlePlan {
        BundlePlan { organisation: None, changes, raw_bytes: 0, scopes: Default::default(), whole: Vec::new(), last: 9 }
    }

    fn page(next: bool, changes: u64, damaged: u64) -> Response {
        Response::BundlePage { next: next.then(|| ChangeId::from_bytes([1; 32])), changes, damaged }
    }

    #[test]
    fn parts_are_asked_for_one_behind_the_other_until_the_last() {
        let (mut making, bytes) = Making::begin(BundleFilter::default(), &plan(3), &[vec![7]]);
        assert_eq!(bytes, [BUNDLE_MAGIC.as_slice(), &[0, 0, 0, 1, 7]].concat());
        assert!(matches!(making.next(), Some(Request::BundlePage { after: None, until: 9, number: 1, .. })));
        assert_eq!(making.take(&page(true, 2, 0), &[vec![1], vec![2]]).unwrap(), [0, 0, 0, 1, 1, 0, 0, 0, 1, 2]);
        assert!(matches!(making.next(), Some(Request::BundlePage { after: Some(_), number: 3, .. })));
        making.take(&page(false, 1, 0), &[vec![3]]).unwrap();
        assert!(making.next().is_none() && making.written() == 3);
    }

    #[test]
    fn the_end_is_withheld_if_it_would_not_hold_what_it_says() {
        let (mut making, _) = Making::begin(BundleFilter::default(), &plan(3), &[]);
        making.take(&page(true, 1, 1), &[]).unwrap();
        assert!(matches!(making.take(&page(false, 1, 0), &[]), Err(Error::Damaged)));
        let (mut making, _) = Making::begin(BundleFilter::default(), &plan(3), &[]);
        assert!(matches!(making.take(&page(false, 2, 0), &[]), Err(Error::Changed)));
        assert!(matches!(making.take(&Response::Done, &[]), Err(Error::Misfit)));
    }
}
