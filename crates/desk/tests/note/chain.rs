//! Commitments and the chain over them.

use desk::ids::OperatorId;
use desk::note::chain::{GENESIS, commitment, commits, link};
use desk::note::revision::{RevId, RevKind, Revision, StreamId};
use desk::time::Time;
use uuid::Uuid;

use super::refusals::name;

const SALT: &str = "0101010101010101010101010101010101010101010101010101010101010101";

fn revision() -> Revision {
    Revision {
        rev: RevId(Uuid::from_u128(1)),
        note: name(2),
        parents: vec![RevId(Uuid::from_u128(3))],
        stream: StreamId(Uuid::from_u128(4)),
        dseq: 5,
        author: OperatorId(6),
        kind: RevKind::Edit,
        client_ms: Time(7),
        body: Some("{}".to_owned()),
        salt: Some(SALT.to_owned()),
        commitment: commitment("{}", SALT),
    }
}

#[test]
fn a_commitment_is_hmac_sha256() {
    // RFC 4231, test cases 1 and 2.
    let key = "0b".repeat(20);
    assert_eq!(
        commitment("Hi There", &key),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    assert_eq!(
        commitment("what do ya want for nothing?", "4a656665"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

#[test]
fn a_body_that_was_changed_no_longer_commits() {
    assert!(commits(&revision()));
    for change in [
        |revision: &mut Revision| revision.body = Some("{ }".to_owned()),
        |revision: &mut Revision| revision.salt = Some(SALT.replacen('0', "1", 1)),
        |revision: &mut Revision| revision.salt = Some("01".to_owned()),
        |revision: &mut Revision| revision.salt = None,
        |revision: &mut Revision| revision.body = None,
        |revision: &mut Revision| revision.commitment = revision.commitment.to_uppercase(),
        |revision: &mut Revision| revision.commitment = String::new(),
    ] {
        let mut changed = revision();
        change(&mut changed);
        assert!(!commits(&changed), "{changed:?}");
    }
}

#[test]
fn what_was_redacted_or_never_had_a_body_still_commits() {
    let mut redacted = revision();
    (redacted.body, redacted.salt) = (None, None);
    assert!(commits(&redacted));
    assert_eq!(
        link(GENESIS, 1, &redacted),
        link(GENESIS, 1, &revision()),
        "the chain holds without the body"
    );
    redacted.kind = RevKind::Tombstone;
    assert!(!commits(&redacted), "a tombstone has one commitment only");
    redacted.commitment = commitment("", "");
    assert!(commits(&redacted));
}

#[test]
fn every_covered_part_turns_the_chain() {
    let mut seen = vec![link(GENESIS, 1, &revision()), link(GENESIS, 2, &revision())];
    seen.push(link(&seen[0], 1, &revision()));
    for change in [
        |revision: &mut Revision| revision.rev = RevId(Uuid::from_u128(9)),
        |revision: &mut Revision| revision.note = name(9),
        |revision: &mut Revision| revision.parents = Vec::new(),
        |revision: &mut Revision| revision.parents.push(RevId(Uuid::from_u128(9))),
        |revision: &mut Revision| revision.stream = StreamId(Uuid::from_u128(9)),
        |revision: &mut Revision| revision.dseq = 9,
        |revision: &mut Revision| revision.author = OperatorId(9),
        |revision: &mut Revision| revision.kind = RevKind::Resolve,
        |revision: &mut Revision| revision.kind = RevKind::Tombstone,
        |revision: &mut Revision| revision.kind = RevKind::Redact,
        |revision: &mut Revision| revision.commitment = commitment("", ""),
    ] {
        let mut changed = revision();
        change(&mut changed);
        seen.push(link(GENESIS, 1, &changed));
    }
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len());
    // The clock is advisory, body and salt may be redacted: none of them is covered.
    let mut later = revision();
    later.client_ms = Time(99);
    assert_eq!(link(GENESIS, 1, &later), seen[0]);
    // The formula is a contract between all desks and the server: it never changes. Computed apart, with Python's
    // hashlib.
    assert_eq!(seen[0], "2131e02871f5ca470e1ac3a6a67169c4c230f9a0384c44ea9a4950b28a3299e9");
}
