//! The trap list of THREAD-ANALYSIS, row by row, in several spellings, violating and clean.

mod alike;
mod entries;
mod guards;
mod incremental;
mod indirect;
mod library;
mod loops;
mod modules;
mod objects;
mod robust;
mod seals;
mod stability;
mod values;
