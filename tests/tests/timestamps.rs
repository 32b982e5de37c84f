//! Time-stamps: an authority made of `openssl ts` stamps a running ledger, and plain openssl verifies what is served.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use cinnabar_tests::http;
use cinnabar_tests::ledger::Ledger;
use cinnabar_tests::running::{Ran, eventually};

/// What makes a root, and a certificate that stamps (RFC 3161 §2.3), with openssl alone.
const CERTIFICATES: &str = r"set -e
new='openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out'
for name in root other tsa; do $new $name.key 2>/dev/null; done
for name in root other; do openssl req -x509 -new -key $name.key -subj /CN=$name -days 2 -out $name.pem; done
printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n' >extensions
openssl req -new -key tsa.key -subj /CN=tsa -out tsa.csr
openssl x509 -req -in tsa.csr -CA root.pem -CAkey root.key -set_serial 2 -days 2 -extfile extensions -out tsa.pem 2>/dev/null
printf '[tsa]\ndefault_tsa=it\n[it]\nserial=serial\ndefault_policy=1.2.3.4\ndigests=sha256\nsigner_digest=sha256\nordering=yes\n' >ts.cnf
echo 0a01 >serial
";

/// What a request is answered with.
const ANSWER: &str = "openssl ts -reply -config ts.cnf -queryfile query.tsq -signer tsa.pem -inkey tsa.key -out reply.tsr";

/// The exit code of `verify` for something that is wrong.
const FINDINGS: i32 = 10;

/// Runs a script in `folder`; it must end well.
#[track_caller]
fn shell(folder: &Path, script: &str) -> Ran {
    let mut command = Command::new("sh");
    Ran::of(command.args(["-c", script]).current_dir(folder)).ends(0)
}

/// An authority in `folder`, which answers on a port of its own until the test ends: its address.
fn authority(folder: PathBuf) -> String {
    std::fs::create_dir(&folder).unwrap();
    shell(&folder, CERTIFICATES);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/tsa", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            std::fs::write(folder.join("query.tsq"), body_of(&connection)).unwrap();
            shell(&folder, ANSWER);
            let reply = std::fs::read(folder.join("reply.tsr")).unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/timestamp-reply\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                reply.len()
            );
            // A client that has heard enough may be gone.
            let _ = connection.write_all(&[head.as_bytes(), &reply].concat());
        }
    });
    url
}

/// The body of one request.
fn body_of(connection: &TcpStream) -> Vec<u8> {
    let mut reader = BufReader::new(connection);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let head = head.to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    body
}

/// The size of the newest checkpoint that is stamped.
fn stamped(ledger: &Ledger) -> u64 {
    eventually("a time-stamp", || {
        let path = format!("/v1/checkpoints/{}/timestamps", ledger.size());
        let (status, stamps) = ledger.ask(&path);
        assert!(matches!(status, 200 | 404), "{stamps}");
        (stamps["total"].as_u64()? == 1).then(|| ledger.size())
    })
}

#[test]
fn a_checkpoint_is_stamped_by_an_authority_and_plain_openssl_verifies_it() {
    let mut ledger = Ledger::nowhere();
    let url = authority(ledger.path("authority"));
    let authority = format!("tsa={url},authority/root.pem");
    ledger.start(&["--timestamp-authority", &authority]);
    let size = stamped(&ledger);

    // As the API serves it, beside the checkpoint; a checkpoint's text is what stands above its empty line.
    let path = format!("/v1/checkpoints/{size}/timestamps/tsa");
    let (status, served) = http::get(&ledger.setting("api"), &path).unwrap();
    assert_eq!(status, 200);
    std::fs::write(ledger.path("served.tsr"), &served).unwrap();
    ledger.run(&["export", "--tiles", "mirror"]).ends(0);
    let kept = std::fs::read(ledger.path(&format!("mirror/timestamps/{size}.tsa.tsr"))).unwrap();
    assert!(kept == served, "the mirror has what the API serves");
    let verify = |root: &str| {
        let verify = "openssl ts -verify -data checkpoint.txt -in served.tsr -CAfile";
        ledger.shell(&format!(
            "sed '/^$/,$d' mirror/checkpoint >checkpoint.txt && {verify} authority/{root}.pem"
        ))
    };
    verify("root").ends(0).says("Verification: OK");
    assert_ne!(
        verify("other").code,
        Some(0),
        "another root trusts nobody here"
    );

    // So does `verify`, and no time-stamp of an authority that the auditor doesn't trust.
    let check = |from: &str, root: &str| {
        let trusted = format!("tsa=authority/{root}.pem");
        let words = ["--timestamps", from, "--authorities", &trusted, "--json"];
        ledger.verify(&[&["--from", from], &words[..]].concat())
    };
    let api = ledger.setting("api");
    let report = check(&api, "root").ends(0).json();
    assert!(report.to_string().contains("tsa"), "{report:#}");
    check(&api, "other").ends(FINDINGS);

    // A receipt takes it along, and says how it is verified.
    ledger
        .run(&["receipt", "get", "7", "--out", "7.json"])
        .ends(0);
    let told = ledger
        .run(&["receipt", "refresh", "--stamped", "7.json"])
        .ends(0);
    let command = told
        .out
        .lines()
        .find_map(|line| line.trim().strip_prefix("openssl ts -verify"));
    let command = command.unwrap().replace("tsa.pem", "authority/root.pem");
    ledger
        .shell(&format!("openssl ts -verify{command}"))
        .ends(0)
        .says("Verification: OK");

    // One byte of the checkpoint changed: it is not what was stamped.
    let note = std::fs::read_to_string(ledger.path("mirror/checkpoint")).unwrap();
    let other = note.replacen(&format!("\n{size}\n"), &format!("\n{}\n", size + 1), 1);
    assert_ne!(note, other);
    std::fs::write(ledger.path("mirror/checkpoint"), other).unwrap();
    assert_ne!(verify("root").code, Some(0));
}
