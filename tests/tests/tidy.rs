//! The house holds to its rules (ARCHITECTURE.md, STYLE.md): who imports whom, what stands where, how
//! large a piece may grow. Each rule names the file that breaks it.

mod tidy {
    pub mod dependencies;
    pub mod files;
    pub mod pages;
}
