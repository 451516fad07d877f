//! The program `halion-script`; all it does is in the library of the same name.

use std::process::ExitCode;

fn main() -> ExitCode {
    halion_script::main()
}
