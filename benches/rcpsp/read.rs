//! Instance files: projects in Patterson's format, job shops with operators.

use std::path::{Path, PathBuf};

use sopengine::schedule::project::{ProjectInstance, ProjectLink, ProjectOperation};

use super::table::Known;

/// Finds an instance below the folder of published instances and reads it.
pub fn read_instance(data: &Path, known: &Known) -> Result<ProjectInstance, String> {
    match known.operators {
        None => {
            let path = data.join("rcpsp").join(&known.class).join(format!("{}.rcp", known.name));
            patterson(&text_of(&path)?)
        }
        Some(operators) => {
            let name = known.name.split('/').next().unwrap_or_default();
            job_shop(&text_of(&find(data, name)?)?, operators)
        }
    }
}

fn text_of(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn find(data: &Path, name: &str) -> Result<PathBuf, String> {
    let folders = std::fs::read_dir(data.join("jobshop")).map_err(|error| error.to_string())?;
    let paths = folders.flatten().map(|folder| folder.path().join(format!("{name}.txt")));
    paths.into_iter().find(|path| path.is_file()).ok_or_else(|| format!("no file for instance {name}"))
}

/// Counts, capacities, then for each activity its duration, demands, number of successors and successors,
/// counted from 1. Successors have larger numbers.
fn patterson(text: &str) -> Result<ProjectInstance, String> {
    let mut numbers =
        text.split_whitespace().map(|word| word.parse::<u32>().map_err(|_| format!("not a number: {word}")));
    let mut next = || numbers.next().unwrap_or_else(|| Err("the file ends early".to_owned()));
    let (activities, resources) = (next()?, next()?);
    let mut capacities = Vec::new();
    for _ in 0..resources {
        capacities.push(u64::from(next()?));
    }
    let (mut operations, mut links) = (Vec::new(), Vec::new());
    for before in 0..activities {
        let duration = next()?;
        let mut demands = Vec::new();
        for resource in 0..resources {
            demands.push((resource, u64::from(next()?)));
        }
        operations.push(ProjectOperation { duration, demands, ..ProjectOperation::default() });
        for _ in 0..next()? {
            links.push(ProjectLink { before, after: next()? - 1, lag: 0 });
        }
    }
    ProjectInstance::new(capacities, operations, links).map_err(|error| error.to_string())
}

/// Each operation needs its machine and one of the operators.
fn job_shop(text: &str, operators: u64) -> Result<ProjectInstance, String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let mut numbers = || -> Result<Option<Vec<u32>>, String> {
        let Some(line) = lines.next() else { return Ok(None) };
        let words =
            line.split_whitespace().map(|word| word.parse().map_err(|_| format!("bad number: {word}")));
        words.collect::<Result<_, _>>().map(Some)
    };
    let head = numbers()?.ok_or("empty file")?;
    let resources = *head.get(1).ok_or("no size")?;
    let mut capacities = vec![1; resources as usize];
    capacities.push(operators);
    let (mut operations, mut links) = (Vec::new(), Vec::new());
    while let Some(row) = numbers()? {
        for (place, pair) in row.chunks_exact(2).enumerate() {
            let after = operations.len() as u32;
            if place > 0 {
                links.push(ProjectLink { before: after - 1, after, lag: 0 });
            }
            let demands = vec![(pair[0], 1), (resources, 1)];
            operations.push(ProjectOperation { duration: pair[1], demands, ..ProjectOperation::default() });
        }
    }
    ProjectInstance::new(capacities, operations, links).map_err(|error| error.to_string())
}
