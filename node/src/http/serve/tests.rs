use std::sync::Arc;

use axum::body::Bytes;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Semaphore;

use super::*;

/// Bytes of an answer that no connection holds by itself.
const LARGE: usize = 64 << 20;

/// A server with few places.
struct House {
    address: std::net::SocketAddr,
    /// How many are at `/wait`.
    came: Arc<Semaphore>,
    /// How many may leave it.
    leave: Arc<Semaphore>,
    _stop: watch::Sender<bool>,
}

impl House {
    async fn new(places: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let [came, leave] = [0, 0].map(|permits| Arc::new(Semaphore::new(permits)));
        let (comes, leaves) = (came.clone(), leave.clone());
        let routes = Router::new()
            .route("/", get(|| async { "here" }).post(|body: Bytes| async move { body.len().to_string() }))
            .route("/large", post(|| async { vec![7; LARGE] }))
            .route(
                "/wait",
                get(|| async move {
                    comes.add_permits(1);
                    leaves.acquire().await.unwrap().forget();
                    "waited"
                }),
            );
        let (stop, stopping) = watch::channel(false);
        tokio::spawn(async move { serve_at(&Seats::new(places), listener, routes, stopping).await });
        Self { address, came, leave, _stop: stop }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn ask(&self, what: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(what.as_bytes()).await.unwrap();
        stream
    }

    /// Asks for a page on a connection of its own and waits for it.
    async fn page(&self) -> TcpStream {
        let mut stream = self.connect().await;
        asked(&mut stream).await;
        stream
    }
}

/// Asks for a page on a connection and waits for it.
async fn asked(stream: &mut TcpStream) {
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    until(stream, "here").await;
}

/// Reads until a text has come.
async fn until(stream: &mut TcpStream, text: &str) {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(text) {
        let count = stream.read_buf(&mut read).await.unwrap();
        assert!(count > 0, "ended after {:?}", String::from_utf8_lossy(&read));
    }
}

/// Returns once the other end has closed a connection.
async fn closed(stream: &mut TcpStream) {
    let mut read = Vec::new();
    while stream.read_buf(&mut read).await.is_ok_and(|count| count > 0) {}
}

#[tokio::test]
async fn the_one_idle_longest_makes_room() {
    let house = House::new(3).await;
    let (mut first, mut second, mut third) = (house.page().await, house.page().await, house.page().await);
    asked(&mut first).await;
    let mut fourth = house.page().await;
    closed(&mut second).await;
    for stays in [&mut first, &mut third, &mut fourth] {
        asked(stays).await;
    }
}

#[tokio::test]
async fn hundreds_that_say_nothing_hold_up_nobody() {
    let house = House::new(16).await;
    let mut idle = Vec::new();
    for number in 0..300 {
        idle.push(if number % 2 == 0 { house.connect().await } else { house.ask("GET / HTTP/1.1\r\nX-Slow: ").await });
    }
    let mut page = house.page().await;
    for stream in &mut idle[..200] {
        closed(stream).await;
    }
    asked(&mut page).await;
}

#[tokio::test]
async fn what_is_being_answered_keeps_its_place() {
    let house = House::new(2).await;
    let wait = "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n";
    let (mut one, mut two) = (house.ask(wait).await, house.ask(wait).await);
    house.came.acquire_many(2).await.unwrap().forget();
    let mut third = house.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let early = tokio::time::timeout(4 * PAUSE, third.readable()).await;
    assert!(early.is_err(), "there was no place");
    house.leave.add_permits(2);
    until(&mut one, "waited").await;
    until(&mut two, "waited").await;
    until(&mut third, "here").await;
}

#[tokio::test]
async fn who_sends_too_slowly_or_never_reads_makes_room() {
    let house = House::new(1).await;
    let mut slow = house.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\ntext=").await;
    house.page().await;
    closed(&mut slow).await;
    let unread = house.ask(&"POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n".repeat(9)).await;
    unread.readable().await.unwrap();
    house.page().await;
}

#[tokio::test]
async fn a_body_that_comes_in_parts_is_taken_whole() {
    let house = House::new(1).await;
    let mut stream = house.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234").await;
    tokio::time::sleep(PAUSE).await;
    stream.write_all(b"56789").await.unwrap();
    until(&mut stream, "\r\n\r\n10").await;
}

#[tokio::test]
async fn a_head_is_as_long_as_it_may_be_and_no_longer() {
    let house = House::new(8).await;
    let head = |bytes: usize| {
        let ends = "GET / HTTP/1.1\r\nHost: a\r\nX-Long: \r\n\r\n".len();
        format!("GET / HTTP/1.1\r\nHost: a\r\nX-Long: {}\r\n\r\n", "a".repeat(bytes - ends))
    };
    until(&mut house.ask(&head(HEAD_BYTES_MAX)).await, "here").await;
    for bytes in [HEAD_BYTES_MAX + 1, 40_000, 100_000] {
        let mut stream = house.connect().await;
        // Whoever is refused early may neither get all of it out nor hear why.
        let _refused_early = stream.write_all(head(bytes).as_bytes()).await;
        let mut read = Vec::new();
        while stream.read_buf(&mut read).await.is_ok_and(|count| count > 0) {}
        let answer = String::from_utf8_lossy(&read);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{bytes}: {answer}");
    }
}
