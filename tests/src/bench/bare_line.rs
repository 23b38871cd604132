//! A line to the server with nothing between: one WebSocket (RFC 6455) on one socket, so that a time is
//! taken where the bytes leave and arrive. Knows whole text frames, which is all that either side says.

use anyhow::{Context, Result, bail, ensure};
use link::message::{Down, RequestId, Up, VERSION, Who};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// The largest answer to the upgrade that is read, bytes: a handful of headers.
const MAX_HEAD: usize = 4_096;
/// RFC 6455, 5.2: a final text frame, and one that closes.
const TEXT: u8 = 0x81;
const CLOSE: u8 = 0x88;
/// RFC 6455, 5.2: a client's payload is masked. A mask of zeros leaves it as it is.
const MASKED: u8 = 0x80;

/// An open line.
pub struct BareLine {
    stream: BufReader<TcpStream>,
}

impl BareLine {
    /// Connects and says who it is; the welcome and the snapshot are still to be read.
    ///
    /// # Errors
    /// When the server does not take it.
    pub async fn open(port: u16, who: Who) -> Result<BareLine> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.context("reach the server")?;
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        let upgrade = format!(
            "GET /link HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        );
        stream.write_all(upgrade.as_bytes()).await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            ensure!(head.len() < MAX_HEAD, "the upgrade has no end");
            head.push(stream.read_u8().await.context("the upgrade")?);
        }
        ensure!(head.starts_with(b"HTTP/1.1 101"), "no upgrade: {}", String::from_utf8_lossy(&head));
        let mut line = BareLine { stream };
        line.send(&Up::<()>::Hello { version: VERSION, who, resume: None }).await?;
        Ok(line)
    }

    /// Says a word; its answer is still to be read.
    ///
    /// # Errors
    /// When the line is gone.
    pub async fn say<T: Serialize>(&mut self, body: T) -> Result<()> {
        self.send(&Up::Say { request: RequestId(uuid::Uuid::now_v7()), body }).await
    }

    /// Says that it lives.
    ///
    /// # Errors
    /// When the line is gone.
    pub async fn ping(&mut self) -> Result<()> {
        self.send(&Up::<()>::Ping).await
    }

    async fn send<T: Serialize>(&mut self, word: &Up<T>) -> Result<()> {
        let text = link::json::encode(word);
        let mut frame = vec![TEXT];
        match u8::try_from(text.len()) {
            Ok(short) if short < 126 => frame.push(MASKED | short),
            Ok(_) | Err(_) => {
                frame.push(MASKED | 126);
                frame.extend(u16::try_from(text.len()).context("a short word")?.to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.stream.write_all(&frame).await.context("the line is gone")
    }

    /// The next message.
    ///
    /// # Errors
    /// When the line ends.
    pub async fn next<S, C, G>(&mut self) -> Result<Down<S, C, G>>
    where
        S: DeserializeOwned,
        C: DeserializeOwned,
        G: DeserializeOwned,
    {
        loop {
            let kind = self.stream.read_u8().await.context("the line is gone")?;
            let length = match self.stream.read_u8().await? {
                126 => u64::from(self.stream.read_u16().await?),
                127 => self.stream.read_u64().await?,
                short => u64::from(short),
            };
            let mut payload = vec![0; usize::try_from(length)?];
            self.stream.read_exact(&mut payload).await?;
            match kind {
                TEXT => return link::json::decode(std::str::from_utf8(&payload)?).context("a message"),
                CLOSE => bail!("the server has closed the line"),
                _ => {}
            }
        }
    }
}
