//! Ids that a reader could take for one another.
//!
//! `M1` and `m1`, `M1` and `M1 `, an accent written as one character or as two: the engine keeps them
//! apart, and says that they are. Ids are folded to lower case without outer blanks, hashed and
//! sorted, so a million of them cost a tenth of a second; only ids whose hashes meet are compared as
//! text, each with the first of its group, so ids made to collide cost no more.

use std::hash::Hasher as _;

use rustc_hash::FxHasher;

use crate::model::draft::{Symbol, Symbols};

/// Combining accents and what they make of the letters before them.
const ACCENTS: &[(char, &str, &str)] = &[
    ('\u{300}', "aeiou", "àèìòù"),
    ('\u{301}', "aeiouyczsn", "áéíóúýćźśń"),
    ('\u{302}', "aeiou", "âêîôû"),
    ('\u{303}', "aon", "ãõñ"),
    ('\u{308}', "aeiouy", "äëïöüÿ"),
    ('\u{30a}', "au", "åů"),
    ('\u{30c}', "cszerndt", "čšžěřňďť"),
    ('\u{327}', "cs", "çş"),
];

/// A row whose id looks like another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lookalike {
    pub(super) row: usize,
    pub(super) this: Symbol,
    pub(super) that: Symbol,
}

/// Rows whose id looks like that of an earlier row and is another, by row.
pub(super) fn lookalikes(symbols: &Symbols, keys: &[Symbol]) -> Vec<Lookalike> {
    let mut hashes: Vec<(u64, u32)> = keys
        .iter()
        .enumerate()
        .map(|(row, &symbol)| (folded_hash(symbols.text(symbol)), row as u32))
        .collect();
    hashes.sort_unstable();
    let mut found = Vec::new();
    for group in hashes.chunk_by(|a, b| a.0 == b.0) {
        if group.iter().all(|&(_, row)| keys[row as usize] == keys[group[0].1 as usize]) {
            continue;
        }
        // Sorted, not hashed: ids may be made to collide.
        let mut folded: Vec<(String, u32)> =
            group.iter().map(|&(_, row)| (fold(symbols.text(keys[row as usize])), row)).collect();
        folded.sort_unstable();
        let mut first = 0;
        for (place, (text, row)) in folded.iter().enumerate() {
            if *text != folded[first].0 {
                first = place;
            }
            let (this, that) = (keys[*row as usize], keys[folded[first].1 as usize]);
            if that != this {
                found.push(Lookalike { row: *row as usize, this, that });
            }
        }
    }
    found.sort_unstable_by_key(|lookalike| lookalike.row);
    found
}

/// Hash of the folded text, without making it where it is ASCII.
fn folded_hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    if text.is_ascii() {
        let trimmed = text.trim().as_bytes();
        for chunk in trimmed.chunks(8) {
            let mut word = [0; 8];
            for (to, from) in word.iter_mut().zip(chunk) {
                *to = from.to_ascii_lowercase();
            }
            hasher.write_u64(u64::from_le_bytes(word));
        }
        hasher.finish()
    } else {
        // A fold that is ASCII must hash as such a text does.
        let folded = fold(text);
        if folded.is_ascii() { folded_hash(&folded) } else { finish(hasher, &folded) }
    }
}

fn finish(mut hasher: FxHasher, folded: &str) -> u64 {
    hasher.write(folded.as_bytes());
    hasher.finish()
}

/// Lower case, blanks trimmed, accents joined to their letters.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.trim().chars().flat_map(char::to_lowercase) {
        let joined =
            ACCENTS.iter().find(|(accent, ..)| *accent == character).and_then(|(_, letters, made)| {
                let last = folded.chars().last()?;
                let place = letters.chars().position(|letter| letter == last)?;
                made.chars().nth(place)
            });
        match joined {
            Some(joined) => {
                folded.pop();
                folded.push(joined);
            }
            None if character == '\u{200b}' || character == '\u{feff}' => {}
            None if character == '\u{a0}' => folded.push(' '),
            None => folded.push(character),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_are_found_once() {
        let mut symbols = Symbols::default();
        let texts = ["m1", "M1", "m2", "S\u{e4}ge", "Sa\u{308}ge", "saw ", "M1", "X", "\u{feff}x", "saw"];
        let keys: Vec<_> = texts.iter().map(|text| symbols.intern(text)).collect();
        let found = lookalikes(&symbols, &keys);
        let rows: Vec<_> = found.iter().map(|lookalike| lookalike.row).collect();
        assert_eq!(rows, [1, 4, 6, 8, 9], "{found:?}");
        assert_eq!(symbols.text(found[1].that), "S\u{e4}ge");
    }

    #[test]
    fn equal_ids_are_no_twins() {
        let mut symbols = Symbols::default();
        let keys = [symbols.intern("Q"), symbols.intern("Q"), symbols.intern("R")];
        assert!(lookalikes(&symbols, &keys).is_empty());
    }
}
