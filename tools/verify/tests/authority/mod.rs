//! A time-stamping authority made of the `openssl` command (3.0 or newer, on PATH).

use std::path::PathBuf;
use std::process::Command;

use cinnabar_timestamp::{Nonce, Request, Response};
use cinnabar_tlog::Note;

/// Its keys, certificates and settings, in a folder.
pub(crate) struct Desk(tempfile::TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        let stamps = "[ext]\nbasicConstraints=CA:false\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n";
        let config = "[tsa]\ndefault_tsa=it\n[it]\nserial=serial\ndefault_policy=1.2.3.4\ndigests=sha256\nsigner_digest=sha256\n\
            signer_cert=tsa.pem\nsigner_key=tsa.key\naccuracy=secs:1\n";
        desk.write("ext.cnf", stamps);
        desk.write("ts.cnf", config);
        desk.write("serial", "01");
        let key = "-newkey EC -pkeyopt ec_paramgen_curve:P-256 -noenc";
        desk.openssl(&format!("req -x509 {key} -keyout root.key -out root.pem -subj /CN=root -days 3650 -addext keyUsage=critical,keyCertSign"));
        desk.openssl(&format!(
            "req {key} -keyout tsa.key -out tsa.csr -subj /CN=tsa"
        ));
        desk.openssl("x509 -req -in tsa.csr -CA root.pem -CAkey root.key -out tsa.pem -days 3650 -extfile ext.cnf -extensions ext");
        desk
    }

    fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.0.path().join(file), bytes).unwrap();
    }

    /// Its arguments have no spaces.
    fn openssl(&self, arguments: &str) {
        let output = Command::new("openssl")
            .args(arguments.split_whitespace())
            .current_dir(self.0.path())
            .output()
            .expect("the tests need the openssl command on PATH");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments}: {said}");
    }

    /// The certificate by which it is trusted.
    pub(crate) fn root(&self) -> PathBuf {
        self.0.path().join("root.pem")
    }

    /// Its answer to who asks about this checkpoint.
    pub(crate) fn stamp(&self, note: &Note) -> Vec<u8> {
        self.write(
            "query.tsq",
            Request::over(note, Nonce::of([1; 16])).to_der(),
        );
        self.openssl("ts -reply -config ts.cnf -queryfile query.tsq -out answer.tsr");
        std::fs::read(self.0.path().join("answer.tsr")).unwrap()
    }

    /// The token alone in an answer.
    pub(crate) fn token(&self, answer: &[u8]) -> Vec<u8> {
        let response = Response::parse(answer).unwrap();
        response.into_token().unwrap().der().to_vec()
    }
}
