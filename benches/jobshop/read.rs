//! Instance files: job shop, reentrant job shop, flexible job shop; plain text or zipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use sopengine::schedule::plain::{PlainInstance, PlainMode};

/// Finds an instance below the folder of published instances and reads it.
pub fn read_instance(data: &Path, name: &str) -> Result<PlainInstance, String> {
    let path = find(data, name).ok_or_else(|| format!("no file for instance {name}"))?;
    let text = if path.extension().is_some_and(|extension| extension == "zip") {
        let output = Command::new("unzip").arg("-p").arg(&path).output().map_err(|e| e.to_string())?;
        String::from_utf8(output.stdout).map_err(|e| e.to_string())?
    } else {
        std::fs::read_to_string(&path).map_err(|e| e.to_string())?
    };
    if path.extension().is_some_and(|extension| extension == "fjs") {
        flexible(&text)
    } else {
        job_shop(&text)
    }
}

fn find(data: &Path, name: &str) -> Option<PathBuf> {
    for kind in ["jobshop", "flexible-jobshop"] {
        let mut folders: Vec<PathBuf> =
            std::fs::read_dir(data.join(kind)).ok()?.flatten().map(|entry| entry.path()).collect();
        folders.sort();
        for folder in folders {
            for extension in ["txt", "zip", "fjs"] {
                let path = folder.join(format!("{name}.{extension}"));
                if path.is_file() {
                    return Some(path);
                }
            }
        }
    }
    None
}

fn numbers(line: &str) -> Result<Vec<i64>, String> {
    line.split_whitespace().map(|word| word.parse().map_err(|_| format!("not a number: {word}"))).collect()
}

fn job_shop(text: &str) -> Result<PlainInstance, String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let head = numbers(lines.next().ok_or("empty file")?)?;
    let num_resources = u32::try_from(*head.get(1).ok_or("no size")?).map_err(|e| e.to_string())?;
    let (mut chain_starts, mut modes) = (vec![0], Vec::new());
    for line in lines {
        for pair in numbers(line)?.chunks_exact(2) {
            // Some collections end a line with -1 -1.
            if pair[0] >= 0 {
                modes.push(PlainMode { resource: pair[0] as u32, duration: pair[1] as u32 });
            }
        }
        chain_starts.push(modes.len() as u32);
    }
    let mode_starts = (0..=modes.len() as u32).collect();
    PlainInstance::new(num_resources, chain_starts, mode_starts, modes, vec![], vec![])
        .map_err(|e| e.to_string())
}

fn flexible(text: &str) -> Result<PlainInstance, String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let head = lines.next().ok_or("empty file")?;
    let num_resources = head.split_whitespace().nth(1).and_then(|word| word.parse().ok()).ok_or("no size")?;
    let (mut chain_starts, mut mode_starts, mut modes) = (vec![0], vec![0], Vec::new());
    for line in lines {
        let mut words = numbers(line)?.into_iter().map(|number| number as u32);
        let mut word = || words.next().ok_or_else(|| format!("line ends early: {line}"));
        for _ in 0..word()? {
            for _ in 0..word()? {
                modes.push(PlainMode { resource: word()?.wrapping_sub(1), duration: word()? });
            }
            mode_starts.push(modes.len() as u32);
        }
        chain_starts.push(mode_starts.len() as u32 - 1);
    }
    PlainInstance::new(num_resources, chain_starts, mode_starts, modes, vec![], vec![])
        .map_err(|e| e.to_string())
}
