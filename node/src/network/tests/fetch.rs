//! Parts of attachments between two real nodes, beside their session.

use talkoot_protocol::id::{AttachmentHash, DocumentId};
use talkoot_protocol::wire::attachment::PART_BYTES_MAX;

use super::*;

fn want(offset: u32) -> Want {
    Want { document: DocumentId::from_bytes([1; 32]), hash: AttachmentHash::from_bytes([2; 32]), offset }
}

fn answered(event: Event) -> Option<(NodeId, Want, Option<Given>)> {
    match event {
        Event::Answered { node, want, given } => Some((node, want, given)),
        _ => None,
    }
}

/// Keeps a node going that answers each question with what this gives.
async fn answering(network: &mut Network, given: impl Fn(&Want) -> Given) {
    loop {
        if let Event::Asked { ticket, want, .. } = network.next().await {
            network.answer(ticket, given(&want));
        }
    }
}

async fn ask_and_answer(listen: &str) {
    let (mut a, mut b) = pair(listen).await;
    let (of_a, of_b) = (a.local(), b.local());
    let part = |want: &Want| match want.offset {
        0 => Given::Part(vec![7; PART_BYTES_MAX]),
        1 => Given::Later,
        _ => Given::Absent,
    };
    for a_asks in [true, false] {
        let (here, there, node) = if a_asks { (&mut a, &mut b, of_b) } else { (&mut b, &mut a, of_a) };
        for offset in 0..3 {
            here.ask(&node, want(offset));
            let wait = until(here, answered);
            let got = match select(std::pin::pin!(wait), std::pin::pin!(answering(there, part))).await {
                Either::Left((got, _)) => got,
                Either::Right(((), _)) => unreachable!("it goes on for ever"),
            };
            assert_eq!(got, (node, want(offset), Some(part(&want(offset)))));
        }
    }
}

#[tokio::test]
async fn a_part_is_asked_for_and_given_over_tcp_and_quic() {
    ask_and_answer(TCP).await;
    ask_and_answer(QUIC).await;
}

#[tokio::test]
async fn who_is_not_there_is_no_answer() {
    let (mut a, _b) = pair(TCP).await;
    let stranger = NodeId::from(key(9).public());
    a.ask(&stranger, want(0));
    assert_eq!(until(&mut a, answered).await, (stranger, want(0), None));
    a.answer(77, Given::Absent);
}
