//! The real window and the real page by keyboard alone, with the input method's keys, and by the rules of
//! axe-core, screen after screen.

use std::time::Duration;

use anyhow::{Result, ensure};
use kenmu_tests::access::{no_serious_violation, press_by_keyboard, tab_to};
use kenmu_tests::browser::{ARROW_DOWN, ENTER, Page, SPACE, TAB};
use kenmu_tests::centre::PASSWORD;
use kenmu_tests::wait::until;
use kenmu_tests::window::{Came, Window};

use super::common::{close, stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_is_served_by_keyboard_alone_and_no_screen_shuts_anybody_out() -> Result<()> {
    let stage = stage("keyboard", 1, "").await?;
    let window = Window::open(&stage.centre, "op01", &stage.desk_variables()).await?;
    window.page.see("sign-in").await?;
    no_serious_violation(&window.page, "sign-in").await?;
    tab_to(&window.page, "sign-in-name").await?;
    window.page.type_text("op01").await?;
    window.page.key(TAB).await?;
    window.page.type_text(PASSWORD).await?;
    window.page.key(ENTER).await?;
    window.page.see("tag").await?;
    press_by_keyboard(&window.page, "choose-1", SPACE).await?;
    until("the tag says 受付可", Duration::from_secs(20), || async {
        window.page.text("tag").await.ok()?.contains("受付可").then_some(())
    })
    .await?;
    no_serious_violation(&window.page, "desk-idle").await?;

    let booth = stage.stranger(1, |browser| browser).await?;
    booth.code().await?;
    no_serious_violation(&booth.page, "booth-enrol").await?;
    booth.enrol(&stage.centre, "ブース1").await?;
    no_serious_violation(&booth.page, "booth-start").await?;
    press_by_keyboard(&booth.page, "call", ENTER).await?;
    booth.screen("wait").await?;
    no_serious_violation(&booth.page, "booth-wait").await?;
    window.page.see("offer-card").await?;
    no_serious_violation(&window.page, "desk-offer").await?;
    window.answer().await?;
    booth.screen("talk").await?;
    no_serious_violation(&booth.page, "booth-talk").await?;
    no_serious_violation(&window.page, "desk-talk").await?;
    enter_belongs_to_the_input_method(&window.page, &booth.page, "かんじ").await?;
    enter_belongs_to_the_input_method(&booth.page, &window.page, "へんかん").await?;
    press_by_keyboard(&window.page, "end", ENTER).await?;
    window.page.see("disposition").await?;
    no_serious_violation(&window.page, "desk-wrapup").await?;
    no_serious_violation(&booth.page, "booth-ended").await?;
    window.fill_note(Came::ToABooth).await?;
    tab_to(&window.page, "disposition").await?;
    window.page.key(ARROW_DOWN).await?;
    press_by_keyboard(&window.page, "finish", ENTER).await?;
    window.page.miss("disposition").await?;
    booth.screen("start").await?;

    f2_answers_while_composing_and_keeps_the_text(&window.page, &booth).await?;
    tab_to(&booth.page, "leave").await?;
    window.page.press("end").await?;
    window.close().await;
    close(stage, vec![], vec![booth]).await?;
    Ok(())
}

/// What a conversion under way looks like to a page: text in the field that is not final.
const COMPOSE: &str = "
  const field = document.querySelector(arguments[0]);
  field.focus();
  field.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true, data: '' }));
  field.value = arguments[1];
  field.dispatchEvent(new CompositionEvent('compositionupdate', { bubbles: true, data: arguments[1] }));
  field.dispatchEvent(new InputEvent('input', { bubbles: true, data: arguments[1], isComposing: true, inputType: 'insertCompositionText' }));
  const press = (key, code, isComposing, ctrlKey = false) => {
    for (const kind of ['keydown', 'keyup']) {
      const event = new KeyboardEvent(kind, { key, code: key, bubbles: true, cancelable: true, isComposing, keyCode: code, ctrlKey });
      if (event.keyCode !== code) Object.defineProperty(event, 'keyCode', { get: () => code });
      document.activeElement.dispatchEvent(event);
    }
  };
";
/// What was being written when another key came.
const DRAFT: &str = "にほんご";

async fn enter_belongs_to_the_input_method(from: &Page, to: &Page, draft: &str) -> Result<()> {
    from.see("text-input").await?;
    // Chromium marks the key by its flag, WebKit by its code alone, after the composition has ended.
    let script = format!(
        "{COMPOSE}
        for (const withCtrl of [false, true]) {{ press('Enter', 229, true, withCtrl); press('Enter', 13, true, withCtrl); }}
        field.dispatchEvent(new CompositionEvent('compositionend', {{ bubbles: true, data: arguments[1] }}));
        press('Enter', 229, false); press('Enter', 229, false, true);
        return field.value;"
    );
    let field = "[data-testid=\"text-input\"]";
    let kept: String = from.run(&script, vec![field.into(), draft.into()]).await?;
    ensure!(kept == draft, "the draft stays in the field: {kept:?}");
    // Time for a message that must not come.
    tokio::time::sleep(Duration::from_millis(500)).await;
    ensure!(!to.text("texts").await?.contains(draft), "a conversion's Enter sends nothing");
    from.press("text-send").await?;
    until("the sent word is read", Duration::from_secs(10), || async {
        to.text("texts").await.ok()?.contains(draft).then_some(())
    })
    .await
}

async fn f2_answers_while_composing_and_keeps_the_text(
    page: &Page,
    booth: &kenmu_tests::booth::Booth,
) -> Result<()> {
    booth.call().await?;
    page.see("offer-card").await?;
    // The idle desk has no text field yet: one stands in for it.
    let script = format!(
        "document.body.append(Object.assign(document.createElement('input'), {{ id: 'draft' }}));
        {COMPOSE}
        press('F2', 229, true);
        return null;"
    );
    page.run::<()>(&script, vec!["#draft".into(), DRAFT.into()]).await?;
    booth.screen("talk").await?;
    let kept: String = page.run("return document.querySelector('#draft').value;", vec![]).await?;
    ensure!(kept == DRAFT, "the text is kept: {kept:?}");
    page.run("document.querySelector('#draft').remove(); return null;", vec![]).await
}
