//! Lua's patterns (Lua 5.2 reference manual, 6.4.1): what a search finds, and how much work it is. Offsets are bytes from 0.
//!
//! Lua's own functions search, and nothing can stop one of them: a pattern such as `.-.-.-b` tries the fourth power of the
//! length. A search here goes the same way with a limit, so the engine knows whether Lua may be let loose ([`steps`]), and the analysis
//! what constant texts give ([`find`]).

/// Most captures of a pattern, as Lua was built.
const MAX_CAPTURES: usize = 32;
/// Calls of the matcher inside each other, as Lua was built: what lies deeper is an error of Lua's.
const MAX_DEPTH: u32 = 200;

/// Which matches are looked for.
#[derive(Clone, Copy, Debug)]
pub enum Search {
    /// The first one at or behind an offset.
    First(usize),
    /// The next one at or behind an offset, as `gmatch` goes on; `^` is no anchor there.
    Next(usize),
    /// So many at most, as `gsub` goes on.
    Replace(usize),
}

/// A match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it starts.
    pub start: usize,
    /// Where the text behind it starts.
    pub end: usize,
    /// What its captures hold, in the order in which they open.
    pub captures: Vec<Capture>,
}

/// What a capture holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capture {
    /// The text between two offsets.
    Text(usize, usize),
    /// `()`: an offset.
    Position(usize),
}

/// The matches of a search, if it takes at most `limit` steps.
///
/// # Errors
/// Too many steps, or Lua refuses the pattern.
pub fn find(
    search: Search,
    subject: &[u8],
    pattern: &[u8],
    limit: u64,
) -> Result<Vec<Found>, Stop> {
    let mut matcher = Matcher::new(subject, pattern, limit);
    let mut all = Vec::new();
    matcher.search(search, |found| {
        all.push(found?);
        Ok(())
    })?;
    Ok(all)
}

/// Whether the lengths alone allow more steps than this. What a capture holds is compared at once, so `%1` is no repetition.
#[must_use]
pub fn may_exceed(subject: &[u8], pattern: &[u8], steps: f64) -> bool {
    let n_repeats = pattern.iter().filter(|byte| b"*+-?".contains(byte)).count();
    let n_balanced = pattern.windows(2).filter(|pair| pair == b"%b").count();
    let exponent = (n_repeats + n_balanced + 1).min(64) as i32;
    (subject.len() as f64 + 1.0).powi(exponent) * (pattern.len() as f64 + 1.0) > steps
}

/// The steps of a search, as far as they are below `limit`, with so many more for each match. A pattern that Lua refuses ends where Lua
/// would notice.
#[must_use]
pub fn steps(search: Search, subject: &[u8], pattern: &[u8], per_match: u64, limit: u64) -> u64 {
    let mut matcher = Matcher::new(subject, pattern, limit);
    let mut n_matches = 0;
    let count = |_| {
        n_matches += 1;
        Ok(())
    };
    matcher.search(search, count).ok();
    matcher
        .steps
        .saturating_add(per_match.saturating_mul(n_matches))
}

/// The steps of a search for a plain text from an offset on.
#[must_use]
pub fn plain_steps(start: usize, subject: &[u8], text: &[u8], limit: u64) -> u64 {
    let mut steps = 0;
    for at in start..subject.len() {
        let rest = &subject[at..];
        if rest.len() < text.len() || steps >= limit {
            break;
        }
        let same = rest
            .iter()
            .zip(text)
            .take_while(|(one, other)| one == other);
        let n_same = same.take((limit - steps) as usize).count();
        steps += 1 + n_same as u64;
        if n_same == text.len() {
            break;
        }
    }
    steps
}

/// Why a search ends before it is known what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// So many steps are too many.
    Limit,
    /// Lua refuses the pattern.
    Refused,
}

#[derive(Clone, Copy)]
enum Group {
    Open { start: usize },
    Closed { start: usize, end: usize },
    Position(usize),
}

struct Matcher<'a> {
    subject: &'a [u8],
    pattern: &'a [u8],
    groups: Vec<Group>,
    depth: u32,
    steps: u64,
    limit: u64,
}

/// The end of a match, if there is one.
type End = Result<Option<usize>, Stop>;

impl<'a> Matcher<'a> {
    fn new(subject: &'a [u8], pattern: &'a [u8], limit: u64) -> Matcher<'a> {
        Matcher {
            subject,
            pattern,
            groups: Vec::new(),
            depth: 0,
            steps: 0,
            limit,
        }
    }

    /// Goes through the matches; one with a capture that is still open is what Lua refuses.
    fn search(
        &mut self,
        search: Search,
        mut found: impl FnMut(Result<Found, Stop>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let is_next = matches!(search, Search::Next(_));
        let is_anchored = !is_next && self.pattern.first() == Some(&b'^');
        let first = usize::from(is_anchored);
        let (mut at, mut left) = match search {
            Search::First(start) | Search::Next(start) => (start, 1),
            Search::Replace(most) => (0, most),
        };
        while left > 0 && at <= self.subject.len() {
            self.groups.clear();
            let end = self.rest(at, first)?;
            if let Some(end) = end {
                found(self.found(at, end))?;
                left -= 1;
            }
            at = match end {
                Some(end) if end > at => end,
                _ => at + 1,
            };
            if is_anchored {
                break;
            }
        }
        Ok(())
    }

    fn found(&self, start: usize, end: usize) -> Result<Found, Stop> {
        let captures = self.groups.iter().map(|group| match *group {
            Group::Open { .. } => Err(Stop::Refused),
            Group::Closed { start, end } => Ok(Capture::Text(start, end)),
            Group::Position(at) => Ok(Capture::Position(at)),
        });
        Ok(Found {
            start,
            end,
            captures: captures.collect::<Result<_, _>>()?,
        })
    }

    fn step(&mut self, n: usize) -> Result<(), Stop> {
        self.steps += n as u64;
        match self.steps > self.limit {
            true => Err(Stop::Limit),
            false => Ok(()),
        }
    }

    /// A match of the pattern from `at` on, with the subject from `from` on.
    fn rest(&mut self, from: usize, at: usize) -> End {
        if self.depth == MAX_DEPTH {
            return Err(Stop::Refused);
        }
        self.depth += 1;
        let found = self.rest_inside(from, at);
        self.depth -= 1;
        found
    }

    fn rest_inside(&mut self, mut from: usize, mut at: usize) -> End {
        loop {
            self.step(1)?;
            let next = self.pattern.get(at + 1).copied();
            match (self.pattern.get(at), next) {
                (None, _) => return Ok(Some(from)),
                (Some(b'('), Some(b')')) => {
                    return self.captured(Group::Position(from), from, at + 2);
                }
                (Some(b'('), _) => {
                    return self.captured(Group::Open { start: from }, from, at + 1);
                }
                (Some(b')'), _) => return self.closed(from, at + 1),
                (Some(b'$'), None) => return Ok((from == self.subject.len()).then_some(from)),
                (Some(b'%'), Some(b'b')) => match self.balanced(from, at + 2)? {
                    Some(end) => (from, at) = (end, at + 4),
                    None => return Ok(None),
                },
                (Some(b'%'), Some(b'f')) => match self.frontier(from, at + 2)? {
                    Some(behind) => at = behind,
                    None => return Ok(None),
                },
                (Some(b'%'), Some(digit)) if digit.is_ascii_digit() => {
                    match self.repeated(from, digit)? {
                        Some(end) => (from, at) = (end, at + 2),
                        None => return Ok(None),
                    }
                }
                _ => {
                    let end = self.class_end(at)?;
                    let quantifier = self.pattern.get(end).copied();
                    let fits = self.single(from, at, end)?;
                    match (quantifier, fits) {
                        (Some(b'?'), true) => match self.rest(from + 1, end + 1)? {
                            Some(found) => return Ok(Some(found)),
                            None => at = end + 1,
                        },
                        (Some(b'+'), true) => return self.longest(from + 1, at, end),
                        (Some(b'*'), true) => return self.longest(from, at, end),
                        (Some(b'-'), true) => return self.shortest(from, at, end),
                        (Some(b'*' | b'?' | b'-'), false) => at = end + 1,
                        (_, false) => return Ok(None),
                        (_, true) => (from, at) = (from + 1, end),
                    }
                }
            }
        }
    }

    /// As many as possible, then one less, and so on.
    fn longest(&mut self, from: usize, at: usize, end: usize) -> End {
        let mut n = 0;
        while self.single(from + n, at, end)? {
            n += 1;
        }
        for n in (0..=n).rev() {
            if let Some(found) = self.rest(from + n, end + 1)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// As few as possible.
    fn shortest(&mut self, mut from: usize, at: usize, end: usize) -> End {
        loop {
            if let Some(found) = self.rest(from, end + 1)? {
                return Ok(Some(found));
            }
            if !self.single(from, at, end)? {
                return Ok(None);
            }
            from += 1;
        }
    }

    fn captured(&mut self, group: Group, from: usize, at: usize) -> End {
        if self.groups.len() == MAX_CAPTURES {
            return Err(Stop::Refused);
        }
        self.groups.push(group);
        let found = self.rest(from, at)?;
        if found.is_none() {
            self.groups.pop();
        }
        Ok(found)
    }

    fn closed(&mut self, from: usize, at: usize) -> End {
        let is_open = |group: &Group| matches!(group, Group::Open { .. });
        let Some(last) = self.groups.iter().rposition(is_open) else {
            return Err(Stop::Refused);
        };
        let open = self.groups[last];
        if let Group::Open { start } = open {
            self.groups[last] = Group::Closed { start, end: from };
        }
        let found = self.rest(from, at)?;
        if found.is_none() {
            self.groups[last] = open;
        }
        Ok(found)
    }

    /// `%b()`.
    fn balanced(&mut self, from: usize, at: usize) -> End {
        let &[open, close, ..] = &self.pattern[at.min(self.pattern.len())..] else {
            return Err(Stop::Refused);
        };
        if self.subject.get(from) != Some(&open) {
            return Ok(None);
        }
        let mut depth = 1;
        for at in from + 1..self.subject.len() {
            self.step(1)?;
            let byte = self.subject[at];
            if byte == close {
                depth -= 1;
                if depth == 0 {
                    return Ok(Some(at + 1));
                }
            } else if byte == open {
                depth += 1;
            }
        }
        Ok(None)
    }

    /// `%f[set]`: the place behind the set in the pattern if the frontier is here.
    fn frontier(&mut self, from: usize, at: usize) -> End {
        if self.pattern.get(at) != Some(&b'[') {
            return Err(Stop::Refused);
        }
        let end = self.class_end(at)?;
        self.step(2 * (end - at))?;
        let before = match from {
            0 => 0,
            _ => self.subject[from - 1],
        };
        let here = self.subject.get(from).copied().unwrap_or(0);
        let set = &self.pattern[at..end];
        Ok((!in_set(before, set) && in_set(here, set)).then_some(end))
    }

    /// `%1`: what a capture holds, once more.
    fn repeated(&mut self, from: usize, digit: u8) -> End {
        let capture = usize::from(digit).checked_sub(usize::from(b'1'));
        let (start, end) = match capture.and_then(|at| self.groups.get(at)) {
            Some(&Group::Closed { start, end }) => (start, end),
            Some(Group::Position(_)) => return Ok(None),
            _ => return Err(Stop::Refused),
        };
        let held = &self.subject[start..end];
        self.step(held.len())?;
        Ok(self.subject[from..]
            .starts_with(held)
            .then_some(from + held.len()))
    }

    /// The end of a class: `a`, `%a`, `[set]`.
    fn class_end(&self, at: usize) -> Result<usize, Stop> {
        let get = |at: usize| self.pattern.get(at).copied();
        match get(at) {
            Some(b'%') => match get(at + 1) {
                Some(_) => Ok(at + 2),
                None => Err(Stop::Refused),
            },
            Some(b'[') => {
                let mut at = at + 1 + usize::from(get(at + 1) == Some(b'^'));
                loop {
                    // The first one may be a `]`.
                    at += match get(at) {
                        None => return Err(Stop::Refused),
                        Some(b'%') if get(at + 1).is_some() => 2,
                        Some(_) => 1,
                    };
                    if get(at) == Some(b']') {
                        return Ok(at + 1);
                    }
                }
            }
            _ => Ok(at + 1),
        }
    }

    /// Whether the byte here is of a class.
    fn single(&mut self, from: usize, at: usize, end: usize) -> Result<bool, Stop> {
        self.step(end - at)?;
        let Some(&byte) = self.subject.get(from) else {
            return Ok(false);
        };
        Ok(match self.pattern[at] {
            b'.' => true,
            b'%' => in_class(byte, self.pattern[at + 1]),
            b'[' => in_set(byte, &self.pattern[at..end]),
            literal => literal == byte,
        })
    }
}

/// Whether a byte is in a set, which is given with its brackets.
fn in_set(byte: u8, set: &[u8]) -> bool {
    let mut inner = &set[1..set.len() - 1];
    let is_negated = inner.first() == Some(&b'^');
    if is_negated {
        inner = &inner[1..];
    }
    loop {
        inner = match *inner {
            [] => return is_negated,
            [b'%', class, ref rest @ ..] if !in_class(byte, class) => rest,
            [b'%', _, ..] => return !is_negated,
            [low, b'-', high, ref rest @ ..] if !(low..=high).contains(&byte) => rest,
            [_, b'-', _, ..] => return !is_negated,
            [literal, ref rest @ ..] if literal != byte => rest,
            _ => return !is_negated,
        };
    }
}

/// Whether a byte is of `%a` and so on; what names no class stands for itself.
fn in_class(byte: u8, class: u8) -> bool {
    let is_in = match class.to_ascii_lowercase() {
        b'a' => byte.is_ascii_alphabetic(),
        b'c' => byte.is_ascii_control(),
        b'd' => byte.is_ascii_digit(),
        b'g' => byte.is_ascii_graphic(),
        b'l' => byte.is_ascii_lowercase(),
        b'p' => byte.is_ascii_punctuation(),
        b's' => matches!(byte, 9..=13 | b' '),
        b'u' => byte.is_ascii_uppercase(),
        b'w' => byte.is_ascii_alphanumeric(),
        b'x' => byte.is_ascii_hexdigit(),
        b'z' => byte == 0,
        _ => return class == byte,
    };
    is_in != class.is_ascii_uppercase()
}

#[cfg(test)]
mod tests;
