//! Changes to JSON that leave it JSON: they reach what a flipped bit seldom does, the shapes behind the syntax.

use serde_json::{Value, json};

use crate::Mutator;

impl Mutator {
    /// Changes one to three values of the JSON that a sample ends with (after its first line, if that is none); nothing
    /// if there is no JSON. Members stay sorted, so what comes out is canonical if no string needs care.
    pub fn mutate_json(&mut self, sample: &[u8]) -> Option<Vec<u8>> {
        let (head, mut value) = split(sample)?;
        for _ in 0..=self.below(3) {
            let place = self.below(count(&value));
            self.change_json(&mut value, place);
        }
        let json = serde_json::to_vec(&value).expect("a value is written");
        Some([head, &json].concat())
    }

    fn change_json(&mut self, value: &mut Value, place: usize) {
        let other = nth(value, self.below(count(value))).cloned();
        let Some(target) = nth(value, place) else {
            return;
        };
        match (self.below(4), target) {
            (0, Value::Array(items)) if !items.is_empty() => {
                let twice = items[self.below(items.len())].clone();
                items.insert(self.below(items.len() + 1), twice);
            }
            (1, Value::Array(items)) if !items.is_empty() => {
                items.remove(self.below(items.len()));
            }
            (0 | 1, Value::Object(members)) if !members.is_empty() => {
                let key = members.keys().nth(self.below(members.len())).cloned();
                members.remove(&key.unwrap_or_default());
            }
            (2, target) => *target = other.unwrap_or_default(),
            (_, Value::String(text)) if self.below(2) == 0 => self.change_text(text),
            (_, target) => *target = self.telling_json(),
        }
    }

    fn change_text(&mut self, text: &mut String) {
        let telling = [
            "", " ", "é", "王", "\u{2028}", "z", "0", "/", "\n", "\u{feff}", "A",
        ];
        let mut places = text.char_indices().map(|(place, _)| place);
        let place = places.nth(self.below(text.len())).unwrap_or(0);
        text.insert_str(place, telling[self.below(telling.len())]);
    }

    fn telling_json(&mut self) -> Value {
        let mut telling = vec![
            json!([]),
            json!({}),
            json!(""),
            json!("a"),
            json!(0),
            json!(1),
            json!(-1),
            json!(9_007_199_254_740_991_i64),
            json!(4_294_967_296_i64),
            json!(true),
            json!(false),
            json!("2026-11-22"),
            json!("2026-11-22T15:00:00.123456Z"),
            json!("product/a"),
            json!("0.50"),
        ];
        telling.swap_remove(self.below(telling.len()))
    }
}

fn split(sample: &[u8]) -> Option<(&[u8], Value)> {
    if let Ok(value) = serde_json::from_slice(sample) {
        return Some((&[], value));
    }
    let end = sample.iter().position(|byte| *byte == b'\n')? + 1;
    let (head, json) = sample.split_at(end);
    Some((head, serde_json::from_slice(json).ok()?))
}

/// Values in a value, itself among them.
fn count(value: &Value) -> usize {
    let inner: usize = match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    };
    1 + inner
}

/// The nth of them, from the outside in.
fn nth(value: &mut Value, place: usize) -> Option<&mut Value> {
    let mut left = place;
    let mut open = vec![value];
    while let Some(next) = open.pop() {
        if left == 0 {
            return Some(next);
        }
        left -= 1;
        match next {
            Value::Array(items) => open.extend(items.iter_mut().rev()),
            Value::Object(members) => {
                let inner: Vec<_> = members.iter_mut().map(|(_, value)| value).collect();
                open.extend(inner.into_iter().rev());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    None
}
