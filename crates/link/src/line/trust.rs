//! Whose certificates are believed: the operating system's, and those of a file beside them. Knows no line.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls_platform_verifier::Verifier;

/// Why nobody can be believed. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file with the city's own authority cannot be read.
    #[error("cannot read certificates from {path}: {fault}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        fault: pem::Error,
    },
    /// The file holds something else.
    #[error("{0} holds no certificate; it must be PEM, with BEGIN CERTIFICATE")]
    Empty(PathBuf),
    /// The system has no certificates, or one of the file is none of an authority.
    #[error("the trusted certificates cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

/// What a TLS client believes: the system's authorities and, where a network has its own, those of a PEM
/// file. For lines and for HTTPS alike.
///
/// # Errors
/// [`TrustError`].
pub fn trust(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, TrustError> {
    let own = ca_file.map(read).transpose()?.unwrap_or_default();
    let provider = Arc::new(default_provider());
    let verifier = Verifier::new_with_extra_roots(own, Arc::clone(&provider))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let unreadable = |fault| TrustError::Unreadable { path: path.to_owned(), fault };
    let found = CertificateDer::pem_file_iter(path).map_err(unreadable)?;
    let found: Vec<_> = found.collect::<Result<_, _>>().map_err(unreadable)?;
    if found.is_empty() {
        return Err(TrustError::Empty(path.to_owned()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_authority_is_named() {
        let path = std::env::temp_dir().join(format!("kenmu-trust-{}.pem", std::process::id()));
        let words = trust(Some(&path)).unwrap_err().to_string();
        assert!(words.contains("cannot read") && words.contains("kenmu-trust"), "{words}");
        std::fs::write(&path, "no certificate").unwrap();
        let words = trust(Some(&path)).unwrap_err().to_string();
        std::fs::remove_file(&path).unwrap();
        assert!(words.contains("BEGIN CERTIFICATE"), "{words}");
    }
}
