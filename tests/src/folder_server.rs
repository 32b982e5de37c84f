//! A folder behind a file server that knows nothing of logs: Python's own.

use std::path::Path;
use std::process::Command;

use crate::running::Running;

/// A folder, served on loopback as long as this lives.
#[derive(Debug)]
pub struct FolderServer {
    /// Where: `http://host:port`.
    pub url: String,
    _server: Running,
}

impl FolderServer {
    /// Serves `folder` on a port that the system chooses.
    ///
    /// # Panics
    /// If there is no `python3`, or it doesn't come up.
    #[must_use]
    pub fn start(folder: &Path) -> Self {
        let mut command = Command::new("python3");
        command.args(["-u", "-m", "http.server", "--bind", "127.0.0.1"]);
        command.arg("--directory").arg(folder).arg("0");
        let server = Running::start(&mut command);
        // Serving HTTP on 127.0.0.1 port 40001 (http://127.0.0.1:40001/) ...
        let said = server.wait_for_line("Serving HTTP").concat();
        let url = said
            .split(['(', ')'])
            .nth(1)
            .expect("it says where")
            .trim_end_matches('/')
            .to_owned();
        Self {
            url,
            _server: server,
        }
    }
}
