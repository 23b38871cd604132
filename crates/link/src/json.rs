//! The only place that knows JSON. Everybody else has values or text.

use serde::{Serialize, de::DeserializeOwned};

/// The text is not a message of the expected kind. The reason names fields, never contents.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("malformed message at column {column}: {category}")]
pub struct Malformed {
    /// Where, in bytes from the start of the line.
    pub column: usize,
    /// What kind of fault: syntax, data or end of text.
    pub category: &'static str,
}

/// A value as JSON text.
pub fn encode<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our messages have string keys and no failing serializers")
}

/// JSON text as a value.
///
/// # Errors
/// [`Malformed`] when the text is not JSON or not of this kind; it says where, not what, so that no
/// secret reaches a log.
pub fn decode<T: DeserializeOwned>(text: &str) -> Result<T, Malformed> {
    serde_json::from_str(text).map_err(|fault| Malformed {
        column: fault.column(),
        category: match fault.classify() {
            serde_json::error::Category::Io => "read failed",
            serde_json::error::Category::Syntax => "not JSON",
            serde_json::error::Category::Data => "unknown or missing field",
            serde_json::error::Category::Eof => "text ends too early",
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{OperatorSays, Up};

    #[test]
    fn a_fault_names_the_place_and_never_the_contents() {
        let fault = decode::<Up<OperatorSays>>(r#"{"kind":"hello","version":"geheim"}"#);
        let text = fault.err().expect("a version is a number").to_string();
        assert!(!text.contains("geheim"), "{text}");
    }

    #[test]
    fn a_message_survives_the_way_there_and_back() {
        let said = OperatorSays::Sdp(crate::message::LegOffer { leg: 7, restart: true, sdp: "v=0".into() });
        assert_eq!(decode::<OperatorSays>(&encode(&said)), Ok(said));
    }
}
