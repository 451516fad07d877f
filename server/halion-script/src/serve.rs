//! `lsp` and `dap`: the protocols for editors. Standard output belongs to the protocol, what there is to log goes to
//! standard error (as much as `HALION_SCRIPT_LOG` asks for, such as `debug`).

use tracing_subscriber::EnvFilter;

use crate::args::DapArgs;
use crate::output::{self, Exit};

/// Serves the language server protocol until the client ends it.
pub fn lsp() -> Exit {
    log_to_stderr();
    serve(halion_lsp::serve_stdio(), |ended| match ended.code() {
        0 => Exit::Clean,
        _ => Exit::Findings,
    })
}

/// Serves the debug adapter protocol: one session on standard input and output, or sessions on a port.
pub fn dap(args: &DapArgs) -> Exit {
    log_to_stderr();
    match args.port {
        None => serve(halion_adapter::serve_stdio(), |()| Exit::Clean),
        Some(port) => serve(halion_adapter::serve_port(port), |()| Exit::Clean),
    }
}

fn serve<T, E: Into<anyhow::Error>>(
    session: impl Future<Output = Result<T, E>>,
    exit: fn(T) -> Exit,
) -> Exit {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let served = runtime.map_err(anyhow::Error::from).and_then(|runtime| {
        let served = runtime.block_on(session);
        // What still computes for nobody is not waited for.
        runtime.shutdown_background();
        served.map_err(Into::into)
    });
    match served {
        Ok(ended) => exit(ended),
        Err(error) => {
            output::error(&format!("{error:#}"));
            Exit::CouldNotRun
        }
    }
}

fn log_to_stderr() {
    let filter =
        EnvFilter::try_from_env("HALION_SCRIPT_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // A logger that is there already is as good.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .try_init();
}
