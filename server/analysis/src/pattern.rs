//! Lua's patterns on constant texts (Lua 5.2 manual, 6.4.1), so that `name:match("^on(.+)")` is as good as the text it gives.
//!
//! Positions are bytes from 0.

/// Steps after which a match is given up.
const MAX_STEPS: u32 = 20_000;
/// Most captures of a pattern.
const MAX_CAPTURES: usize = 32;

/// A part that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it starts.
    pub start: usize,
    /// Where the text behind it starts.
    pub end: usize,
    /// What was captured.
    pub captures: Vec<Capture>,
}

/// A capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capture {
    /// The text between two positions.
    Text(usize, usize),
    /// `()`: a position.
    Position(usize),
}

/// The pattern is malformed, or it takes too long.
#[derive(Debug, PartialEq, Eq)]
pub struct GivenUp;

/// The first part of `text` from `from` on that fits.
pub fn find(text: &str, pattern: &str, from: usize) -> Result<Option<Found>, GivenUp> {
    let (pattern, anchored) = match pattern.strip_prefix('^') {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    let mut matcher = Matcher {
        text: text.as_bytes(),
        pattern: pattern.as_bytes(),
        captures: Vec::new(),
        steps: 0,
    };
    let mut start = from;
    while start <= text.len() {
        matcher.captures.clear();
        if let Some(end) = matcher.run(start, 0)? {
            let captures = matcher.captures.iter().map(|&(at, length)| match length {
                Length::Closed(length) => Ok(Capture::Text(at, at + length)),
                Length::Position => Ok(Capture::Position(at)),
                Length::Open => Err(GivenUp),
            });
            let captures = captures.collect::<Result<_, _>>()?;
            return Ok(Some(Found {
                start,
                end,
                captures,
            }));
        }
        if anchored {
            break;
        }
        start += 1;
    }
    Ok(None)
}

/// All parts that fit, one behind the other, as `gmatch` and `gsub` find them.
pub fn find_all(text: &str, pattern: &str, most: usize) -> Result<Vec<Found>, GivenUp> {
    let mut all = Vec::new();
    let mut from = 0;
    while from <= text.len() {
        let Some(found) = find(text, pattern, from)? else {
            break;
        };
        if all.len() == most {
            return Err(GivenUp);
        }
        from = found.end.max(found.start + 1);
        all.push(found);
        if pattern.starts_with('^') {
            break;
        }
    }
    Ok(all)
}

#[derive(Clone, Copy)]
enum Length {
    Open,
    Position,
    Closed(usize),
}

struct Matcher<'a> {
    text: &'a [u8],
    pattern: &'a [u8],
    captures: Vec<(usize, Length)>,
    steps: u32,
}

impl Matcher<'_> {
    /// Where the part ends that starts at `at` and fits the pattern from `rest` on.
    fn run(&mut self, mut at: usize, mut rest: usize) -> Result<Option<usize>, GivenUp> {
        loop {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return Err(GivenUp);
            }
            let Some(&letter) = self.pattern.get(rest) else {
                return Ok(Some(at));
            };
            let next = self.pattern.get(rest + 1).copied();
            match (letter, next) {
                (b'(', Some(b')')) => return self.open(at, rest + 2, Length::Position),
                (b'(', _) => return self.open(at, rest + 1, Length::Open),
                (b')', _) => return self.close(at, rest + 1),
                (b'$', None) => return Ok((at == self.text.len()).then_some(at)),
                (b'%', Some(b'b')) => match self.balanced(at, rest + 2)? {
                    Some(end) => (at, rest) = (end, rest + 4),
                    None => return Ok(None),
                },
                (b'%', Some(b'f')) => {
                    let set = rest + 2;
                    if self.pattern.get(set) != Some(&b'[') {
                        return Err(GivenUp);
                    }
                    let end = self.class_end(set)?;
                    let before = at.checked_sub(1).map_or(0, |at| self.text[at]);
                    let here = self.text.get(at).copied().unwrap_or(0);
                    if self.fits(before, set, end) || !self.fits(here, set, end) {
                        return Ok(None);
                    }
                    rest = end;
                }
                (b'%', Some(digit @ b'0'..=b'9')) => {
                    let number = usize::from(digit - b'0');
                    let known = number.checked_sub(1).and_then(|idx| self.captures.get(idx));
                    let Some(&(start, Length::Closed(length))) = known else {
                        return Err(GivenUp);
                    };
                    if !self.text[at..].starts_with(&self.text[start..start + length]) {
                        return Ok(None);
                    }
                    (at, rest) = (at + length, rest + 2);
                }
                _ => {
                    let end = self.class_end(rest)?;
                    let count = |matcher: &Self| {
                        let fitting = matcher.text[at..].iter();
                        fitting
                            .take_while(|&&letter| matcher.fits(letter, rest, end))
                            .count()
                    };
                    match self.pattern.get(end) {
                        Some(b'?') => {
                            if count(self) > 0
                                && let Some(found) = self.run(at + 1, end + 1)?
                            {
                                return Ok(Some(found));
                            }
                            rest = end + 1;
                        }
                        Some(b'*') => return self.longest(at, count(self), 0, end + 1),
                        Some(b'+') => return self.longest(at, count(self), 1, end + 1),
                        Some(b'-') => {
                            for length in 0..=count(self) {
                                if let Some(found) = self.run(at + length, end + 1)? {
                                    return Ok(Some(found));
                                }
                            }
                            return Ok(None);
                        }
                        _ if count(self) > 0 => (at, rest) = (at + 1, end),
                        _ => return Ok(None),
                    }
                }
            }
        }
    }

    fn longest(
        &mut self,
        at: usize,
        most: usize,
        least: usize,
        rest: usize,
    ) -> Result<Option<usize>, GivenUp> {
        for length in (least..=most).rev() {
            if let Some(found) = self.run(at + length, rest)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn open(&mut self, at: usize, rest: usize, length: Length) -> Result<Option<usize>, GivenUp> {
        if self.captures.len() == MAX_CAPTURES {
            return Err(GivenUp);
        }
        let before = self.captures.len();
        self.captures.push((at, length));
        let found = self.run(at, rest)?;
        if found.is_none() {
            self.captures.truncate(before);
        }
        Ok(found)
    }

    fn close(&mut self, at: usize, rest: usize) -> Result<Option<usize>, GivenUp> {
        let is_open = |capture: &(usize, Length)| matches!(capture.1, Length::Open);
        let Some(idx) = self.captures.iter().rposition(is_open) else {
            return Err(GivenUp);
        };
        self.captures[idx].1 = Length::Closed(at - self.captures[idx].0);
        let found = self.run(at, rest)?;
        if found.is_none() {
            self.captures[idx].1 = Length::Open;
        }
        Ok(found)
    }

    /// `%bxy`: where the bracket closes that opens here.
    fn balanced(&self, at: usize, letters: usize) -> Result<Option<usize>, GivenUp> {
        let &[open, close] = self.pattern.get(letters..letters + 2).ok_or(GivenUp)? else {
            return Err(GivenUp);
        };
        if self.text.get(at) != Some(&open) {
            return Ok(None);
        }
        let mut depth = 1;
        for (idx, &letter) in self.text.iter().enumerate().skip(at + 1) {
            if letter == close {
                depth -= 1;
                if depth == 0 {
                    return Ok(Some(idx + 1));
                }
            } else if letter == open {
                depth += 1;
            }
        }
        Ok(None)
    }

    /// Where the single character class ends that starts at `start`.
    fn class_end(&self, start: usize) -> Result<usize, GivenUp> {
        match self.pattern[start] {
            b'%' if start + 1 < self.pattern.len() => Ok(start + 2),
            b'%' => Err(GivenUp),
            b'[' => {
                let mut at = start + 1;
                if self.pattern.get(at) == Some(&b'^') {
                    at += 1;
                }
                // A bracket that comes first is a letter.
                let first = at;
                loop {
                    match self.pattern.get(at) {
                        None => return Err(GivenUp),
                        Some(b']') if at > first => return Ok(at + 1),
                        Some(b'%') => at += 2,
                        Some(_) => at += 1,
                    }
                }
            }
            _ => Ok(start + 1),
        }
    }

    fn fits(&self, letter: u8, start: usize, end: usize) -> bool {
        match self.pattern[start] {
            b'.' => true,
            b'%' => is_of_class(letter, self.pattern[start + 1]),
            b'[' => self.fits_set(letter, start + 1, end - 1),
            plain => plain == letter,
        }
    }

    fn fits_set(&self, letter: u8, mut at: usize, end: usize) -> bool {
        let negated = self.pattern[at] == b'^';
        at += usize::from(negated);
        while at < end {
            let here = self.pattern[at];
            if here == b'%' && at + 1 < end {
                if is_of_class(letter, self.pattern[at + 1]) {
                    return !negated;
                }
                at += 2;
            } else if at + 2 < end && self.pattern[at + 1] == b'-' {
                if (here..=self.pattern[at + 2]).contains(&letter) {
                    return !negated;
                }
                at += 3;
            } else {
                if here == letter {
                    return !negated;
                }
                at += 1;
            }
        }
        negated
    }
}

fn is_of_class(letter: u8, class: u8) -> bool {
    let is = match class.to_ascii_lowercase() {
        b'a' => letter.is_ascii_alphabetic(),
        b'c' => letter.is_ascii_control(),
        b'd' => letter.is_ascii_digit(),
        b'g' => letter.is_ascii_graphic(),
        b'l' => letter.is_ascii_lowercase(),
        b'p' => letter.is_ascii_punctuation(),
        b's' => letter.is_ascii_whitespace() || letter == 0x0b,
        b'u' => letter.is_ascii_uppercase(),
        b'w' => letter.is_ascii_alphanumeric(),
        b'x' => letter.is_ascii_hexdigit(),
        _ => return class == letter,
    };
    is != class.is_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::{Capture, GivenUp, find, find_all};

    fn captured(text: &str, pattern: &str) -> Option<Vec<String>> {
        let found = find(text, pattern, 0).expect("a good pattern")?;
        let whole = Capture::Text(found.start, found.end);
        let captures = match found.captures.as_slice() {
            [] => vec![whole],
            captures => captures.to_vec(),
        };
        let shown = captures.into_iter().map(|capture| match capture {
            Capture::Text(start, end) => text[start..end].to_owned(),
            Capture::Position(at) => format!("{}", at + 1),
        });
        Some(shown.collect())
    }

    #[test]
    fn patterns_find_what_lua_finds() {
        let cases: &[(&str, &str, Option<&[&str]>)] = &[
            ("onNote", "^on(.+)$", Some(&["Note"])),
            ("ui:open", "^(%w+):(%w+)$", Some(&["ui", "open"])),
            ("note", "^on", None),
            ("a.b", "%.", Some(&["."])),
            ("key=[x]", "%b[]", Some(&["[x]"])),
            ("THE (quick) fox", "%((%a+)%)", Some(&["quick"])),
            ("hello", "()ll()", Some(&["3", "5"])),
            ("aaab", "a-b", Some(&["aaab"])),
            ("step12", "[^%d]+", Some(&["step"])),
            ("x]y", "[]]", Some(&["]"])),
            ("C#4", "^([A-G]#?)(%-?%d+)$", Some(&["C#", "4"])),
            ("D-1", "^([A-G]#?)(%-?%d+)$", Some(&["D", "-1"])),
            ("\"a\"", "([\"'])(.-)%1", Some(&["\"", "a"])),
            ("THE end", "%f[%a]%l+", Some(&["end"])),
            ("", "^$", Some(&[""])),
        ];
        for (text, pattern, expected) in cases {
            let expected = expected.map(|all| all.iter().map(|&one| one.to_owned()).collect());
            assert_eq!(captured(text, pattern), expected, "{text} {pattern}");
        }
    }

    #[test]
    fn all_parts_in_order() {
        let starts = |text, pattern| {
            let all = find_all(text, pattern, 10).expect("a good pattern");
            all.iter().map(|found| found.start).collect::<Vec<_>>()
        };
        assert_eq!(starts("ui.main.click", "%w+"), [0, 3, 8]);
        assert_eq!(starts("ab", "x*"), [0, 1, 2]);
        assert_eq!(starts("aaa", "^a"), [0]);
    }

    #[test]
    fn what_is_malformed_is_given_up() {
        for pattern in ["[a", "%", "(a", "a)", "%1"] {
            assert_eq!(find("aaa", pattern, 0), Err(GivenUp), "{pattern}");
        }
        let slow = "a-".repeat(12) + "b";
        assert_eq!(find(&"a".repeat(60), &slow, 0), Err(GivenUp));
    }
}
