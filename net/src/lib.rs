//! Carries the actors of `model` over UDP.
pub mod wire;
pub use wire::WireError;
mod logging;
pub use logging::log_bridge;
