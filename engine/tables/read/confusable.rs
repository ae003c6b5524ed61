//! Ids that a reader could take for one another.
//!
//! `M1` and `m1`, `M1` and `M1 `, an accent written as one character or as two: the engine keeps them
//! apart, and says that they are. Only ids that are not their own plain spelling are looked at, so
//! the usual million of ids costs one scan.

use rustc_hash::FxHashMap;

use crate::model::draft::{Symbol, Symbols};

use super::super::spec::Entity;

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

/// The plain spelling of ids seen so far, by entity.
#[derive(Debug, Default)]
pub(super) struct Lookalikes {
    seen: FxHashMap<(Entity, String), Symbol>,
}

impl Lookalikes {
    /// Rows whose id looks like that of another row, with both ids; each pair once.
    pub(super) fn find(
        &mut self,
        symbols: &Symbols,
        keys: &[Symbol],
        entity: Entity,
    ) -> Vec<(usize, String, String)> {
        let odd: Vec<(usize, Symbol, String)> = keys
            .iter()
            .enumerate()
            .filter(|(_, symbol)| !is_plain(symbols.text(**symbol)))
            .map(|(row, &symbol)| (row, symbol, fold(symbols.text(symbol))))
            .collect();
        if odd.is_empty() {
            return Vec::new();
        }
        // The plain twin of an odd id counts only if this table has it.
        let plain: FxHashMap<Symbol, ()> = keys
            .iter()
            .filter(|symbol| is_plain(symbols.text(**symbol)))
            .map(|&symbol| (symbol, ()))
            .collect();
        let mut found = Vec::new();
        for (row, symbol, folded) in odd {
            let twin = symbols.find(&folded).filter(|twin| plain.contains_key(twin));
            let before = *self.seen.entry((entity, folded)).or_insert(symbol);
            let other = twin.or((before != symbol).then_some(before));
            if let Some(other) = other {
                let text = |symbol| symbols.text(symbol).to_owned();
                found.push((row, text(symbol), text(other)));
            }
        }
        found
    }
}

/// Whether a text is surely its own plain spelling.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase())
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
        let texts = ["m1", "M1", "m2", "S\u{e4}ge", "Sa\u{308}ge", "saw ", "M1", "X"];
        let keys: Vec<_> = texts.iter().map(|text| symbols.intern(text)).collect();
        let found = Lookalikes::default().find(&symbols, &keys, Entity::Resource);
        let rows: Vec<_> = found.iter().map(|(row, ..)| *row).collect();
        assert_eq!(rows, [1, 4, 6], "{found:?}");
        assert_eq!(found[1].2, "S\u{e4}ge");
    }
}
