//! The line between the namespaces of a test, for kernels that cannot delay packets themselves:
//! `forwarder NODES MILLISECONDS`, until standard input ends; a line there is a new delay.

use std::time::Duration;

use talkoot_tests::netns::relay;

fn main() -> std::io::Result<()> {
    let mut numbers = std::env::args().skip(1).map_while(|text| text.parse::<u64>().ok());
    let (Some(nodes), Some(millis)) = (numbers.next().and_then(|count| u8::try_from(count).ok()), numbers.next())
    else {
        return Err(std::io::Error::other("usage: forwarder NODES MILLISECONDS"));
    };
    relay::serve(nodes, Duration::from_millis(millis))
}
