//! Keeps this program's memory to itself: what an operator types must not lie in a core dump, nor in what was given
//! back. Knows nothing of what lies there.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;

/// Larger blocks are given back as they are, bytes. A page's fields, a view with all its lists and a page of the sync as
/// text are smaller; pictures and sound are larger, and wiping them would cost a megabyte of memory thirty times a second.
const LARGEST_WIPED: usize = 1 << 20;

/// An allocator that wipes what is given back: a refused number has been through JSON, fields, views and the guard's own
/// copies, and each of them would stay readable until something else is written over it.
pub struct Wiping;

// SAFETY: every block comes from the system's allocator and goes back to it with its own layout; between, only bytes that
// belong to the block are written.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise about the layout is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if layout.size() <= LARGEST_WIPED {
            // SAFETY: the block is the caller's for its whole size until it is given back.
            unsafe { block.write_bytes(0, layout.size()) };
            // Nobody reads the zeros: without this the compiler may leave out what nobody reads.
            black_box(block);
        }
        // SAFETY: the caller's promise about block and layout is passed on.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.size() > LARGEST_WIPED {
            // SAFETY: as above.
            return unsafe { System.realloc(block, layout, size) };
        }
        // The system may move the bytes and leave the old ones where they were.
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else { return std::ptr::null_mut() };
        // SAFETY: both blocks are as large as what is copied, and cannot overlap.
        unsafe {
            let moved = System.alloc(wanted);
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

/// From now on the system writes no core dump of this process and lets no other program of this user look into it.
#[cfg(target_os = "linux")]
pub fn keep_to_itself() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    for done in [setrlimit(Resource::Core, none), set_dumpable_behavior(DumpableBehavior::NotDumpable)] {
        if let Err(fault) = done {
            tracing::warn!(%fault, "core dumps stay possible");
        }
    }
}

/// Elsewhere the system asks nobody: crash dumps are switched off by whoever sets the machine up.
#[cfg(not(target_os = "linux"))]
pub fn keep_to_itself() {}
