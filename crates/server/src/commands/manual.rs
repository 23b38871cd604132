//! `kenmu-server manual …`: マニュアル・FAQ in, listed and out.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use desk::note::Article;
use desk::time::Time;
use link::message::notes::ManualArticle;

use super::{pdf, say};
use crate::store::Store;

/// One article, bytes of text: a thick manual of 300 pages.
const MAX_TEXT_BYTES: usize = 1024 * 1024;
/// All texts together, bytes: each desk reads them all at its first sign-in.
const MAX_ALL_BYTES: usize = 8 * 1024 * 1024;
/// Codes, titles and versions of all articles, bytes of JSON: they are part of each desk's snapshot.
pub(crate) const MAX_LIST_BYTES: usize = 6 * 1024;
/// Characters of a code, title or version: one line of a list.
const MAX_LINE_CHARS: usize = 60;

#[derive(Subcommand)]
pub(super) enum ManualCommand {
    /// Take an article in, or a newer version of it: Markdown or text in UTF-8, or a PDF (needs pdftotext).
    Import {
        /// The file.
        file: PathBuf,
        /// Its stable name, such as FAQ-012.
        #[arg(long)]
        code: String,
        /// Its heading.
        #[arg(long)]
        title: String,
        /// Such as 第4版.
        #[arg(long = "version")]
        edition: String,
    },
    /// Print every article: code, version, characters, title.
    List,
    /// Take an article out.
    Remove {
        /// Its name.
        code: String,
    },
}

pub(super) async fn run(store: &dyn Store, command: ManualCommand, now: Time) -> anyhow::Result<()> {
    match command {
        ManualCommand::Import { file, code, title, edition } => {
            let text = text_of(&file).await?;
            let article = Article { code, title, version: edition };
            for line in [&article.code, &article.title, &article.version] {
                check_line(line)?;
            }
            let new = ManualArticle { article, text };
            check_room(store, &new).await?;
            store.put_article(&new, now).await?;
            say(&format!("{}\t{}", new.article.code, new.text.chars().count()))
        }
        ManualCommand::List => {
            for ManualArticle { article, text } in store.manual().await? {
                let (code, version, title) = (article.code, article.version, article.title);
                say(&format!("{code}\t{version}\t{}\t{title}", text.chars().count()))?;
            }
            Ok(())
        }
        ManualCommand::Remove { code } => {
            if !store.remove_article(&code).await? {
                bail!("there is no article {code}");
            }
            Ok(())
        }
    }
}

/// Whether the desks have room for it beside the others.
async fn check_room(store: &dyn Store, new: &ManualArticle) -> anyhow::Result<()> {
    if new.text.trim().is_empty() {
        bail!("the file has no text");
    }
    if new.text.len() > MAX_TEXT_BYTES {
        bail!("the text has {} bytes, more than {MAX_TEXT_BYTES}; import it in parts", new.text.len());
    }
    let mut all = store.manual().await?;
    all.retain(|other| other.article.code != new.article.code);
    let texts: usize = all.iter().map(|other| other.text.len()).sum();
    if texts + new.text.len() > MAX_ALL_BYTES {
        bail!("all texts together would have more than {MAX_ALL_BYTES} bytes; remove one (manual remove)");
    }
    let names: Vec<&Article> = all.iter().chain([new]).map(|other| &other.article).collect();
    if link::json::encode(&names).len() > MAX_LIST_BYTES {
        bail!(
            "all codes, titles and versions together have more than {MAX_LIST_BYTES} bytes; put articles together or \
             shorten their titles"
        );
    }
    Ok(())
}

fn check_line(line: &str) -> anyhow::Result<()> {
    let chars = line.chars().count();
    if line.trim().is_empty() || chars > MAX_LINE_CHARS || line.contains(char::is_control) {
        bail!("\"{line}\" must be one line of 1 to {MAX_LINE_CHARS} characters, not {chars}");
    }
    Ok(())
}

async fn text_of(file: &Path) -> anyhow::Result<String> {
    let pdf = file.extension().is_some_and(|end| end.eq_ignore_ascii_case("pdf"));
    if pdf {
        return pdf::text_of(file).await;
    }
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let text =
        String::from_utf8(bytes).with_context(|| format!("{} is not text in UTF-8", file.display()))?;
    Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
}
