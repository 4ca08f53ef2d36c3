//! All reports of a node, page by page. A running node may gain reports meanwhile, which shift the pages: each report still comes
//! once.

use std::collections::HashSet;

use talkoot_protocol::api::{Report, Request, Response};
use talkoot_protocol::id::OrganisationId;

use crate::client::{Client, unexpected};
use crate::error::Result;

/// Reports asked for at once.
const PAGE: usize = 500;

/// Who gives pages.
pub(super) trait Ask {
    /// Returns a page and how many reports there are in all.
    fn page(&mut self, organisation: Option<OrganisationId>, skip: usize, limit: usize)
    -> Result<(Vec<Report>, usize)>;
}

impl Ask for Client<'_> {
    fn page(
        &mut self,
        organisation: Option<OrganisationId>,
        skip: usize,
        limit: usize,
    ) -> Result<(Vec<Report>, usize)> {
        match self.ask(Request::Reports { organisation, skip, limit })? {
            Response::Reports { reports, total } => Ok((reports, total)),
            _ => Err(unexpected()),
        }
    }
}

/// A walk through all reports.
pub(super) struct Pages<'a, A> {
    client: &'a mut A,
    organisation: Option<OrganisationId>,
    skip: usize,
    total: usize,
    /// Half of each document id that has come: enough to tell documents apart.
    seen: HashSet<[u8; 16]>,
}

impl<'a, A: Ask> Pages<'a, A> {
    /// Begins with the newest report.
    pub(super) fn new(client: &'a mut A, organisation: Option<OrganisationId>) -> Self {
        Self { client, organisation, skip: 0, total: usize::MAX, seen: HashSet::new() }
    }

    /// Returns the next reports; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Vec<Report>>> {
        if self.skip >= self.total {
            return Ok(None);
        }
        let (mut page, total) = self.client.page(self.organisation, self.skip, PAGE)?;
        (self.total, self.skip) = (total, self.skip + PAGE);
        page.retain(|report| {
            let (first, _) = report.document.as_bytes().split_first_chunk().unwrap_or((&[0; 16], &[]));
            self.seen.insert(*first)
        });
        Ok(Some(page))
    }

    /// Returns how many reports there are in all, as of the last page.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// Returns how many reports did not come: the node could not read them (or they arrived during the walk).
    pub(super) fn unreadable(&self) -> u64 {
        self.total.saturating_sub(self.seen.len()) as u64
    }
}

#[cfg(test)]
mod tests {
    use talkoot_protocol::id::DocumentId;
    use talkoot_protocol::scope::Scope;
    use talkoot_protocol::time::Timestamp;

    use super::*;

    /// A node that gains 7 reports between any two pages.
    struct Growing(usize);

    fn report(number: usize) -> Report {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&number.to_be_bytes());
        Report {
            document: DocumentId::from_bytes(id),
            organisation: OrganisationId::from_bytes([0; 32]),
            author: None,
            scope: Scope::Network,
            claimed: Timestamp::from_millis(0),
            changes: 1,
            fields: serde_json::Map::new(),
            conflicts: std::collections::BTreeMap::new(),
        }
    }

    impl Ask for Growing {
        fn page(&mut self, _: Option<OrganisationId>, skip: usize, limit: usize) -> Result<(Vec<Report>, usize)> {
            let page = (0..self.0).rev().skip(skip).take(limit).map(report).collect();
            let total = self.0;
            self.0 += 7;
            Ok((page, total))
        }
    }

    #[test]
    fn each_report_comes_once_while_more_arrive() {
        let mut node = Growing(1_700);
        let mut pages = Pages::new(&mut node, None);
        let mut found = Vec::new();
        while let Some(page) = pages.next().unwrap() {
            found.extend(page.into_iter().map(|report| report.document));
        }
        let all: HashSet<_> = found.iter().collect();
        assert_eq!(all.len(), found.len());
        assert!((0..1_700).all(|number| all.contains(&report(number).document)));
    }
}
