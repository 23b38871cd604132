//! What lies in another program's memory. Only root may look: the desk keeps its memory to itself.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use anyhow::{Context, Result};

/// Bytes read at once. A text that lies across two of them is found too.
const CHUNK: usize = 1 << 20;

/// How often a text lies in the writable memory of a process, each sign as a byte or as a `char`; none: we may not look.
///
/// # Errors
/// When the process is gone.
pub fn places(process: i32, text: &str) -> Result<Option<usize>> {
    let mut memory = match File::open(format!("/proc/{process}/mem")) {
        Ok(memory) => memory,
        Err(fault) if fault.kind() == std::io::ErrorKind::PermissionDenied => return Ok(None),
        Err(fault) => return Err(fault).context("the process's memory"),
    };
    let spelt =
        [text.as_bytes().to_vec(), text.chars().flat_map(|sign| u32::from(sign).to_le_bytes()).collect()];
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))?;
    let mut found = 0;
    for (from, to) in maps.lines().filter_map(writable) {
        found += spelt.iter().map(|spelt| in_range(&mut memory, from, to, spelt)).sum::<usize>();
    }
    Ok(Some(found))
}

/// A line of proc(5)'s maps, such as `7f00-7f10 rw-p …`.
fn writable(line: &str) -> Option<(u64, u64)> {
    let (range, rest) = line.split_once(' ')?;
    let (from, to) = range.split_once('-')?;
    let address = |text| u64::from_str_radix(text, 16).ok();
    rest.starts_with("rw").then_some((address(from)?, address(to)?))
}

fn in_range(memory: &mut File, from: u64, to: u64, spelt: &[u8]) -> usize {
    let mut found = 0;
    let mut bytes = vec![0; CHUNK + spelt.len()];
    let mut at = from;
    while at < to {
        let end = (at + CHUNK as u64).min(to);
        // A text that begins here may end in the next chunk.
        let wanted = ((end - at) as usize + spelt.len() - 1).min((to - at) as usize);
        // What the process has given back meanwhile cannot be read, and holds nothing.
        if memory.seek(SeekFrom::Start(at)).is_ok() && memory.read_exact(&mut bytes[..wanted]).is_ok() {
            found += bytes[..wanted].windows(spelt.len()).filter(|window| *window == spelt).count();
        }
        at = end;
    }
    found
}
