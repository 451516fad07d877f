//! The name that was probably meant: edit distance with swaps of neighbours, blind to upper and lower case.

/// The most similar of the candidates, if one is near enough; of equals the first.
pub(crate) fn similar<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = match word.chars().count() {
        0..=3 => 0,
        4..=6 => 1,
        7..=11 => 2,
        _ => 3,
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == word {
            continue;
        }
        let distance = distance(word, candidate, limit);
        if distance <= limit && best.is_none_or(|(known, _)| distance < known) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// How many letters have to be changed, added, dropped or swapped; more than `limit` counts as `limit + 1`.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let a: Vec<char> = a
        .chars()
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    let b: Vec<char> = b
        .chars()
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for row in 1..=a.len() {
        let mut next = vec![row; b.len() + 1];
        for column in 1..=b.len() {
            let change = usize::from(a[row - 1] != b[column - 1]);
            let mut cost = (last[column - 1] + change)
                .min(last[column] + 1)
                .min(next[column - 1] + 1);
            let swapped =
                row > 1 && column > 1 && a[row - 1] == b[column - 2] && a[row - 2] == b[column - 1];
            if swapped {
                cost = cost.min(before[column - 2] + 1);
            }
            next[column] = cost;
        }
        before = std::mem::replace(&mut last, next);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn a_slip_of_the_hand_is_found_and_another_word_is_not() {
        let names = ["playNote", "getSamplingRate", "wait", "openURL"];
        assert_eq!(similar("playnote", names), Some("playNote"));
        assert_eq!(similar("plyaNote", names), Some("playNote"));
        assert_eq!(similar("getSampleRate", names), Some("getSamplingRate"));
        assert_eq!(similar("openUrl", names), Some("openURL"));
        assert_eq!(similar("wai", names), None);
        assert_eq!(similar("playChord", names), None);
        assert_eq!(similar("openURL", names), None);
    }
}
