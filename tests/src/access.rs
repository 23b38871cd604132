//! Whether people with other eyes and hands can use a page: the rules of axe-core, the Tab key alone, and
//! twice the size. Refuses to know what the page is for.

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::browser::{Page, TAB};
use crate::place;

/// More stops than any of our screens has controls: a walk that long goes in circles.
const LONGEST_WALK: usize = 150;

/// Finds every control that a keyboard should reach, and what has the focus.
const CONTROLS: &str = "
  const modal = document.querySelector('dialog:modal, [aria-modal=true]') ?? document;
  const lone = (e) => e.type !== 'radio' || e.checked
    || ![...document.getElementsByName(e.name)].some((other) => other.checked) && document.getElementsByName(e.name)[0] === e;
  const controls = [...modal.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
    .filter((e) => !e.disabled && e.tabIndex >= 0 && !e.closest('[inert]') && lone(e)
      && e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0);
  const name = (e) => `${e.tagName.toLowerCase()} ${e.dataset.testid ?? e.id ?? ''} ${e.innerText?.slice(0, 20) ?? ''}`.trim();
";

/// What axe-core calls a serious or critical violation, one line each.
///
/// # Errors
/// When axe-core is not installed or does not run.
pub async fn serious(page: &Page) -> Result<Vec<String>> {
    if !page.run::<bool>("return typeof window.axe === 'object';", vec![]).await? {
        let file = place::top().join("ui/node_modules/axe-core/axe.min.js");
        let rules =
            std::fs::read_to_string(&file).context("axe-core is missing: run `npm ci` in ui/ first")?;
        page.run::<()>(&format!("{rules}\nreturn null;"), vec![]).await?;
    }
    let script = "window.axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => done(violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} (${node.failureSummary?.split('\\n')[1]?.trim()})`))),
      (fault) => done([`axe failed: ${fault}`]));";
    page.run_async(script, vec![]).await
}

/// Fails when there is a serious violation.
///
/// # Errors
/// Each violation, one line each.
pub async fn no_serious_violation(page: &Page, name: &str) -> Result<()> {
    let found = serious(page).await?;
    ensure!(found.is_empty(), "{name}:\n  {}", found.join("\n  "));
    Ok(())
}

#[derive(Debug, Deserialize)]
struct Stop {
    /// Its place among the controls; −1 for anything else.
    place: i64,
    /// It shows that it has the focus.
    marked: bool,
    name: String,
}

/// What the Tab key does not reach, and what it reaches without a mark; one line each.
///
/// # Errors
/// When the page cannot be driven.
pub async fn tab_troubles(page: &Page) -> Result<Vec<String>> {
    let names: Vec<String> = page
        .run(&format!("document.activeElement?.blur(); {CONTROLS} return controls.map(name);"), vec![])
        .await?;
    let mut reached = vec![false; names.len()];
    let mut troubles = Vec::new();
    for _ in 0..LONGEST_WALK {
        if reached.iter().all(|reached| *reached) {
            break;
        }
        page.key(TAB).await?;
        let stop = stop(page).await?;
        let Some(seen) = usize::try_from(stop.place).ok().and_then(|place| reached.get_mut(place)) else {
            continue;
        };
        if !*seen && !stop.marked {
            troubles.push(format!("no mark of the focus: {}", stop.name));
        }
        *seen = true;
    }
    let missed = names.iter().zip(&reached).filter(|(_, reached)| !**reached);
    troubles.extend(missed.map(|(name, _)| format!("not reached by Tab: {name}")));
    Ok(troubles)
}

/// Moves the focus to an element by the Tab key.
///
/// # Errors
/// When the key does not lead there.
pub async fn tab_to(page: &Page, id: &str) -> Result<()> {
    page.see(id).await?;
    for _ in 0..LONGEST_WALK {
        let there = "return document.activeElement?.dataset.testid === arguments[0];";
        if page.run::<bool>(there, vec![id.into()]).await? {
            return Ok(());
        }
        page.key(TAB).await?;
    }
    bail!("Tab does not lead to {id}")
}

/// Presses an element without a mouse.
///
/// # Errors
/// When the Tab key does not lead there.
pub async fn press_by_keyboard(page: &Page, id: &str, key: char) -> Result<()> {
    tab_to(page, id).await?;
    page.key(key).await
}

async fn stop(page: &Page) -> Result<Stop> {
    let script = format!(
        "{CONTROLS}
        const e = document.activeElement;
        const marks = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none';
        // A control that is hidden behind its label shows the focus there.
        const shown = [e, e?.nextElementSibling, e?.closest('label'), e?.parentElement].filter(Boolean);
        return {{ place: controls.indexOf(e), marked: shown.some((e) => marks(getComputedStyle(e))), name: e ? name(e) : '' }};"
    );
    page.run(&script, vec![]).await
}

/// The controls that cannot be brought into sight or are covered, one line each.
///
/// # Errors
/// When the page cannot be driven.
pub async fn hidden_controls(page: &Page) -> Result<Vec<String>> {
    let script = format!(
        "{CONTROLS}
        // A place that only scrolls is no control: what lies in it is looked at by itself.
        const pressed = controls.filter((e) => e.matches('a, button, input, select, textarea, summary'));
        const hidden = pressed.filter((e) => {{
          const target = e.labels?.[0] ?? e;
          target.scrollIntoView({{ block: 'center', inline: 'center', behavior: 'instant' }});
          const box = target.getBoundingClientRect();
          const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
          const hit = document.elementFromPoint(x, y);
          return !hit || !(target.contains(hit) || hit.contains(target) || e.contains(hit));
        }});
        document.scrollingElement.scrollTo(0, 0);
        return hidden.map(name);"
    );
    page.run(&script, vec![]).await
}

/// Sets the page's own high contrast, or takes it away.
///
/// # Errors
/// When the page cannot be driven.
pub async fn high_contrast(page: &Page, on: bool) -> Result<()> {
    let script = "if (arguments[0]) document.documentElement.dataset.contrast = 'high';
        else delete document.documentElement.dataset.contrast; return null;";
    page.run(script, vec![on.into()]).await
}
