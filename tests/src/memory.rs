//! What lies in another program's memory. Only root may look: the desk keeps its memory to itself.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use anyhow::{Context, Result};

/// Bytes read at once. A text that lies across two of them is found too.
const CHUNK: u64 = 1 << 20;

/// A page, bytes, on every machine that these tests run on.
const PAGE: u64 = 4096;
/// An entry of proc(5)'s pagemap, bytes, and its bit for a page that is there.
const ENTRY: u64 = 8;
const PRESENT: u64 = 1 << 63;

/// How often a text lies in the writable memory of a process, each sign as a byte or as a `char`; none: we may not look.
///
/// # Errors
/// When the process is gone.
pub fn places(process: i32, text: &str) -> Result<Option<usize>> {
    let open = |name: &str| File::open(format!("/proc/{process}/{name}"));
    let mut memory = match open("mem") {
        Ok(memory) => memory,
        Err(fault) if fault.kind() == std::io::ErrorKind::PermissionDenied => return Ok(None),
        Err(fault) => return Err(fault).context("the process's memory"),
    };
    let mut pages = open("pagemap")?;
    let wide = text.chars().flat_map(|sign| u32::from(sign).to_le_bytes()).collect();
    let spelt: [Vec<u8>; 2] = [text.as_bytes().to_vec(), wide];
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps"))?;
    let mut found = 0;
    for (from, to) in maps.lines().filter_map(writable) {
        found += in_range(&mut memory, &mut pages, from..to, &spelt);
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

fn in_range(memory: &mut File, pages: &mut File, range: Range<u64>, spelt: &[Vec<u8>]) -> usize {
    let longest = spelt.iter().map(Vec::len).max().unwrap_or_default() as u64;
    let mut found = 0;
    let mut at = range.start;
    while at < range.end {
        let end = (at + CHUNK).min(range.end);
        // A browser's engine reserves tens of gigabytes, of which hardly a page is there.
        if any_present(pages, at..end) {
            // A text that begins here may end in the next chunk.
            let mut bytes = vec![0; ((end - at) + longest - 1).min(range.end - at) as usize];
            // What the process has given back meanwhile cannot be read, and holds nothing.
            if memory.seek(SeekFrom::Start(at)).is_ok() && memory.read_exact(&mut bytes).is_ok() {
                found += spelt.iter().map(|spelt| begin(&bytes, (end - at) as usize, spelt)).sum::<usize>();
            }
        }
        at = end;
    }
    found
}

fn any_present(pages: &mut File, range: Range<u64>) -> bool {
    let mut entries = vec![0; ((range.end - range.start) / PAGE * ENTRY) as usize];
    let read = pages.seek(SeekFrom::Start(range.start / PAGE * ENTRY)).is_ok()
        && pages.read_exact(&mut entries).is_ok();
    let present = |entry: &[u8]| entry.try_into().is_ok_and(|entry| u64::from_le_bytes(entry) & PRESENT != 0);
    !read || entries.chunks_exact(ENTRY as usize).any(present)
}

/// How often `spelt` begins within the first `within` bytes.
fn begin(bytes: &[u8], within: usize, spelt: &[u8]) -> usize {
    bytes.windows(spelt.len()).take(within).filter(|window| *window == spelt).count()
}
