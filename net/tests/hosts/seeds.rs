//! What the fuzzer starts from: one datagram of each kind, the same as in the golden file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

#[test]
fn the_seeds_of_the_fuzzer_are_the_golden_datagrams() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = fs::read_to_string(root.join("tests/golden.txt")).unwrap();
    let golden: BTreeMap<String, String> = golden
        .lines()
        .map(|line| line.split_once(": ").unwrap())
        .map(|(kind, hex)| (kind.to_lowercase().replace(' ', "-"), hex.to_string()))
        .collect();
    let directory = root.join("../fuzz/seeds/decode");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::remove_dir_all(&directory).unwrap();
        fs::create_dir(&directory).unwrap();
        for (kind, hex) in &golden {
            fs::write(directory.join(kind), bytes(hex)).unwrap();
        }
    }
    let seeds: BTreeMap<String, String> = fs::read_dir(directory)
        .unwrap()
        .map(|file| file.unwrap())
        .map(|file| (file.file_name().into_string().unwrap(), hex(&fs::read(file.path()).unwrap())))
        .collect();
    assert_eq!(seeds, golden);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|place| u8::from_str_radix(&hex[place..place + 2], 16).unwrap()).collect()
}
