//! A measured fact and the bar that it must reach, printed as `name<TAB>value`.

use std::fmt::Display;

/// The facts of one run, in order.
#[derive(Debug, Default)]
pub struct Facts {
    short: Vec<String>,
}

impl Facts {
    /// Prints a fact without a bar.
    pub fn tell(&mut self, name: &str, value: impl Display) {
        println!("{name}\t{value}");
    }

    /// Prints a fact and remembers when it falls short.
    pub fn judge(&mut self, name: &str, value: impl Display, good: bool, bar: &str) {
        println!("{name}\t{value}");
        if !good {
            self.short.push(format!("{name} is {value}, wanted {bar}"));
        }
    }

    /// What fell short.
    pub fn short(&self) -> &[String] {
        &self.short
    }
}

/// The median; the upper one of an even number. NaN for none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
