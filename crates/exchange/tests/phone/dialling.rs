//! A house that makes calls, and the telephones that SIPp answers.

use std::net::SocketAddr;
use std::sync::Arc;

use desk::ids::{CallId, ContactId};
use exchange::sip::{CallNews, DialNews, DialRefused, PhoneLeg};

use super::{House, house_of};

/// The number that the tests call, and ours.
pub const NUMBER: &str = "0487829922";
pub const OURS: &str = "0120123456";

/// A trunk that calls are sent to.
pub fn trunk(name: &str, at: SocketAddr, more: &str) -> String {
    format!("[[trunk]]\nname = '{name}'\naddresses = ['127.0.0.1']\ndial = 'sip:{at}'\n{more}\n")
}

/// A house that makes calls by its trunk `main`, and by others where that does not work.
pub async fn dialling_house(outbound: &str, trunks: &[String]) -> House {
    let outbound = format!("[outbound]\ntrunk = 'main'\ncaller_id = '{OURS}'\n{outbound}\n");
    house_of("listen = ['udp:127.0.0.1:0']", &format!("{outbound}{}", trunks.concat())).await
}

impl House {
    /// Makes a call.
    pub async fn dial(&mut self, number: &str) -> Result<(CallId, Arc<PhoneLeg>), DialRefused> {
        self.made += 1;
        let call = CallId::dialled(ContactId(self.made), 0);
        self.stack.dialler().dial(call, number).await?;
        match self.next_of_calls().await {
            CallNews::Dialling { call: begun, leg } if begun == call => Ok((call, leg)),
            CallNews::Dialling { .. }
            | CallNews::Dialled { .. }
            | CallNews::Incoming { .. }
            | CallNews::Digit { .. }
            | CallNews::Over { .. }
            | CallNews::Trunks(_) => panic!("other news"),
        }
    }

    /// The next news of a call that is made.
    pub async fn dialled(&mut self, which: CallId) -> DialNews {
        match self.next_of_calls().await {
            CallNews::Dialled { call, news } if call == which => news,
            CallNews::Dialled { .. }
            | CallNews::Dialling { .. }
            | CallNews::Incoming { .. }
            | CallNews::Digit { .. }
            | CallNews::Over { .. }
            | CallNews::Trunks(_) => panic!("other news"),
        }
    }
}
