//! What a line remembers from one connection to the next. Pure: no socket, no clock, so that it is tested
//! with the same steps as the booth page's line (`ui/booth/line.vectors.json`).

use std::collections::VecDeque;
use std::time::Duration;

use desk::code::Code;
use serde::{Serialize, de::DeserializeOwned};

use super::{FIRST_PAUSE, LONGEST_PAUSE, LineEvent};
use crate::message::{Down, RequestId, Resume, Up, VERSION, Who};
use crate::resume::{Cursor, Step};

/// Why one connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Try again.
    Again,
    /// The owner dropped the line.
    Closed,
    /// The server does not want us.
    Refused(Code),
}

/// What is not answered yet, the place in the stream, and whether this connection was welcomed.
pub(super) struct Memory<T> {
    unanswered: VecDeque<(RequestId, T)>,
    cursor: Option<Cursor>,
    welcomed: bool,
}

impl<T: Serialize + Clone> Memory<T> {
    /// A line that has never been connected.
    pub fn new() -> Memory<T> {
        Memory { unanswered: VecDeque::new(), cursor: None, welcomed: false }
    }

    /// The first words on a new connection.
    pub fn hello(&mut self, who: Who) -> Up<T> {
        self.welcomed = false;
        let resume = self.cursor.map(|at| Resume { stream: at.stream, event: at.event });
        Up::Hello { version: VERSION, who, resume }
    }

    /// This connection was welcomed.
    pub fn welcomed(&self) -> bool {
        self.welcomed
    }

    /// How many requests wait for their answers.
    pub fn unanswered(&self) -> usize {
        self.unanswered.len()
    }

    /// Keeps a request; what is to be sent now, if the line is up.
    pub fn say(&mut self, request: RequestId, body: T) -> Option<Up<T>> {
        self.unanswered.push_back((request, body.clone()));
        self.welcomed.then_some(Up::Say { request, body })
    }

    /// Everything unanswered, under its old names: to be sent after a welcome.
    pub fn again(&self) -> impl Iterator<Item = Up<T>> {
        self.unanswered.iter().cloned().map(|(request, body)| Up::Say { request, body })
    }

    /// The connection is over. True: it had been welcomed, so that the cut is told, once.
    pub fn cut(&mut self) -> bool {
        std::mem::take(&mut self.welcomed)
    }

    /// Takes a text of the server: what is told about it, if anything.
    ///
    /// # Errors
    /// Why this connection is over.
    pub fn hear<S, C, G>(&mut self, text: &str) -> Result<Option<LineEvent<S, C, G>>, Cut>
    where
        S: DeserializeOwned,
        C: DeserializeOwned,
        G: DeserializeOwned,
    {
        let Ok(message) = crate::json::decode::<Down<S, C, G>>(text) else {
            tracing::warn!("the server sent a message of an unknown shape; reconnecting");
            return Err(self.lost());
        };
        Ok(Some(match message {
            Down::Welcome { stream, session, resumed, now, version: _ } => {
                self.welcomed = true;
                if !resumed {
                    self.cursor = Some(Cursor { stream, event: 0 });
                }
                LineEvent::Up { session, resumed, now }
            }
            Down::Snapshot { event, state, now } => {
                if let Some(at) = &mut self.cursor {
                    at.event = event;
                }
                LineEvent::Snapshot { state, now }
            }
            Down::Event { event, change, now } => match self.cursor.as_mut().map(|at| at.take(event)) {
                Some(Step::Apply) => LineEvent::Change { change, now },
                Some(Step::Duplicate) => return Ok(None),
                Some(Step::Gap) | None => return Err(self.lost()),
            },
            Down::Signal { signal } => LineEvent::Signal(signal),
            Down::Answer { request, refused } => {
                self.unanswered.retain(|(name, _)| *name != request);
                LineEvent::Answer { request, refused }
            }
            Down::Pong { now } => LineEvent::Heard { now },
            Down::Goodbye { code } if code.passes() => return Err(Cut::Again),
            Down::Goodbye { code } => return Err(Cut::Refused(code)),
        }))
    }

    /// The place in the stream is lost: the next connection asks for a snapshot.
    fn lost(&mut self) -> Cut {
        self.cursor = None;
        Cut::Again
    }
}

/// The pauses between tries: each twice the one before, up to the longest.
pub(super) struct Pause(Duration);

impl Pause {
    /// As after a long good connection.
    pub fn new() -> Pause {
        Pause(FIRST_PAUSE)
    }

    /// How long to wait before the next try.
    pub fn next(&mut self) -> Duration {
        let now = self.0;
        self.0 = (now * 2).min(LONGEST_PAUSE);
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk::ids::BoothId;
    use serde_json::{Value, json};
    use uuid::Uuid;

    const VECTORS: &str = include_str!("../../../../ui/booth/line.vectors.json");
    /// Steps of the page's line alone: its timers and its `forget`. The rest must fit both lines.
    const PAGE_ALONE: [&str; 3] = [
        "what is said before the welcome waits for it, and what was taken back is never said",
        "a ping goes out every five seconds, and twelve silent seconds mean a dead socket",
        "a try that does not connect within five seconds is given up",
    ];

    /// A line on a socket of paper: it dials again when the pause after a cut is over.
    struct Stage {
        memory: Memory<String>,
        pause: Pause,
        redial_in: Option<u64>,
        over: bool,
        dialled: u64,
        hello: Value,
        sent: Vec<Value>,
        told: Vec<String>,
        names: Vec<String>,
    }

    impl Stage {
        fn new() -> Stage {
            let (memory, pause) = (Memory::new(), Pause::new());
            let (sent, told, names) = (Vec::new(), Vec::new(), Vec::new());
            let hello = Value::Null;
            Stage { memory, pause, redial_in: None, over: false, dialled: 1, hello, sent, told, names }
        }

        fn play(&mut self, step: &Value) {
            for (key, value) in step.as_object().unwrap() {
                let text = || value.as_str().unwrap();
                match key.as_str() {
                    "do" if text() == "open" => {
                        let who =
                            Who::Booth { booth: BoothId(2), challenge: "c".into(), signature: "s".into() };
                        self.hello = serde_json::to_value(self.memory.hello(who)).unwrap();
                    }
                    "do" if text() == "cut" => self.cut(Cut::Again),
                    "hear" => self.hear(&self.real(&value.to_string())),
                    "say" => self.say(text()),
                    "wait" => self.wait(value.as_u64().unwrap()),
                    "dialled" => assert_eq!(self.dialled, value.as_u64().unwrap()),
                    "told" => assert_eq!(json!(self.told), *value),
                    "hello" => assert_eq!(self.hello, *value),
                    "sent" => assert_eq!(json!(std::mem::take(&mut self.sent)), *value),
                    other => panic!("an unknown step: {other}"),
                }
            }
        }

        fn say(&mut self, body: &str) {
            let request = RequestId(Uuid::now_v7());
            self.names.push(request.0.to_string());
            let up = self.memory.say(request, body.to_owned());
            self.send(up);
        }

        fn send(&mut self, up: impl IntoIterator<Item = Up<String>>) {
            for up in up {
                let text = serde_json::to_string(&up).unwrap();
                self.sent.push(serde_json::from_str(&self.paper(&text)).unwrap());
            }
        }

        fn hear(&mut self, text: &str) {
            let was_welcomed = self.memory.welcomed();
            match self.memory.hear::<String, String, String>(text) {
                Ok(event) => self.told.extend(event.map(|event| self.short(event))),
                Err(cut) => return self.cut(cut),
            }
            if self.memory.welcomed() && !was_welcomed {
                let again: Vec<_> = self.memory.again().collect();
                self.send(again);
            }
        }

        fn cut(&mut self, cut: Cut) {
            if self.memory.cut() {
                self.told.push("down".into());
            }
            match cut {
                Cut::Again => self.redial_in = Some(self.pause.next().as_millis() as u64),
                Cut::Refused(code) => {
                    self.over = true;
                    self.told.push(format!("refused {}", word(code)));
                }
                Cut::Closed => self.over = true,
            }
        }

        fn wait(&mut self, ms: u64) {
            match self.redial_in {
                Some(left) if left <= ms => {
                    self.redial_in = None;
                    self.dialled += 1;
                }
                Some(left) => self.redial_in = Some(left - ms),
                None => assert!(self.over, "only a line that was cut or is over waits here"),
            }
        }

        fn real(&self, text: &str) -> String {
            self.names.iter().enumerate().fold(text.to_owned(), |text, (n, name)| {
                text.replace(&format!("\"#{}\"", n + 1), &format!("\"{name}\""))
            })
        }

        fn paper(&self, text: &str) -> String {
            self.names
                .iter()
                .enumerate()
                .fold(text.to_owned(), |text, (n, name)| text.replace(name, &format!("#{}", n + 1)))
        }

        fn short(&self, event: LineEvent<String, String, String>) -> String {
            match event {
                LineEvent::Up { resumed, .. } => if resumed { "up resumed" } else { "up fresh" }.into(),
                LineEvent::Down => "down".into(),
                LineEvent::Heard { .. } => "heard".into(),
                LineEvent::Snapshot { state, .. } => format!("snapshot {state}"),
                LineEvent::Change { change, .. } => format!("change {change}"),
                LineEvent::Signal(signal) => format!("signal {signal}"),
                LineEvent::Answer { request, refused } => {
                    let name = self.paper(&request.0.to_string());
                    format!("answer {name} {}", refused.map_or("done".into(), word))
                }
                LineEvent::Refused(code) => format!("refused {}", word(code)),
            }
        }
    }

    fn word(code: Code) -> String {
        serde_json::to_value(code).unwrap().as_str().unwrap().to_owned()
    }

    #[test]
    fn the_line_does_what_the_page_does() {
        let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
        let mut left_out = 0;
        for vector in &vectors {
            let name = vector["name"].as_str().unwrap();
            if PAGE_ALONE.contains(&name) {
                left_out += 1;
                continue;
            }
            println!("{name}");
            let mut stage = Stage::new();
            vector["steps"].as_array().unwrap().iter().for_each(|step| stage.play(step));
        }
        assert_eq!(left_out, PAGE_ALONE.len(), "a name in the list has changed");
    }
}
