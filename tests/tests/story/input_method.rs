//! The real window under a real input method: the conversion is shown where it is written, its Enter sends
//! nothing, and the desk's own keys work in the middle of it.

use std::time::Duration;

use anyhow::{Result, ensure};
use kenmu_tests::booth::Booth;
use kenmu_tests::browser::Page;
use kenmu_tests::input_method::InputMethod;
use kenmu_tests::stage::Stage;
use kenmu_tests::wait::until;
use kenmu_tests::window::{Came, Window};

use super::common::{close, stage};

/// What is typed, what it is before the conversion, and what it becomes.
const KEYS: &str = "nihongo";
const KANA: &str = "にほんご";
const KANJI: &str = "日本語";
/// The field of the talk, and one that stands in for it on the idle desk, which has none.
const FIELD: &str = "[data-testid=\"text-input\"]";
const DRAFT: &str = "#draft";
/// How long a key may take from the keyboard to the field on a busy machine.
const TYPED: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn japanese_is_written_in_its_field_and_no_key_of_it_is_taken_for_another() -> Result<()> {
    let stage = stage("input-method", 1, "").await?;
    let method = InputMethod::open(&stage.folder, &stage.screen.variables).await?;
    let window = Window::open(&stage.centre, "op01", &method.for_program(stage.desk_variables())).await?;
    window.sign_in("op01").await?;
    window.page.press("choose-1").await?;
    let booth = stage.booth(1).await?;
    booth.call().await?;
    window.answer().await?;
    booth.screen("talk").await?;
    window.page.see("text-input").await?;
    method.focus("兼務")?;
    a_conversion_is_shown_and_sends_nothing(&stage, &window.page, &method, &booth).await?;
    window.page.press("end").await?;
    window.page.see("disposition").await?;
    window.finish_note(Came::ToABooth).await?;
    booth.screen("start").await?;

    f2_answers_in_the_middle_of_a_conversion(&window.page, &method, &booth).await?;
    window.page.press("end").await?;
    window.close().await;
    close(stage, vec![], vec![booth]).await?;
    Ok(())
}

async fn a_conversion_is_shown_and_sends_nothing(
    stage: &Stage,
    page: &Page,
    method: &InputMethod,
    booth: &Booth,
) -> Result<()> {
    focus(page, FIELD).await?;
    method.switch_on().await?;
    method.type_letters(KEYS)?;
    holds(page, FIELD, KANA).await?;
    page.settled().await?;
    stage.screen.photograph(&stage.folder.join("composing.png")).await?;
    method.key("space")?;
    holds(page, FIELD, KANJI).await?;
    stage.screen.photograph(&stage.folder.join("converting.png")).await?;
    // Ctrl+Enter sends: in the middle of a conversion it belongs to the input method, as Enter does.
    method.key("ctrl+Return")?;
    method.key("Return")?;
    // Time for a message that must not come.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let kept: String =
        page.run("return document.querySelector(arguments[0]).value;", vec![FIELD.into()]).await?;
    ensure!(kept.trim_end() == KANJI, "the conversion is kept and nothing else is written: {kept:?}");
    ensure!(!booth.page.text("texts").await?.contains(KANJI), "a conversion's Enter sends nothing");
    method.key("ctrl+Return")?;
    until("the sent word is read", TYPED, || async {
        booth.page.text("texts").await.ok()?.contains(KANJI).then_some(())
    })
    .await
}

async fn f2_answers_in_the_middle_of_a_conversion(
    page: &Page,
    method: &InputMethod,
    booth: &Booth,
) -> Result<()> {
    booth.call().await?;
    page.see("offer-card").await?;
    let script =
        "document.body.append(Object.assign(document.createElement('input'), { id: 'draft' })); return null;";
    page.run::<()>(script, vec![]).await?;
    focus(page, DRAFT).await?;
    method.switch_on().await?;
    method.type_letters(KEYS)?;
    holds(page, DRAFT, KANA).await?;
    method.key("F2")?;
    booth.screen("talk").await?;
    holds(page, DRAFT, KANA).await?;
    // The conversion is over: what comes next is another one.
    method.type_letters("ni")?;
    holds(page, DRAFT, &format!("{KANA}に")).await?;
    page.run("document.querySelector('#draft').remove(); return null;", vec![]).await
}

async fn focus(page: &Page, field: &str) -> Result<()> {
    page.run::<()>("document.querySelector(arguments[0]).focus(); return null;", vec![field.into()]).await
}

async fn holds(page: &Page, field: &str, text: &str) -> Result<()> {
    let script = "return document.querySelector(arguments[0])?.value ?? '';";
    let what = format!("the field holds {text}");
    until(&what, TYPED, || async {
        let held: String = page.run(script, vec![field.into()]).await.ok()?;
        (held == text).then_some(())
    })
    .await
}
