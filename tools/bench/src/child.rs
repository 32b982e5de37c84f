//! The writer's process, from outside.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use cinnabar_ledger::nats::supervisor::NatsServer;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::machine::memory;
use crate::writer::Status;

/// A writer that runs.
pub(crate) struct WriterProcess {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// How long it took until it said that it writes.
    pub(crate) ready: Duration,
    /// Since when it has been started.
    pub(crate) since: Instant,
}

impl WriterProcess {
    /// Starts a writer for the ledger in `data`, and waits until it writes.
    pub(crate) async fn start(data: &Path, nats: &NatsServer) -> Result<Self> {
        let itself = std::env::current_exe().context("looking for this program")?;
        let since = Instant::now();
        let mut process = Command::new(itself)
            .arg("writer")
            .arg("--data")
            .arg(data)
            .args(["--nats", nats.client_url(), "--monitor", nats.monitor_url()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("starting the writer")?;
        let input = process.stdin.take().context("the writer's input")?;
        let output = process.stdout.take().context("the writer's output")?;
        let mut writer = Self {
            process,
            input,
            output: BufReader::new(output).lines(),
            ready: Duration::ZERO,
            since,
        };
        writer.answer().await?;
        writer.ready = since.elapsed();
        Ok(writer)
    }

    /// Tells it something, and waits until it is done.
    pub(crate) async fn tell(&mut self, what: &str) -> Result<Status> {
        let line = format!("{what}\n");
        let written = self.input.write_all(line.as_bytes()).await;
        written.context("telling the writer")?;
        self.answer().await
    }

    async fn answer(&mut self) -> Result<Status> {
        let line = self
            .output
            .next_line()
            .await
            .context("hearing the writer")?;
        let line = line.context("the writer ended; why stands above")?;
        serde_json::from_str(&line).context("the writer's answer")
    }

    /// Resident memory, and the most that it ever had, in KiB.
    pub(crate) fn memory(&self) -> (u64, u64) {
        self.process.id().map_or((0, 0), memory)
    }

    /// Stops it as an operator does.
    pub(crate) async fn stop(mut self) -> Result<()> {
        drop(self.input);
        let status = self
            .process
            .wait()
            .await
            .context("waiting for the writer")?;
        ensure!(status.success(), "the writer ended with {status}");
        Ok(())
    }

    /// Kills it: SIGKILL.
    pub(crate) async fn kill(mut self) -> Result<()> {
        self.process.kill().await.context("killing the writer")
    }
}
