//! The files for SIP over TLS, looked at before a door is opened: the stack below would find out at the first caller
//! and tell nobody. Knows no doors.

use std::path::Path;

use rsipstack::transport::TlsConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::config::{SipConfig, SipError, Tls};

/// What the stack needs: our certificate and key, where there is one, and whom we believe.
///
/// # Errors
/// [`SipError::Unreadable`], and [`SipError::Unusable`]: what is wrong with a file, and what to do.
pub fn read(config: &SipConfig) -> Result<TlsConfig, SipError> {
    let mut tls = TlsConfig::default();
    if let Some(file) = &config.ca_file {
        let authorities = pem(file)?;
        certificates(file, &authorities)?;
        tls.ca_certs = Some(authorities);
    }
    if let Some(own) = &config.tls {
        let (certificate, key) = (pem(&own.certificate)?, pem(&own.key)?);
        check(own, &certificate, &key)?;
        (tls.cert, tls.key) = (Some(certificate), Some(key));
    }
    Ok(tls)
}

fn check(own: &Tls, certificate: &[u8], key: &[u8]) -> Result<(), SipError> {
    let chain = certificates(&own.certificate, certificate)?;
    let unusable = |why: &str| SipError::Unusable { path: own.key.clone(), why: why.to_owned() };
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| unusable("it holds no private key as PEM"))?;
    if matches!(key, PrivateKeyDer::Sec1(_)) {
        return Err(unusable(
            "its key is in the old form of elliptic curves; write it anew with `openssl pkcs8 -topk8 -nocrypt`",
        ));
    }
    match CertifiedKey::from_der(chain, key, &rustls::crypto::ring::default_provider()) {
        Ok(_) => Ok(()),
        Err(rustls::Error::InconsistentKeys(_)) => {
            Err(unusable(&format!("it is not the key of {}", own.certificate.display())))
        }
        Err(fault) => Err(unusable(&fault.to_string())),
    }
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, SipError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let unusable =
        || SipError::Unusable { path: path.to_owned(), why: "it holds no certificate as PEM".to_owned() };
    found.ok().filter(|found| !found.is_empty()).ok_or_else(unusable)
}

fn pem(path: &Path) -> Result<Vec<u8>, SipError> {
    std::fs::read(path).map_err(|fault| SipError::Unreadable { path: path.to_owned(), fault })
}

#[cfg(test)]
mod tests {
    const TRUNK: &str = "[[trunk]]\nname = 'a'\naddresses = ['192.0.2.1']\n";

    #[test]
    fn a_file_that_cannot_be_used_says_why() {
        let folder = tempfile::tempdir().expect("a folder");
        let made =
            |name: &str| rcgen::generate_simple_self_signed(vec![name.to_owned()]).expect("a certificate");
        let (one, other) = (made("one"), made("other"));
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
        write("one.pem", &one.cert.pem());
        write("one.key", &one.signing_key.serialize_pem());
        write("other.key", &other.signing_key.serialize_pem());
        write("empty.pem", "\n");
        write("old.key", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");
        write("broken.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
        let read = |certificate: &str, key: &str, authority: &str| {
            let at = |name: &str| folder.path().join(name).display().to_string();
            let (certificate, key, authority) = (at(certificate), at(key), at(authority));
            let text = format!(
                "ca_file = '{authority}'\ntls = {{ certificate = '{certificate}', key = '{key}' }}\n{TRUNK}"
            );
            super::read(&toml::from_str(&text).expect("a good file"))
                .map(|_| ())
                .map_err(|fault| fault.to_string())
        };
        assert_eq!(read("one.pem", "one.key", "one.pem"), Ok(()));
        let table = [
            ("none.pem", "one.key", "one.pem", "cannot read"),
            ("one.pem", "none.key", "one.pem", "cannot read"),
            ("one.pem", "one.key", "none.pem", "cannot read"),
            ("empty.pem", "one.key", "one.pem", "no certificate"),
            ("broken.pem", "one.key", "one.pem", "no certificate"),
            ("one.pem", "one.key", "empty.pem", "no certificate"),
            ("one.pem", "one.pem", "one.pem", "no private key"),
            ("one.pem", "old.key", "one.pem", "openssl pkcs8"),
            ("one.pem", "other.key", "one.pem", "not the key of"),
        ];
        for (certificate, key, authority, expected) in table {
            let said = read(certificate, key, authority).expect_err(expected);
            assert!(said.contains(expected), "{certificate} {key} {authority}: {said}");
        }
    }
}
