//! The key file, as it is used over days.

use desk::note::revision::StreamId;
use desk::time::Time;
use uuid::Uuid;

use super::{KeyError, KeyFile, KeyringKey, SignIn};

const DAY: u64 = 86_400_000;
const NOW: Time = Time(1_775_401_200_000);

fn later(days: u64) -> Time {
    Time(NOW.0 + days * DAY)
}

fn read(path: &std::path::Path) -> KeyFile {
    KeyFile::load(path).unwrap().unwrap()
}

#[test]
fn the_key_comes_out_with_password_and_keyring_and_with_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.keys");
    assert!(KeyFile::load(&path).unwrap().is_none());
    let keyring = KeyringKey::random().unwrap();
    let (_, key) = KeyFile::create(&path, "ひらけごま", Some(&keyring), 7, NOW).unwrap();
    let file = read(&path);
    assert!(file.open_with_password("ひらけごま", SignIn::Offline, NOW).unwrap() == key);
    let kept = KeyringKey::from_text(&keyring.to_text()).unwrap();
    assert!(file.open_with_keyring(&kept, SignIn::Offline, NOW).unwrap() == key);
    let wrong = file.open_with_password("ひらけこま", SignIn::Online, NOW);
    assert!(matches!(wrong, Err(KeyError::WrongKey)));
    let other = KeyringKey::random().unwrap();
    assert!(matches!(file.open_with_keyring(&other, SignIn::Online, NOW), Err(KeyError::WrongKey)));
    assert!(KeyringKey::from_text("not a key").is_none());
}

#[test]
fn without_the_server_it_opens_for_seven_days_also_when_the_clock_is_set_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.keys");
    let (mut file, key) = KeyFile::create(&path, "p", None, 7, NOW).unwrap();
    assert!(read(&path).open_with_password("p", SignIn::Offline, later(7)).is_ok());
    let late = Time(later(7).0 + 1);
    assert!(matches!(file.open_with_password("p", SignIn::Offline, late), Err(KeyError::Expired)));
    assert!(file.open_with_password("p", SignIn::Online, late).is_ok());
    file.seen(&key, late).unwrap();
    let back = read(&path).open_with_password("p", SignIn::Offline, NOW);
    assert!(matches!(back, Err(KeyError::Expired)), "the latest time ever seen counts");
    file.online(&key, 7, late).unwrap();
    assert!(read(&path).open_with_password("p", SignIn::Offline, later(14)).is_ok());
}

#[test]
fn marks_that_were_changed_by_hand_open_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.keys");
    KeyFile::create(&path, "p", None, 7, NOW).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("\"max_days\":7"));
    std::fs::write(&path, text.replace("\"max_days\":7", "\"max_days\":7000")).unwrap();
    assert!(matches!(read(&path).open_with_password("p", SignIn::Offline, NOW), Err(KeyError::WrongKey)));
    std::fs::write(&path, text.replace("\"form\":1", "\"form\":2")).unwrap();
    assert!(matches!(KeyFile::load(&path), Err(KeyError::Newer)));
}

#[test]
fn a_new_password_takes_the_old_ones_place_and_the_stream_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.keys");
    let (mut file, key) = KeyFile::create(&path, "old", None, 7, NOW).unwrap();
    let stream = StreamId(Uuid::new_v4());
    file.keep_stream(&key, stream).unwrap();
    file.rewrap(&key, "new", None).unwrap();
    let file = read(&path);
    assert_eq!(file.stream(), Some(stream));
    assert!(file.open_with_password("new", SignIn::Offline, NOW).unwrap() == key);
    assert!(matches!(file.open_with_password("old", SignIn::Online, NOW), Err(KeyError::WrongKey)));
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(names, ["a.keys"], "nothing is left beside it");
}
