//! Keeps this program's memory to itself: what an operator types must not lie in a core dump. Knows nothing of it.

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
