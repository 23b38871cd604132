//! The manual as a PDF: printed by a real browser, taken in by the server, found and read at a desk; and the PDFs that
//! nobody could read are refused with what to do.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use client::view::Intent;
use client::view::notes::{ManualText, NoteIntent};
use kenmu_tests::centre::{Centre, Plan};
use kenmu_tests::child::Variables;
use kenmu_tests::pdf::{locked, print, torn};
use kenmu_tests::place;
use kenmu_tests::seat::Seat;
use kenmu_tests::wait::until;

/// How soon a desk that is open has a new article.
const SOON: Duration = Duration::from_secs(30);

/// A page of A4 whose first paragraph is longer than its lines.
const PAGE: &str = r#"<!doctype html><html lang="ja"><meta charset="utf-8"><style>
@page { size: A4; margin: 20mm } body { font: 11pt/1.7 "Noto Sans CJK JP" } h1 { font-size: 20pt } h2 { font-size: 15pt } td { padding: 0 12pt }
</style>
<h1>交付申請マニュアル</h1>
<h2>1. 受付の前に</h2>
<p>本人確認書類をお持ちかどうかを、はじめに確かめます。顔写真のない書類は2点必要です。暗証番号は、窓口でも電話でもお聞きしません。お子さまの申請には、法定代理人の同行が要ります。手続きの一覧は、一階の窓口と市のホームページにあります。</p>
<h2>2. 持ち物</h2>
<ul><li>交付通知書(はがき)</li><li>通知カード</li><li>本人確認書類</li></ul>
<p>有効期間は次のとおりです。</p>
<table><tr><td>区分</td><td>有効期間</td></tr><tr><td>18歳以上</td><td>10年</td></tr></table>
<div style="break-before: page"></div>
<h2>3. 紛失したとき</h2><p>一時停止は、Webでも電話でも24時間受け付けています。</p></html>"#;

/// A scanned page: a picture and no letter.
const SCAN: &str = r#"<!doctype html><meta charset="utf-8"><img width="300" height="300" src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==">"#;

async fn import(centre: &Centre, pdf: &std::path::Path, code: &str, edition: &str) -> Result<String> {
    let file = pdf.to_string_lossy();
    let words =
        ["manual", "import", &file, "--code", code, "--title", "交付申請マニュアル", "--version", edition];
    centre.ask(&words, "").await
}

/// What the desk's room shows for these words, or still for those before.
async fn found(seat: &mut Seat, words: &str) -> Result<Vec<String>> {
    let asked = NoteIntent::Manual { words: Some(words.to_owned()) };
    seat.intend(&Intent::Note { note: asked }).await?;
    let desk = seat
        .wait("the room looks for these words", |desk| {
            desk.notes.manual.as_ref().is_some_and(|manual| manual.words == words)
        })
        .await?;
    let found = desk.notes.manual.map(|manual| manual.found).unwrap_or_default();
    Ok(found.into_iter().map(|hit| format!("{} {} {}", hit.code, hit.version, hit.passage)).collect())
}

async fn finds(seat: &mut Seat, words: &str, hit: &str) -> Result<()> {
    let began = std::time::Instant::now();
    loop {
        let found = found(seat, words).await?;
        if found.iter().any(|found| found.contains(hit)) {
            return Ok(());
        }
        ensure!(began.elapsed() < SOON, "{words} finds {found:?}, not {hit}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn read(seat: &mut Seat, code: &str) -> Result<ManualText> {
    seat.intend(&Intent::Note { note: NoteIntent::Article { code: Some(code.to_owned()) } }).await?;
    let desk = seat
        .wait("the article is open", |desk| {
            desk.notes
                .manual
                .as_ref()
                .is_some_and(|manual| manual.open.as_ref().is_some_and(|open| open.code == code))
        })
        .await?;
    desk.notes.manual.and_then(|manual| manual.open).context("an article")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_japanese_pdf_is_found_and_read_at_a_desk_that_was_open_already() -> Result<()> {
    let folder = place::fresh("story/manual")?;
    let centre = Centre::open(&folder, &Plan::default()).await?;
    let data = folder.join("data").to_string_lossy().into_owned();
    let variables = Variables::from([("KENMU_DATA".to_owned(), Some(data))]);
    let mut seat = Seat::sign_in(&centre, 1, &variables).await?;
    let pdf = print(&folder, "manual", PAGE).await?;
    import(&centre, &pdf, "M-001", "第4版").await?;

    // Over the end of a line, over a page, in half-width kana, and of two words that stand apart.
    finds(&mut seat, "暗証番号は、窓口でも電話でもお聞きしません", "M-001 第4版").await?;
    finds(&mut seat, "法定代理人の同行が要ります。手続きの一覧は、一階の窓口", "M-001").await?;
    finds(&mut seat, "ﾎｰﾑﾍﾟｰｼﾞ", "市のホームページ").await?;
    finds(&mut seat, "一時停止 24時間", "M-001").await?;
    let text = read(&mut seat, "M-001").await?.text;
    let paragraphs: Vec<&str> = text.split("\n\n").map(str::trim_end).collect();
    for expected in [
        "# 交付申請マニュアル",
        "## 1. 受付の前に",
        "## 2. 持ち物",
        "交付通知書(はがき)  \n通知カード  \n本人確認書類",
        "区分\u{3000}有効期間  \n18歳以上\u{3000}10年",
        "## 3. 紛失したとき",
        "一時停止は、Webでも電話でも24時間受け付けています。",
    ] {
        ensure!(paragraphs.contains(&expected), "{expected} is a paragraph of {paragraphs:#?}");
    }
    let long = paragraphs.iter().find(|text| text.starts_with("本人確認書類を")).context("the long one")?;
    ensure!(long.ends_with("ホームページにあります。") && !long.contains('\n'), "{long}");

    // A newer version takes its place, and another article comes beside it.
    let newer = print(&folder, "newer", &PAGE.replace("一時停止は、", "利用停止は、")).await?;
    import(&centre, &newer, "M-001", "第5版").await?;
    finds(&mut seat, "利用停止は", "M-001 第5版").await?;
    let older = "一時停止は";
    found(&mut seat, older).await?;
    seat.wait("the older text is gone", |desk| {
        desk.notes.manual.as_ref().is_some_and(|manual| manual.words == older && manual.found.is_empty())
    })
    .await?;
    seat.stop().await;
    centre.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pdf_that_nobody_can_read_is_refused_with_what_to_do() -> Result<()> {
    let folder = place::fresh("story/manual-refused")?;
    let centre = Centre::open(&folder, &Plan::default()).await?;
    let pdf = print(&folder, "manual", PAGE).await?;
    let scan = print(&folder, "scan", SCAN).await?;
    let page = folder.join("page.pdf");
    std::fs::write(&page, PAGE)?;
    let cases = [
        (scan, "its pages are pictures", "OCR"),
        (locked(&pdf, "locked", "secret").await?, "is locked by a password", "save a copy without one"),
        (torn(&pdf, "torn")?, "is damaged or no PDF", "save it anew"),
        (page, "is damaged or no PDF", "save it anew"),
    ];
    for (nth, (file, what, then)) in cases.iter().enumerate() {
        let told = import(&centre, file, &format!("M-{nth:03}"), "第1版").await;
        let told = format!("{:#}", told.err().with_context(|| format!("{} was taken", file.display()))?);
        ensure!(told.contains(what) && told.contains(then), "{}: {told}", file.display());
    }
    let list = centre.ask(&["manual", "list"], "").await?;
    ensure!(list.is_empty(), "{list}");
    import(&centre, &pdf, "M-001", "第1版").await?;
    until("the good one is there", SOON, || async {
        centre.ask(&["manual", "list"], "").await.ok()?.starts_with("M-001").then_some(())
    })
    .await?;
    centre.stop().await;
    Ok(())
}
