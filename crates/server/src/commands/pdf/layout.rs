//! Paragraphs out of a page: the lines of one are put together, larger ones become headings, and what stands in rows
//! stays in rows. Pure; knows the table that `pdftotext -tsv` writes, and no file.

use unicode_normalization::UnicodeNormalization;

/// So many times the text's own height, and a line is a heading; and a heading of the first order.
const HEADING: f64 = 1.15;
const TITLE: f64 = 1.6;
/// Characters of a heading: longer ones are large text.
const MAX_HEADING_CHARS: usize = 60;
/// In widths of a letter. Japanese words that are set apart by less are one: justified lines are spread.
const SPREAD: f64 = 0.6;
/// What is set apart by more are cells of a row.
const CELL: f64 = 1.5;
/// A line that ends this close to its column's edge goes on in the next one.
const EDGE: f64 = 2.0;
/// Lines that begin this close to each other are of one column, whatever their indent.
const INDENT: f64 = 5.0;
/// A Latin letter's width.
const NARROW: f64 = 0.55;
/// So many times the usual way from line to line, and another paragraph begins.
const APART: f64 = 1.25;
/// In widths of a letter: lines that begin at one height are cells of a row.
const LEVEL: f64 = 0.5;

/// A line of the page; lengths in points.
#[derive(Debug, Default)]
struct Line {
    left: f64,
    right: f64,
    top: f64,
    height: f64,
    /// A letter's width.
    em: f64,
    text: String,
    in_cells: bool,
}

/// Lines that stand together.
type Block = Vec<Line>;

/// The text of a table of words, as Markdown; empty when there is none.
pub(super) fn markdown(table: &str) -> String {
    let pages = pages(table);
    let lines = || pages.iter().flatten().flatten();
    // The height in which most letters are set, and the way from most of them to the next line.
    let body = most(lines().map(|line| (line.height, line.text.chars().count()))).unwrap_or(1.0);
    let steps = pages.iter().flatten().flat_map(|block| block.windows(2));
    let step = steps.map(|pair| (pair[1].top - pair[0].top, pair[1].text.chars().count()));
    let size = Size { body, step: most(step).unwrap_or(f64::INFINITY) };
    let mut paragraphs = Vec::new();
    for page in &pages {
        for block in page {
            paragraphs.extend(of_block(block, page, &size));
        }
    }
    if paragraphs.is_empty() { String::new() } else { paragraphs.join("\n\n") + "\n" }
}

/// What is usual in this text; points.
struct Size {
    body: f64,
    step: f64,
}

/// One row of the table.
struct Row<'a> {
    level: &'a str,
    left: f64,
    top: f64,
    width: f64,
    height: f64,
    text: &'a str,
}

fn row(line: &str) -> Option<Row<'_>> {
    let cells: Vec<&str> = line.splitn(12, '\t').collect();
    let [level, _, _, _, _, _, left, top, width, height, _, text] = cells[..] else { return None };
    let number = |cell: &str| cell.parse().ok();
    Some(Row {
        level,
        left: number(left)?,
        top: number(top)?,
        width: number(width)?,
        height: number(height)?,
        text,
    })
}

fn pages(table: &str) -> Vec<Vec<Block>> {
    let mut pages: Vec<Vec<Block>> = Vec::new();
    let mut words: Vec<Row<'_>> = Vec::new();
    let end_line = |pages: &mut Vec<Vec<Block>>, words: &mut Vec<Row<'_>>| {
        if let (Some(line), Some(block)) = (line_of(words), pages.last_mut().and_then(|page| page.last_mut()))
        {
            beside(block, line);
        }
        words.clear();
    };
    for row in table.lines().filter_map(row) {
        match row.level {
            "1" => {
                end_line(&mut pages, &mut words);
                pages.push(Vec::new());
            }
            "3" => {
                end_line(&mut pages, &mut words);
                if let Some(page) = pages.last_mut() {
                    page.push(Block::new());
                }
            }
            "4" => end_line(&mut pages, &mut words),
            "5" => words.push(row),
            _ => {}
        }
    }
    end_line(&mut pages, &mut words);
    pages
}

/// Puts a line below the others of its block, or beside the last one as a cell of its row.
fn beside(block: &mut Block, line: Line) {
    match block
        .last_mut()
        .filter(|last| (last.top - line.top).abs() < LEVEL * last.em && last.right <= line.left)
    {
        Some(last) => {
            last.text = format!("{}\u{3000}{}", last.text, line.text);
            (last.right, last.in_cells) = (line.right, true);
        }
        None => block.push(line),
    }
}

/// The words of a line put together; none when they say nothing.
fn line_of(words: &[Row<'_>]) -> Option<Line> {
    let plain: Vec<String> = words.iter().map(|word| plain(word.text)).collect();
    let widths: f64 = words.iter().map(|word| word.width).sum();
    let letters: f64 = plain.iter().flat_map(|text| text.chars()).map(width).sum();
    let mut line = Line {
        em: widths / letters.max(1.0),
        left: words.first()?.left,
        top: words.first()?.top,
        ..Line::default()
    };
    for (word, text) in words.iter().zip(&plain) {
        let (Some(last), Some(first)) = (line.text.chars().last(), text.chars().next()) else {
            line.text.push_str(text);
            line.right = word.left + word.width;
            line.height = line.height.max(word.height);
            continue;
        };
        let gap = (word.left - line.right) / line.em;
        if gap >= CELL {
            line.in_cells = true;
            line.text.push('\u{3000}');
        } else if gap >= SPREAD || !(is_wide(last) && is_wide(first)) {
            line.text.push(' ');
        }
        line.text.push_str(text);
        line.right = word.left + word.width;
        line.height = line.height.max(word.height);
    }
    (!line.text.trim().is_empty()).then_some(line)
}

/// Without what cannot be seen, and with the signs that one types: some programs write radicals (⼿) for letters (手).
fn plain(text: &str) -> String {
    let seen = text.chars().filter(|sign| !sign.is_control() && *sign != '\u{ad}');
    let typed = |sign: char| -> String {
        match sign {
            '\u{2e80}'..='\u{2fdf}' => sign.nfkc().collect(),
            other => other.to_string(),
        }
    };
    seen.map(typed).collect()
}

fn is_wide(sign: char) -> bool {
    sign >= '\u{2e80}'
}

fn width(sign: char) -> f64 {
    if is_wide(sign) { 1.0 } else { NARROW }
}

/// The value that most of the weight stands for; what differs by half a point is the same.
fn most(values: impl Iterator<Item = (f64, usize)>) -> Option<f64> {
    let mut known: Vec<(f64, usize)> = Vec::new();
    for (value, weight) in values {
        match known.iter_mut().find(|(other, _)| (other - value).abs() < 0.5) {
            Some((_, many)) => *many += weight,
            None => known.push((value, weight)),
        }
    }
    known.into_iter().max_by_key(|(_, many)| *many).map(|(value, _)| value)
}

fn of_block(block: &Block, page: &[Block], size: &Size) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut before: Option<&Line> = None;
    for line in block {
        let text = line.text.trim();
        if let Some(signs) = heading(line, size.body) {
            paragraphs.push(format!("{signs} {text}"));
            before = None;
            continue;
        }
        let near = before.filter(|before| line.top - before.top <= APART * size.step);
        match (near, paragraphs.last_mut()) {
            (Some(before), Some(paragraph)) if goes_on(before, line, block, page) => {
                let apart = |last: char, first: char| !is_wide(last) && !is_wide(first);
                if paragraph
                    .chars()
                    .last()
                    .zip(text.chars().next())
                    .is_some_and(|(last, first)| apart(last, first))
                {
                    paragraph.push(' ');
                }
                paragraph.push_str(text);
            }
            // Two spaces at a line's end are Markdown's word for a new line.
            (Some(_), Some(paragraph)) => paragraph.push_str(&format!("  \n{}", written(text))),
            (_, _) => paragraphs.push(written(text)),
        }
        before = Some(line);
    }
    paragraphs
}

fn heading(line: &Line, body: f64) -> Option<&'static str> {
    let long = line.text.chars().count() > MAX_HEADING_CHARS || line.text.ends_with('。');
    match line.height / body {
        _ if long || line.in_cells => None,
        size if size >= TITLE => Some("#"),
        size if size >= HEADING => Some("##"),
        _ => None,
    }
}

/// Whether a line is the rest of the one before.
fn goes_on(before: &Line, line: &Line, block: &Block, page: &[Block]) -> bool {
    if before.in_cells || line.in_cells || opens_item(line.text.trim()) {
        return false;
    }
    let begins = block.iter().map(|line| line.left).fold(f64::INFINITY, f64::min);
    let column = page.iter().flatten().filter(|other| (other.left - begins).abs() <= INDENT * before.em);
    let edge = column.map(|other| other.right).fold(0.0, f64::max);
    before.right >= edge - EDGE * before.em
}

/// The first sign of a list's item, a note or a numbered paragraph.
fn opens_item(text: &str) -> bool {
    let mut signs = text.chars();
    let Some(first) = signs.next() else { return false };
    let rest: String = signs.take(3).collect();
    let numbered = |text: &str| {
        let digits = text.chars().take_while(|sign| sign.is_numeric()).count();
        (1..=2).contains(&digits) && text.chars().nth(digits).is_some_and(|end| ".．)）、".contains(end))
    };
    "・●○■□◆◇▪•※★☆→-–*".contains(first)
        || ('①'..='⑳').contains(&first)
        || numbered(&format!("{first}{rest}"))
        || ("(（".contains(first) && rest.contains([')', '）']))
}

/// A line's text that Markdown does not take for something else.
fn written(text: &str) -> String {
    let marked = text.starts_with(['#', '>', '|', '`', '~']);
    if marked { format!("\\{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page: `/` begins a block, then left edge, height, and words at 10 points a letter, `_` a gap of one letter.
    fn page(lines: &[(&str, f64, f64, &str)]) -> String {
        let mut table = "level\t…\n1\t1\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t###PAGE###\n".to_owned();
        let mut top = 0.0;
        for (block, left, height, words) in lines {
            // A sign of its own: a row's next cell.
            top += if *block == "|" { 0.0 } else { 18.0 };
            if *block == "/" {
                table += &format!("3\t1\t0\t0\t0\t0\t{left}\t0\t0\t0\t-1\t###FLOW###\n");
            }
            table += &format!("4\t1\t0\t0\t0\t0\t{left}\t{top}\t0\t{height}\t-1\t###LINE###\n");
            let mut at = *left;
            for word in words.split('_') {
                let wide: f64 = word.chars().map(width).sum::<f64>() * 10.0;
                if !word.is_empty() {
                    table += &format!("5\t1\t0\t0\t0\t0\t{at}\t{top}\t{wide}\t{height}\t100\t{word}\n");
                }
                at += wide + 10.0;
            }
        }
        table
    }

    #[test]
    fn a_paragraph_is_one_line_and_a_list_stays_a_list() {
        let text = markdown(&page(&[
            ("/", 30.0, 20.0, "交付申請"),
            ("/", 30.0, 12.0, "本人確認書類をお持ちかどうか、窓口"),
            ("", 30.0, 12.0, "でも電話でもお聞きします。"),
            ("/", 60.0, 12.0, "交付通知書"),
            ("", 60.0, 12.0, "通知カード"),
            ("/", 30.0, 15.0, "持ち物"),
            ("/", 30.0, 12.0, "・本人確認書類のうち顔写真のある物"),
            ("", 30.0, 12.0, "・印鑑"),
        ]));
        let written = "# 交付申請\n\n本人確認書類をお持ちかどうか、窓口でも電話でもお聞きします。\n\n交付通知書  \n通知カード\n\n\
                       ## 持ち物\n\n・本人確認書類のうち顔写真のある物  \n・印鑑\n";
        assert_eq!(text, written);
    }

    #[test]
    fn rows_stay_rows_and_spread_letters_are_one_word() {
        let rows = [("/", 30.0, 12.0, "区分__有効期間__手数料"), ("", 30.0, 12.0, "再発行__10年__1,000円")];
        assert_eq!(
            markdown(&page(&rows)),
            "区分\u{3000}有効期間\u{3000}手数料  \n再発行\u{3000}10年\u{3000}1,000円\n"
        );
        let cells =
            [("/", 30.0, 12.0, "区分"), ("|", 90.0, 12.0, "手数料"), ("", 30.0, 12.0, "再発行__1,000円")];
        assert_eq!(markdown(&page(&cells)), "区分\u{3000}手数料  \n再発行\u{3000}1,000円\n");
        // Half a letter between two: justified. One: a space that somebody typed.
        let spread = "1\t1\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t\n3\t1\t0\t0\t0\t0\t0\t0\t0\t0\t-1\t\n\
                      5\t1\t0\t0\t0\t0\t0\t0\t10\t12\t100\t目\n5\t1\t0\t0\t0\t0\t15\t0\t10\t12\t100\t的\n\
                      5\t1\t0\t0\t0\t0\t35\t0\t20\t12\t100\tほか\n";
        assert_eq!(markdown(spread), "目的 ほか\n");
    }

    #[test]
    fn radicals_are_letters_and_signs_of_markdown_are_text() {
        let text = markdown(&page(&[("/", 30.0, 12.0, "⼿数料\u{ad}と⼈"), ("/", 30.0, 12.0, "#1は番号")]));
        assert_eq!(text, "手数料と人\n\n\\#1は番号\n");
    }

    #[test]
    fn what_is_no_table_has_no_text() {
        for nothing in
            ["", "level\tpage_num\n", "5\tx\n", "1\t1\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t###PAGE###\n"]
        {
            assert_eq!(markdown(nothing), "");
        }
    }
}
