//! `cinnabar witness`: makes any agency a witness of any log.

use std::net::SocketAddr;
use std::path::PathBuf;

use cinnabar_tlog::{KeyName, VerifierKey};
use cinnabar_witness::server::Options;
use cinnabar_witness::{Witness, origin_id, serve};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::exit::{Exit, Failure, OrFail as _};
use crate::out;

/// Arguments of `cinnabar witness`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:
  cinnabar witness --data witness --name witness.example.org/w1 --listen 127.0.0.1:8490 --log VKEY

The first start makes the witness's key under --data. It cosigns a checkpoint only if it continues the one cosigned before (C2SP
tlog-witness), and remembers that before it signs. Never put back an old copy of --data. The line that it prints goes into the trust
policies of those who want its word; `cinnabar up --witness-policy FILE` asks it.")]
pub(crate) struct Args {
    /// Where its key, and what it cosigned, is kept.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Its name, for ever: a URL without scheme that you control.
    #[arg(long, value_name = "NAME")]
    name: KeyName,
    /// Where it listens; port 0 lets the system choose.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8490")]
    listen: SocketAddr,
    /// The verifier key of a log that it watches; several.
    #[arg(long = "log", value_name = "VKEY", required = true, num_args = 1..)]
    logs: Vec<VerifierKey>,
}

/// Runs until told to stop.
pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    crate::log::start();
    let listener = TcpListener::bind(args.listen).await;
    let address = args.listen;
    let listener =
        listener.or_fail_while(Exit::Usage, move || format!("cannot listen on {address}"))?;
    let url = format!("http://{}", listener.local_addr().or_fail(Exit::Usage)?);
    let witness = Witness::open(&args.data, Options::new(args.name, args.logs));
    let witness = witness.or_fail_while(Exit::Usage, || "the witness can't start")?;
    announce(&witness, &url)?;
    let mut interrupt = signal(SignalKind::interrupt()).or_fail(Exit::Usage)?;
    let mut terminate = signal(SignalKind::terminate()).or_fail(Exit::Usage)?;
    let stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    serve(listener, witness, stop)
        .await
        .or_fail(Exit::Unreachable)
}

fn announce(witness: &Witness, url: &str) -> Result<(), Failure> {
    let vkey = witness.vkey();
    // A policy's names are words; the key's own name is a URL.
    let word: String = vkey
        .name()
        .as_str()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let mut text = format!(
        "This witness cosigns what continues what it cosigned before.\n
  key          {vkey}
  URL          {url}
  policy line  witness {word} {vkey} {url}\n"
    );
    for origin in witness.origins() {
        let id = origin_id(origin);
        text.push_str(&format!(
            "  shows        {url}/{id}/checkpoint  ({origin})\n"
        ));
    }
    out::line(format_args!("{text}\nCtrl-C stops it."))
}
