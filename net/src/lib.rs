//! Carries the actors of `model` over UDP.
