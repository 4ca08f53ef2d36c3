//! Notes what is asked and answered on one connection, so that its [seat](super::seats) knows whom it waits for.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use hyper::body::{Body as Streamed, Frame, Incoming, SizeHint};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::seats::{Asked, Seat};

/// The routes, for one connection.
#[derive(Debug, Clone)]
pub(super) struct Seated {
    routes: TowerToHyperService<Router>,
    seat: Arc<Seat>,
}

impl Seated {
    /// Takes the routes, and where to note what happens.
    pub(super) fn new(routes: Router, seat: Arc<Seat>) -> Self {
        Self { routes: TowerToHyperService::new(routes), seat }
    }
}

impl Service<Request<Incoming>> for Seated {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let asked = Asked::new(&self.seat);
        let seat = self.seat.clone();
        let answer = self.routes.call(request.map(|body| Coming { body, seat }));
        Box::pin(async move { Ok(answer.await?.map(|body| Body::new(Going { body, _asked: asked }))) })
    }
}

/// A body that comes.
struct Coming {
    body: Incoming,
    seat: Arc<Seat>,
}

impl Streamed for Coming {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let frame = Pin::new(&mut this.body).poll_frame(context);
        this.seat.awaits_body(frame.is_pending());
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        self.seat.awaits_body(false);
    }
}

/// A body that goes out. When its last part was handed over, nothing is asked any more.
struct Going {
    body: Body,
    _asked: Asked,
}

impl Streamed for Going {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
