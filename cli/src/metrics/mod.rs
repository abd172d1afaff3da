//! Metrics of a server, in the text format of Prometheus, for whoever asks at the address that the operator has chosen.
//!
//! The numbers are those of the notices and of the host. Nothing is counted here.

mod families;

use std::net::SocketAddrV4;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, anyhow};
use net::Console;
use prometheus_client::encoding::prometheus_text::{CONTENT_TYPE, encode};
use prometheus_client::registry::Registry;
use tiny_http::{Header, Method, Request, Response, Server};

use crate::server::Board;
use families::Families;

/// What the next scrape gets to see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metrics(Arc<Mutex<Board>>);

impl Metrics {
    /// Takes note of how the server stands.
    pub(crate) fn note(&self, board: &Board) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone_from(board);
    }

    fn board(&self) -> Board {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Answers scrapes at an address, as long as the process lasts.
pub(crate) fn serve(at: SocketAddrV4, console: Arc<Console>) -> anyhow::Result<Metrics> {
    let server = Server::http(at).map_err(|error| anyhow!("no metrics at {at}: {error}"))?;
    let metrics = Metrics::default();
    let mut registry = Registry::with_prefix("chat");
    registry.register_collector(Box::new(Families { console, metrics: metrics.clone() }));
    thread::Builder::new()
        .name("metrics".into())
        .spawn(move || {
            for request in server.incoming_requests() {
                answer(request, &registry);
            }
        })
        .context("cannot start to answer scrapes")?;
    Ok(metrics)
}

fn answer(request: Request, registry: &Registry) {
    let read = matches!(request.method(), Method::Get | Method::Head);
    let path = request.url().split('?').next().unwrap_or_default();
    let mut page = String::new();
    let response = match path {
        "/metrics" if read && encode(&mut page, registry).is_ok() => {
            let header = Header::from_bytes("Content-Type", CONTENT_TYPE);
            header.into_iter().fold(Response::from_string(page), Response::with_header)
        }
        "/metrics" => Response::from_string("only GET\n").with_status_code(405),
        _ => Response::from_string("see /metrics\n").with_status_code(404),
    };
    if let Err(error) = request.respond(response) {
        tracing::debug!("a scrape was not answered: {error}");
    }
}
