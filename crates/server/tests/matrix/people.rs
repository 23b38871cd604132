//! Everybody who may stand before a door, each with what he would show there.

use desk::ids::{BoothId, OperatorId};
use desk::time::Time;
use link::message::{BoothSays, Who};

use crate::common::{House, Key, Wire};

/// 10:00 in Japan on 6 April 2026.
const MORNING: Time = Time(1_775_437_200_000);
/// A token is good for five minutes.
const LATER: Time = Time(MORNING.0 + 6 * 60_000);

/// The columns of every matrix.
pub const COLUMNS: [&str; 7] = ["no token", "expired", "revoked", "booth", "operator", "lead", "exchange"];

pub struct People {
    pub house: House,
    expired: String,
    revoked: String,
    pub booth: (BoothId, Key),
    pub operator: String,
    pub lead: String,
    /// Somebody else, with a talk or a ring of his own.
    pub other: String,
    pub exchange: String,
    /// operator, lead, other.
    pub ids: [OperatorId; 3],
}

impl People {
    pub async fn gather() -> People {
        let mut house = House::build();
        house.config.metrics_listen = Some(([127, 0, 0, 1], 0).into());
        let ids = ["op01", "lead01", "op02"].map(|name| house.add_operator(name, name));
        house.command(&["operator", "lead", "lead01"], "").unwrap();
        for name in ["op03", "op04"] {
            house.add_operator(name, name);
        }
        let exchange = house.add_exchange();
        house.config.clock = Some(MORNING);
        house.start().await;
        let expired = house.token("op03").await;
        house.kill().await;
        house.config.clock = Some(LATER);
        house.start().await;
        let revoked = house.token("op04").await;
        house.command(&["operator", "revoke", "op04"], "").unwrap();
        let booth = house.add_booth("ブース1").await;
        let (operator, lead) = (house.token("op01").await, house.token("lead01").await);
        let other = house.token("op02").await;
        People { house, expired, revoked, booth, operator, lead, other, exchange, ids }
    }

    /// What somebody could write into a request's head; none: nothing.
    pub fn bearer(&self, column: &str) -> Option<String> {
        match column {
            "no token" => None,
            "expired" => Some(self.expired.clone()),
            "revoked" => Some(self.revoked.clone()),
            "booth" => Some(self.booth.1.public()),
            "operator" => Some(self.operator.clone()),
            "lead" => Some(self.lead.clone()),
            "exchange" => Some(self.exchange.clone()),
            other => panic!("nobody is called {other}"),
        }
    }

    /// A socket on which somebody has said who he is.
    pub async fn line(&self, column: &str) -> Wire {
        let who = match column {
            "booth" => {
                let challenge = self.booth.1.challenge(self.house.address()).await;
                self.booth.1.who(self.booth.0, &challenge.challenge)
            }
            "exchange" => Who::Exchange { key: self.exchange.clone() },
            bearer => Who::Operator { token: self.bearer(bearer).unwrap_or_default() },
        };
        let mut wire = Wire::open(self.house.address()).await;
        wire.hello::<BoothSays>(who, None).await;
        wire
    }
}
