//! A certificate authority of a run's own, as a city's network has one: the server's certificate comes
//! from it, and the clients are told to trust it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use base64::Engine as _;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData as _,
};
use sha2::{Digest as _, Sha256};

/// An authority and the server's certificate that it made.
pub struct Authority {
    /// The authority's own certificate, PEM: what clients are told to trust.
    pub file: PathBuf,
    /// The server's certificate, PEM.
    pub chain: PathBuf,
    /// The server's private key, PEM.
    pub key: PathBuf,
    /// SHA-256 of the server's public key, base64, by which a test's Chromium trusts it.
    pub key_hash: String,
}

impl Authority {
    /// Makes both for 127.0.0.1 in `folder`.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn make(folder: &Path) -> Result<Authority> {
        let own_key = KeyPair::generate()?;
        let mut own = CertificateParams::new(Vec::new())?;
        own.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        own.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        own.distinguished_name.push(DnType::CommonName, "Kenmu test authority");
        let own_certificate = own.self_signed(&own_key)?;
        let issuer = Issuer::new(own, own_key);
        let server_key = KeyPair::generate()?;
        let mut server = CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()])?;
        server.distinguished_name.push(DnType::CommonName, "Kenmu test server");
        let certificate = server.signed_by(&server_key, &issuer)?;
        let write = |name: &str, text: String| -> Result<PathBuf> {
            let file = folder.join(name);
            std::fs::write(&file, text).with_context(|| format!("write {}", file.display()))?;
            Ok(file)
        };
        Ok(Authority {
            file: write("authority.pem", own_certificate.pem())?,
            chain: write("server.pem", certificate.pem())?,
            key: write("server-key.pem", server_key.serialize_pem())?,
            key_hash: key_hash(&server_key),
        })
    }
}

fn key_hash(key: &KeyPair) -> String {
    base64::prelude::BASE64_STANDARD.encode(Sha256::digest(key.subject_public_key_info()))
}
