//! An authority made of the `openssl` command (3.0 or newer, on PATH), its certificates, and forgeries by its keys.
#![allow(dead_code, reason = "each test file uses its part")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use cinnabar_timestamp::{Authorities, AuthoritySettings, Imprint, Request, Response, Token};
use cinnabar_tlog::{Checkpoint, KeyName, Note, NoteSigner, Size};

/// Extensions of a certificate as RFC 3161 wants them, of an issuer, and of one that is neither.
pub(crate) const STAMPS: &str =
    "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping";
pub(crate) const ISSUES: &str =
    "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign";

/// Valid from before the tests were written until long after they run.
pub(crate) const LONG: (&str, &str) = ("20250101000000Z", "20990101000000Z");

/// A key: what `openssl genpkey` makes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    Rsa,
    P256,
    P384,
    P521,
}

/// A folder with keys and certificates, `NAME.key` and `NAME.pem`.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// With a root called `root` (P-256).
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("ca.cnf"),
            "[ca]\ndefault_ca=it\n[it]\nnew_certs_dir=.\ndatabase=index.txt\npolicy=any\ndefault_md=sha256\n\
             unique_subject=no\nrand_serial=yes\n[any]\ncommonName=supplied\n[req]\ndistinguished_name=dn\n[dn]\n",
        )
        .unwrap();
        std::fs::write(folder.path().join("index.txt"), "").unwrap();
        let desk = Self { folder };
        desk.certify("root", "root", Key::P256, ISSUES, LONG);
        desk
    }

    /// A desk whose root has certified one signer, `tsa`.
    pub(crate) fn with_signer(key: Key) -> Self {
        let desk = Self::new();
        desk.certify("tsa", "root", key, STAMPS, LONG);
        desk
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.path().join(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(file), bytes).unwrap();
    }

    pub(crate) fn pem(&self, name: &str) -> String {
        String::from_utf8(self.read(&format!("{name}.pem"))).unwrap()
    }

    /// Runs `openssl` in the folder; its arguments have no spaces.
    pub(crate) fn try_openssl(&self, arguments: &str) -> Output {
        Command::new("openssl")
            .args(arguments.split_whitespace())
            .current_dir(self.path())
            .output()
            .expect("the tests need the openssl command on PATH")
    }

    pub(crate) fn openssl(&self, arguments: &str) {
        let output = self.try_openssl(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {arguments}: {said}");
    }

    /// Makes the key `name` and its certificate by `issuer` (itself: a root).
    pub(crate) fn certify(
        &self,
        name: &str,
        issuer: &str,
        key: Key,
        extensions: &str,
        (from, to): (&str, &str),
    ) {
        let algorithm = match key {
            Key::Rsa => "RSA -pkeyopt rsa_keygen_bits:2048",
            Key::P256 => "EC -pkeyopt ec_paramgen_curve:P-256",
            Key::P384 => "EC -pkeyopt ec_paramgen_curve:P-384",
            Key::P521 => "EC -pkeyopt ec_paramgen_curve:P-521",
        };
        self.openssl(&format!("genpkey -algorithm {algorithm} -out {name}.key"));
        self.openssl(&format!(
            "req -config ca.cnf -new -key {name}.key -subj /CN={name} -out {name}.csr"
        ));
        self.write(
            "extensions",
            format!("subjectKeyIdentifier=hash\n{extensions}\n"),
        );
        let by = match issuer == name {
            true => format!("-selfsign -keyfile {name}.key"),
            false => format!("-cert {issuer}.pem -keyfile {issuer}.key"),
        };
        self.openssl(&format!(
            "ca -batch -notext -config ca.cnf {by} -in {name}.csr -out {name}.pem \
             -extfile extensions -startdate {from} -enddate {to}"
        ));
    }

    /// What `openssl ts` answers, as the authority `signer` with `settings` added to its configuration.
    pub(crate) fn answer(&self, request: &[u8], signer: &str, settings: &str) -> Vec<u8> {
        self.write("query.tsq", request);
        self.write("serial", "0a01");
        self.write(
            "chain.pem",
            if self.path().join("sub.pem").exists() {
                self.pem("sub")
            } else {
                self.pem("root")
            },
        );
        let mut config = String::from(
            "[tsa]\ndefault_tsa=it\n[it]\nserial=serial\ndefault_policy=1.2.3.4\ndigests=sha256,sha512\n",
        );
        for default in [
            "signer_digest=sha256",
            "certs=chain.pem",
            "accuracy=secs:1,millisecs:500,microsecs:100",
            "clock_precision_digits=6",
            "tsa_name=yes",
            "ordering=yes",
        ] {
            let (name, _) = default.split_once('=').unwrap();
            if !settings.lines().any(|line| line.starts_with(name)) {
                writeln!(config, "{default}").unwrap();
            }
        }
        self.write("ts.cnf", config + settings + "\n");
        self.openssl(&format!(
            "ts -reply -config ts.cnf -queryfile query.tsq -signer {signer}.pem -inkey {signer}.key -out reply.tsr"
        ));
        self.read("reply.tsr")
    }

    /// An honest token by `tsa`.
    pub(crate) fn token(&self, request: &Request) -> Token {
        let answer = self.answer(&request.to_der(), "tsa", "");
        let token = Response::parse(&answer).unwrap().into_token().unwrap();
        request.check(&token).unwrap();
        token
    }

    /// Any content signed as a time-stamp by `signer`'s key: what `openssl ts` would refuse to sign.
    pub(crate) fn forge(&self, info: &[u8], signer: &str, options: &str) -> Vec<u8> {
        self.write("info.der", info);
        self.openssl(&format!(
            "cms -sign -cades -binary -nodetach -nosmimecap -econtent_type 1.2.840.113549.1.9.16.1.4 \
             -in info.der -signer {signer}.pem -inkey {signer}.key -outform DER -out forged.der {options}"
        ));
        self.read("forged.der")
    }

    /// Trust in the certificate of `name`.
    pub(crate) fn trust(&self, name: &str) -> Authorities {
        trust(&self.pem(name))
    }

    /// Whether `openssl ts -verify` accepts; otherwise what it says.
    pub(crate) fn openssl_verifies(&self, arguments: &str) -> Result<(), String> {
        let output = self.try_openssl(&format!("ts -verify {arguments}"));
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}

pub(crate) fn trust(pem: &str) -> Authorities {
    Authorities::new(&[settings("authority", pem)]).unwrap()
}

pub(crate) fn settings(name: &str, pem: &str) -> AuthoritySettings {
    AuthoritySettings {
        name: name.to_owned(),
        url: None,
        certificates: pem.to_owned(),
    }
}

/// A signed checkpoint of `size` entries.
pub(crate) fn checkpoint(size: u64) -> Note {
    let signer = NoteSigner::from_seed(
        KeyName::new("ledger.example.org/register").unwrap(),
        &[7; 32],
    );
    let root = cinnabar_tlog::leaf_hash(&size.to_be_bytes());
    Checkpoint {
        origin: signer.name().clone(),
        size: Size::new(size),
        root,
    }
    .sign(&signer)
    .unwrap()
}

/// DER: tag, length, contents.
pub(crate) fn der(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    let mut bytes = vec![tag];
    match contents.len() {
        short @ 0..=127 => bytes.push(short as u8),
        long => bytes.extend([0x82, (long >> 8) as u8, long as u8]),
    }
    bytes.extend(contents);
    bytes
}

/// A TSTInfo over an imprint with this GeneralizedTime; `rest` stands behind the time.
pub(crate) fn info(imprint: &Imprint, time: &str, rest: &[u8]) -> Vec<u8> {
    let sha256 = der(
        0x30,
        &[&[6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1], &[5, 0]],
    );
    let imprint = der(0x30, &[&sha256, &der(4, &[imprint.as_bytes()])]);
    let time = der(0x18, &[time.as_bytes()]);
    der(
        0x30,
        &[
            &[2, 1, 1],
            &[6, 2, 0x2a, 3],
            &imprint,
            &[2, 1, 9],
            &time,
            rest,
        ],
    )
}
