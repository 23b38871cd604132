//! A matrix as text, and its comparison with the one that was agreed on.

/// Rows under a head, each cell as wide as its column needs.
pub fn drawn(head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    let all: Vec<&Vec<String>> = std::iter::once(&head).chain(rows).collect();
    let width = |column: usize| all.iter().map(|row| row[column].len()).max().unwrap();
    let line = |row: &&Vec<String>| {
        assert_eq!(row.len(), head.len(), "{row:?}");
        let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:<0$}", width(column)));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    all.iter().map(line).collect()
}

/// Fails with the whole matrix as it is today when it is not the agreed one.
pub fn agreed(name: &str, today: &str, agreed: &str) {
    let lines = today.lines().filter(|line| !agreed.lines().any(|known| known == *line));
    let other: Vec<&str> = lines.collect();
    assert!(
        today == agreed,
        "{name} is not as agreed. Other lines:\n{}\n\nAll of it:\n{today}",
        other.join("\n")
    );
}
