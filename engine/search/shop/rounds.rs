//! Logical workers on real threads.
//!
//! A round gives every worker the same amount of work. Which thread runs which worker is left to chance; what
//! a worker does depends on its own state and on what was known when the round began, so chance never reaches
//! an answer.

use std::sync::Mutex;

/// Runs `act` once for every worker, on up to `threads` threads, the calling one included.
pub(in crate::search) fn round<W: Send>(workers: &mut [W], threads: usize, act: impl Fn(&mut W) + Sync) {
    let threads = threads.clamp(1, workers.len().max(1));
    if threads == 1 {
        workers.iter_mut().for_each(act);
        return;
    }
    let queue = Mutex::new(workers.iter_mut());
    let serve = || {
        while let Some(worker) = queue.lock().ok().and_then(|mut queue| queue.next()) {
            act(worker);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(serve);
        }
        serve();
    });
}
