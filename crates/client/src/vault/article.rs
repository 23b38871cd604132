//! Manual and FAQ, kept for reading without the server. Refuses to know where they come from.

use sqlx::Row;

use super::fault::VaultError;
use super::{Vault, row, search};
use crate::view::notes::{ManualHit, ManualText};

/// Characters around a found word.
const AROUND: usize = 40;
/// Found articles at most: nobody reads further.
const MOST_FOUND: u32 = 100;

impl Vault {
    /// Takes these articles in the place of all others.
    ///
    /// # Errors
    /// When they are not on the disk.
    pub async fn keep_articles(&self, articles: &[ManualText]) -> Result<(), VaultError> {
        let mut turn = self.turn().await?;
        sqlx::query("delete from article").execute(turn.conn()).await?;
        let write = "insert into article (code, nth, title, version, body, folded) values (?, ?, ?, ?, ?, ?)
                     on conflict (code) do nothing";
        for (nth, article) in articles.iter().enumerate() {
            let folded = search::fold(&format!("{} {}", article.title, article.text));
            let query = sqlx::query(write).bind(&article.code).bind(nth as i64).bind(&article.title);
            query.bind(&article.version).bind(&article.text).bind(folded).execute(turn.conn()).await?;
        }
        turn.commit().await
    }

    /// The articles that hold every word, in their order; all of them while there is none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn articles(&self, words: &str) -> Result<Vec<ManualHit>, VaultError> {
        let folded = search::fold(words);
        let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let read = "select code, title, version, body from article
                    where not exists (select 1 from json_each(?) where instr(folded, value) = 0)
                    order by nth limit ?";
        let mut reader = self.reader().await?;
        let query = sqlx::query(read).bind(row::list(&words)).bind(MOST_FOUND);
        let mut hits = Vec::new();
        for found in query.fetch_all(&mut *reader).await? {
            hits.push(ManualHit {
                code: found.try_get(0)?,
                title: found.try_get(1)?,
                version: found.try_get(2)?,
                passage: words.first().map_or_else(String::new, |word| passage(row_text(&found), word)),
            });
        }
        Ok(hits)
    }

    /// An article, whole.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn article(&self, code: &str) -> Result<Option<ManualText>, VaultError> {
        let mut reader = self.reader().await?;
        let read = "select title, version, body from article where code = ?";
        let Some(found) = sqlx::query(read).bind(code).fetch_optional(&mut *reader).await? else {
            return Ok(None);
        };
        let (title, version, text) = (found.try_get(0)?, found.try_get(1)?, found.try_get(2)?);
        Ok(Some(ManualText { code: code.to_owned(), title, version, text }))
    }
}

fn row_text(found: &sqlx::sqlite::SqliteRow) -> &str {
    found.try_get(3).unwrap_or_default()
}

/// The line around the first place where a folded word stands; empty when it stands in the heading.
fn passage(text: &str, word: &str) -> String {
    let Some(line) = text.lines().find(|line| search::fold(line).contains(word)) else {
        return String::new();
    };
    let signs: Vec<char> = line.trim().chars().collect();
    let length = word.chars().count();
    let holds = |from: &usize| {
        let end = signs.len().min(from + length * 2);
        search::fold(&signs[*from..end].iter().collect::<String>()).starts_with(word)
    };
    let at = (0..signs.len()).find(holds).unwrap_or(0);
    let (from, to) = (at.saturating_sub(AROUND), signs.len().min(at + length + AROUND));
    let mut passage: String = signs[from..to].iter().collect();
    if from > 0 {
        passage.insert(0, '…');
    }
    if to < signs.len() {
        passage.push('…');
    }
    passage
}
