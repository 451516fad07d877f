//! The trap list of THREAD-ANALYSIS, row by row.

mod entries;
