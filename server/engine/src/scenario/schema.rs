//! The words for what a scenario may say: tables of keys with type, range, default and meaning.
//!
//! Invariant: the reader, its error messages and the documentation all come from these tables.

use std::fmt;

use halion_api::api;

use super::input;
use crate::event::short;

/// One key of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// As it is written in the file.
    pub name: &'static str,
    pub form: Form,
    pub need: Need,
    /// One line: meaning and unit.
    pub doc: &'static str,
}

/// What a key's value looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// A number within a range, both ends included.
    Number(f64, f64),
    /// A number without a fraction within a range.
    Whole(f64, f64),
    Boolean,
    Text,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A time signature, or `none`.
    Signature,
    /// An array of bytes.
    Bytes,
    /// A number, a boolean or a text.
    Value,
    /// A list of numbers without a fraction within a range.
    Wholes(f64, f64),
    /// Data as a script may store them: also tables and lists.
    Data,
    /// The name of a callback of UI scripts.
    UiCallback,
    /// `[name]`: a table of its own.
    Table(&'static [Key]),
    /// `[[name]]`: any number of tables.
    Tables(&'static [Key]),
    /// A value of another form, such as this; whoever asks for the key reads it.
    Raw(&'static str),
    /// The name of a kind of input.
    Kind,
    /// `[[input]]`: any number of tables whose `kind` decides which keys they have.
    Inputs,
}

/// Must a key be there?
#[derive(Debug, Clone, Copy)]
pub(crate) enum Need {
    Required,
    /// May be missing, and then means nothing.
    Optional,
    /// May be missing, and then is this number.
    Or(f64),
    /// May be missing, and then is this text.
    OrText(&'static str),
}

impl Key {
    pub const fn required(name: &'static str, form: Form, doc: &'static str) -> Key {
        Key {
            name,
            form,
            need: Need::Required,
            doc,
        }
    }

    pub const fn optional(name: &'static str, form: Form, doc: &'static str) -> Key {
        Key {
            name,
            form,
            need: Need::Optional,
            doc,
        }
    }

    pub const fn or(name: &'static str, form: Form, default: f64, doc: &'static str) -> Key {
        Key {
            name,
            form,
            need: Need::Or(default),
            doc,
        }
    }

    pub const fn or_text(
        name: &'static str,
        form: Form,
        default: &'static str,
        doc: &'static str,
    ) -> Key {
        Key {
            name,
            form,
            need: Need::OrText(default),
            doc,
        }
    }
}

impl fmt::Display for Form {
    /// `a number from 0 to 127`, to be read after "it must be".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Form::Number(low, high) => {
                write!(f, "a number from {} to {}", short(*low), short(*high))
            }
            Form::Whole(low, high) => {
                write!(f, "a whole number from {} to {}", short(*low), short(*high))
            }
            Form::Boolean => f.write_str("true or false"),
            Form::Text => f.write_str("a text in quotes"),
            Form::Choice(choices) => write!(f, "one of {}", choices.join(", ")),
            Form::Kind => {
                let names: Vec<&str> = input::kinds().map(|kind| kind.name).collect();
                write!(f, "one of {}", names.join(", "))
            }
            Form::Signature => f.write_str("a time signature such as \"6/8\", or \"none\""),
            Form::Bytes => f.write_str("an array of whole numbers from 0 to 255"),
            Form::Value => f.write_str("a number, true, false or a text in quotes"),
            Form::Raw(what) => f.write_str(what),
            Form::Wholes(low, high) => write!(
                f,
                "a list of whole numbers from {} to {}",
                short(*low),
                short(*high)
            ),
            Form::Data => f.write_str("a number, true, false, a text in quotes, a list or a table"),
            Form::UiCallback => {
                let callbacks = api().ui_callbacks().iter();
                let names: Vec<&str> = callbacks.map(|callback| &*callback.name).collect();
                write!(f, "one of {}", names.join(", "))
            }
            Form::Table(_) => f.write_str("a table"),
            Form::Tables(_) | Form::Inputs => f.write_str("a list of tables"),
        }
    }
}
