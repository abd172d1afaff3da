//! Tells recordings which actors they were made by: a digest of their sources.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let sources = Path::new("../model/src");
    let mut files = Vec::new();
    collect(sources, &mut files)?;
    files.sort();
    // Its values may change with the compiler. Then recordings are refused once too often, which is the safe side.
    let mut digest = DefaultHasher::new();
    for file in files {
        (&file, fs::read(&file)?).hash(&mut digest);
    }
    println!("cargo::rerun-if-changed={}", sources.display());
    println!("cargo::rustc-env=ACTORS={:016x}", digest.finish());
    Ok(())
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
