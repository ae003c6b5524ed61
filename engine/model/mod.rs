//! What is a problem?
