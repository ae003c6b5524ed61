//! Propagators against brute force: nothing is removed that some solution has, and what a rule promises to
//! find is found.

mod disjunctive;
mod network;
mod reservoir;
mod rich;
mod sketch;
