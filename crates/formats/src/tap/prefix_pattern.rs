//! The form of the prefix that a log puts before each line.

/// The most bytes between brackets.
const MOST_IN_BRACKETS: usize = 64;

/// Words that stand for others of their kind: days, months, and the kernel's levels and facilities.
const KINDS: [&[&str]; 4] = [
    &["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    &["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"],
    &["kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp"],
];

/// The form of a prefix: its parts, with any number of blanks between them.
#[derive(Debug)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    /// Whether a blank separates it from the line.
    has_separator: bool,
    /// How long the first one is, with the separator.
    width: usize,
    last: u8,
    is_of_kernel: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Number,
    Word(Vec<u8>),
    /// One or more groups in square brackets, with a digit in each.
    Brackets,
    /// A group in angle brackets, with a digit in it.
    Angles,
    Byte(u8),
}

impl Pattern {
    /// The form of this prefix. Blanks at its end, but for one, are the indentation of the line. If
    /// it `is_kernel`, the version line behind it says so; else the prefix may.
    pub(super) fn new(prefix: &[u8], is_kernel: bool) -> Self {
        let body = prefix.trim_ascii_end();
        let has_separator = body.len() < prefix.len();
        let width = body.len() + usize::from(has_separator);
        let mut parts = Vec::new();
        let mut rest = body.trim_ascii_start();
        while !rest.is_empty() {
            let (part, after) = first_part(rest);
            parts.push(part);
            rest = after.trim_ascii_start();
        }
        let last = prefix.get(width - 1).copied().unwrap_or_default();
        Self { parts, has_separator, width, last, is_of_kernel: is_kernel || is_of_kernel(body) }
    }

    /// The length of the prefix that it is the form of.
    pub(super) fn length_of_first(&self) -> usize {
        self.width
    }

    /// Whether the kernel's log, or what shows it, writes such a prefix.
    pub(super) fn is_of_kernel(&self) -> bool {
        self.is_of_kernel
    }

    /// The length of the prefix of this form that the line has.
    pub(super) fn length(&self, line: &[u8]) -> Option<usize> {
        let mut rest = line;
        for part in &self.parts {
            rest = part.strip(rest.trim_ascii_start())?;
        }
        if self.has_separator {
            rest = rest.strip_prefix(b" ").or_else(|| rest.strip_prefix(b"\t")).unwrap_or(rest);
        }
        Some(line.len() - rest.len())
    }

    /// The line without as many blanks as the prefix is long.
    pub(super) fn strip_blanks<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        let (blanks, rest) = line.split_at_checked(self.width)?;
        blanks.iter().all(|byte| *byte == b' ').then_some(rest)
    }

    /// The line without as many bytes as the prefix is long, if they end as it does.
    pub(super) fn strip_width<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        let (prefix, rest) = line.split_at_checked(self.width)?;
        (prefix.last() == Some(&self.last)).then_some(rest)
    }
}

fn first_part(text: &[u8]) -> (Part, &[u8]) {
    for part in [Part::Brackets, Part::Angles, Part::Number] {
        if let Some(rest) = part.strip(text) {
            return (part, rest);
        }
    }
    let letters = text.iter().take_while(|byte| is_letter(**byte)).count();
    if letters > 0 {
        return (Part::Word(text[..letters].to_vec()), &text[letters..]);
    }
    (Part::Byte(text[0]), &text[1..])
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || !byte.is_ascii()
}

impl Part {
    /// What follows of a text that begins with such a part.
    fn strip<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        match self {
            Self::Number => {
                let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
                (digits > 0).then_some(&text[digits..])
            }
            Self::Word(word) => {
                let (found, rest) = text.split_at(text.iter().take_while(|byte| is_letter(**byte)).count());
                let is_other_of_kind = |kind: &&[&str]| [word, found].iter().all(|word| is_one_of(word, kind));
                (found == word || KINDS.iter().any(is_other_of_kind)).then_some(rest)
            }
            Self::Brackets => {
                let mut rest = group(text, b'[', b']')?.1;
                while let Some((_, after)) = group(rest, b'[', b']') {
                    rest = after;
                }
                Some(rest)
            }
            Self::Angles => Some(group(text, b'<', b'>')?.1),
            Self::Byte(byte) => text.split_first().filter(|(first, _)| *first == byte).map(|(_, rest)| rest),
        }
    }
}

fn is_one_of(word: &[u8], kind: &[&str]) -> bool {
    kind.iter().any(|other| other.as_bytes() == word)
}

/// The inside of a group in brackets with a digit in it, and what follows.
fn group(text: &[u8], open: u8, close: u8) -> Option<(&[u8], &[u8])> {
    let (_, inside) = text.split_first().filter(|(first, _)| **first == open)?;
    let end = inside.iter().take(MOST_IN_BRACKETS).position(|byte| *byte == close)?;
    inside[..end].iter().any(u8::is_ascii_digit).then(|| (&inside[..end], &inside[end + 1..]))
}

fn is_of_kernel(prefix: &[u8]) -> bool {
    let groups = |open, close| {
        let starts = prefix.iter().enumerate().filter(move |(_, byte)| **byte == open).map(|(at, _)| at);
        starts.filter_map(move |at| Some(group(&prefix[at..], open, close)?.0))
    };
    prefix.ends_with(b"kernel:")
        || groups(b'[', b']').any(is_kernel_time)
        || groups(b'<', b'>').any(|level| level.iter().all(u8::is_ascii_digit))
        || is_of_device(prefix)
        || has_facility(prefix)
        || has_comma_time(prefix)
}

/// Whether it is a time as printk or dmesg write it: `    0.06`, `  +0.000011`, `Nov25 17:56`.
fn is_kernel_time(group: &[u8]) -> bool {
    let group = group.trim_ascii();
    let is_seconds = group.contains(&b'.') && group.iter().all(|byte| byte.is_ascii_digit() || b" .+<>".contains(byte));
    let name = &group[..group.len().min(3)];
    is_seconds || is_one_of(name, KINDS[0]) || is_one_of(name, KINDS[1])
}

/// Whether it ends as /dev/kmsg has it before a message: `6,1234,5678901,-;`.
fn is_of_device(prefix: &[u8]) -> bool {
    let Some(fields) = prefix.strip_suffix(b";") else { return false };
    let mut numbers = fields.split(|byte| *byte == b',').take(3);
    let has_level = numbers.next().is_some_and(|field| field.last().is_some_and(u8::is_ascii_digit));
    let is_number = |field: &[u8]| !field.is_empty() && field.iter().all(u8::is_ascii_digit);
    has_level && numbers.next().is_some_and(is_number) && numbers.next().is_some_and(is_number)
}

/// Whether it has a facility and a level: `kern  :info  :`.
fn has_facility(prefix: &[u8]) -> bool {
    let words: Vec<_> = prefix.split(|byte| *byte == b':').map(<[u8]>::trim_ascii).collect();
    words.windows(2).any(|pair| {
        let facility = pair[0].rsplit(|byte| !byte.is_ascii_lowercase()).next().unwrap_or_default();
        is_one_of(facility, KINDS[3]) && is_one_of(pair[1], KINDS[2])
    })
}

/// Whether it ends in a time with a comma, as of `dmesg --time-format iso`:
/// `17:56:54,123456+00:00`.
fn has_comma_time(prefix: &[u8]) -> bool {
    let is_time = |time: &[u8]| {
        let fraction = time.iter().take_while(|byte| byte.is_ascii_digit()).count();
        fraction == 6 && matches!(time.get(fraction), Some(b'+' | b'-'))
    };
    prefix.contains(&b'T') && memchr::memchr_iter(b',', prefix).any(|at| is_time(&prefix[at + 1..]))
}
