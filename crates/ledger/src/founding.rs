//! Founding a ledger: makes its secrets and its signed genesis. Nothing else creates a ledger.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cinnabar_events::kinds::Origin;
use cinnabar_events::{Id, LedgerId, Name, PublicKey, ShortName, Signed, sign};
use cinnabar_governance::{BoundRulebook, Record, RecordKey, Records as _};
use cinnabar_store::{OpenOptions, Store};
use cinnabar_tlog::{KeyName, NoteSigner, PqCosigner, VerifierKey};
use cinnabar_vault::{Fault, InstitutionKey, Vault};
use ed25519_dalek::SigningKey;

use crate::confidential::VaultFailure;
use crate::erasures::carry_out_erasures;
use crate::identity::{Identity, LedgerSigner, LogSigner};
use crate::intake::Queue;
use crate::opening::{chapters, genesis};
use crate::problem::Problem;
use crate::request::{Answer, Mode};
use crate::secrets::{hex, new_seed, read_secret, skey_seed, unhex, write_secret};

pub use crate::secrets::random;

/// What a ledger is founded with.
#[derive(Clone, Debug)]
pub struct Charter {
    /// The name in checkpoints.
    pub origin: Origin,
    /// Short name for NATS subjects.
    pub name: ShortName,
    /// The institution's id and name.
    pub institution: (Id, Name),
    /// Where its law holds.
    pub jurisdiction: Name,
    /// How many founders must sign.
    pub threshold: u8,
    /// The rules in force from the start.
    pub rulebook: BoundRulebook,
}

/// Someone who founds a ledger, with the key in hand.
pub struct FounderKey {
    /// The actor's id.
    pub actor: Id,
    /// How the actor is called in public.
    pub name: Name,
    /// The key.
    pub key: SigningKey,
}

/// Files of a ledger on one machine.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
    options: OpenOptions,
}

/// Why a ledger could not be founded, or its files not be read.
#[derive(Debug, thiserror::Error)]
pub enum FoundingFailure {
    /// A file could not be written or read.
    #[error("{doing} {}", path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The institution's key could not be made.
    #[error("the vault's key can't be made")]
    Vault(#[from] Fault),
    /// There is a ledger already.
    #[error("{} holds a ledger already; a ledger is founded once", .0.display())]
    Exists(PathBuf),
    /// The file isn't what it should be.
    #[error("{} is not {expected}", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
    },
    /// Others may read a secret.
    #[error("{} can be read by others; set its mode to 0600", .0.display())]
    Exposed(PathBuf),
    /// The charter makes no valid genesis.
    #[error("the charter makes no valid genesis: {0}")]
    Charter(String),
}

impl Layout {
    /// The files under `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            options: OpenOptions::default(),
        }
    }

    /// The same, with a mark kept at `path`, outside of the folder; see [`OpenOptions`] for when it may be new.
    #[must_use]
    pub fn with_mark(self, path: impl Into<PathBuf>, may_be_new: bool) -> Self {
        let options = OpenOptions {
            mark: Some(path.into()),
            mark_may_be_new: may_be_new,
        };
        Self { options, ..self }
    }

    /// The same, with no mark. `may_be_new` as with one: whether somebody answers for it that this is the newest state.
    #[must_use]
    pub fn without_mark(self, may_be_new: bool) -> Self {
        let options = OpenOptions {
            mark: None,
            mark_may_be_new: may_be_new,
        };
        Self { options, ..self }
    }

    /// How to open the replica.
    pub fn options(&self) -> &OpenOptions {
        &self.options
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }
    /// The genesis, signed: what says that there is a ledger here.
    pub fn genesis(&self) -> PathBuf {
        self.root.join("genesis.json")
    }
    /// The log key's secret half, as a C2SP signer key.
    pub fn log_key(&self) -> PathBuf {
        self.root.join("secrets/log.skey")
    }
    /// The seed of the log's second, post-quantum key (ML-DSA-44), as a C2SP signer key. Where it is, checkpoints get a second line.
    pub fn post_quantum_key(&self) -> PathBuf {
        post_quantum_beside(&self.log_key())
    }
    /// The verifier key to it, for those who check the second line.
    pub fn post_quantum_vkey(&self) -> PathBuf {
        self.root.join("log.mldsa.vkey")
    }
    /// The secret half of the ledger's own actor key: 64 hex digits.
    pub fn ledger_key(&self) -> PathBuf {
        self.root.join("secrets/ledger.seed")
    }
    /// The chapters of the rulebook, as the signed statements that bring them, one a line.
    pub fn chapters(&self) -> PathBuf {
        chapters_beside(&self.genesis())
    }
    /// The key that wraps the keys of the vault: 64 hex digits. Kept apart from the vault, and from its backups.
    pub fn institution_key(&self) -> PathBuf {
        self.root.join("secrets/institution.key")
    }
    /// The vault.
    pub fn vault(&self) -> PathBuf {
        self.root.join("vault")
    }
    /// The replica.
    pub fn store(&self) -> PathBuf {
        self.root.join("store")
    }
    /// The views.
    pub fn views(&self) -> PathBuf {
        self.root.join("views")
    }
    /// Everything of the supervised NATS server.
    pub fn nats(&self) -> PathBuf {
        self.root.join("nats")
    }
    /// The seed file of a NATS user.
    pub fn nats_seed(&self, user: &str) -> PathBuf {
        self.root.join("secrets/nats").join(format!("{user}.seed"))
    }
    /// Whether a ledger was founded here.
    pub fn is_founded(&self) -> bool {
        self.genesis().exists()
    }

    /// Makes the ledger's keys and its genesis, signed by `founders`.
    ///
    /// # Errors
    /// [`FoundingFailure`]. Founding again is refused.
    pub fn found(
        &self,
        charter: Charter,
        founders: &[FounderKey],
    ) -> Result<Identity, FoundingFailure> {
        if self.is_founded() {
            return Err(FoundingFailure::Exists(self.root.clone()));
        }
        let (log_seed, ledger_seed) = (new_seed()?, new_seed()?);
        let public = |seed: &[u8; 32]| {
            PublicKey::from_bytes(SigningKey::from_bytes(seed).verifying_key().to_bytes())
        };
        let name = KeyName::new(charter.origin.as_str())
            .map_err(|error| FoundingFailure::Charter(error.to_string()))?;
        let signer = NoteSigner::from_seed(name, &log_seed);

        let (texts, subject) = (charter.rulebook.chapters().to_vec(), charter.name.clone());
        let statement = genesis(charter, founders, public(&log_seed), public(&ledger_seed))?;
        let bytes = statement
            .to_bytes()
            .map_err(|error| FoundingFailure::Charter(error.to_string()))?;
        let mut signatures: Vec<_> = founders
            .iter()
            .map(|founder| sign(&founder.key, &bytes))
            .collect();
        signatures.sort_by_key(|signature| signature.key);
        let signed = Signed::new(bytes, signatures)
            .map_err(|error| FoundingFailure::Charter(error.to_string()))?;

        // Secrets first: a genesis whose keys are lost would be worth nothing.
        write_secret(&self.log_key(), signer.to_skey().as_bytes())?;
        write_secret(&self.ledger_key(), hex(ledger_seed.as_slice()).as_bytes())?;
        InstitutionKey::create(&self.institution_key())?;
        let chapters = chapters(LedgerId::of(signed.bytes()), &subject, texts, &founders[0])?;
        write_secret(&self.chapters(), &chapters)?;
        write_secret(&self.genesis(), &signed.to_request())?;
        self.identity()
    }

    /// Gives the log a second, post-quantum key: from the next start on each checkpoint has two lines. For a new ledger, or
    /// one that runs already.
    ///
    /// # Errors
    /// [`FoundingFailure`], also if there is one already.
    pub fn add_post_quantum(&self) -> Result<VerifierKey, FoundingFailure> {
        let identity = self.identity()?;
        let cosigner = PqCosigner::from_seed(identity.vkey.name().clone(), &*new_seed()?);
        let vkey = cosigner.verifier().clone();
        write_secret(&self.post_quantum_key(), cosigner.to_skey().as_bytes())?;
        let path = self.post_quantum_vkey();
        fs::write(&path, format!("{vkey}\n")).map_err(|source| FoundingFailure::File {
            doing: "writing",
            path,
            source,
        })?;
        Ok(vkey)
    }

    /// The signed genesis: the first statement of the ledger.
    ///
    /// # Errors
    /// [`FoundingFailure`].
    pub fn read_genesis(&self) -> Result<Signed, FoundingFailure> {
        let path = self.genesis();
        let bytes = fs::read(&path).map_err(|source| FoundingFailure::File {
            doing: "reading",
            path: path.clone(),
            source,
        })?;
        Signed::parse_request(&bytes).map_err(|_| FoundingFailure::Content {
            path,
            expected: "a signed genesis",
        })
    }

    /// Which ledger this is.
    ///
    /// # Errors
    /// [`FoundingFailure`].
    pub fn identity(&self) -> Result<Identity, FoundingFailure> {
        let wrong = || FoundingFailure::Content {
            path: self.genesis(),
            expected: "a signed genesis",
        };
        Identity::of_genesis(&self.read_genesis()?).ok_or_else(wrong)
    }

    /// The ledger's own actor key.
    ///
    /// # Errors
    /// [`FoundingFailure`], also if others may read the key.
    pub fn ledger_signer(&self) -> Result<LedgerSigner, FoundingFailure> {
        Self::read_ledger_signer(&self.ledger_key())
    }

    /// The same, from a key file elsewhere.
    ///
    /// # Errors
    /// As [`Self::ledger_signer`].
    pub fn read_ledger_signer(path: &Path) -> Result<LedgerSigner, FoundingFailure> {
        let text = read_secret(path)?;
        let seed = unhex(text.trim()).ok_or_else(|| FoundingFailure::Content {
            path: path.to_owned(),
            expected: "the ledger's own key (64 hex digits)",
        })?;
        Ok(LedgerSigner::new(&seed))
    }

    /// The signer for the ledger's checkpoints and blocks.
    ///
    /// # Errors
    /// [`FoundingFailure`], also if others may read the key.
    pub fn log_signer(&self, identity: &Identity) -> Result<LogSigner, FoundingFailure> {
        Self::read_log_signer(&self.log_key(), identity)
    }

    /// The same, from a key file elsewhere; the post-quantum key is read if it stands beside.
    ///
    /// # Errors
    /// As [`Self::log_signer`].
    pub fn read_log_signer(path: &Path, identity: &Identity) -> Result<LogSigner, FoundingFailure> {
        let text = read_secret(path)?;
        let wrong = || FoundingFailure::Content {
            path: path.to_owned(),
            expected: "this ledger's log key (PRIVATE+KEY+…)",
        };
        let seed = skey_seed(text.trim()).ok_or_else(wrong)?;
        let signer = LogSigner::new(identity, &seed).map_err(|_| wrong())?;
        let second = post_quantum_beside(path);
        if !second.exists() {
            return Ok(signer);
        }
        let wrong = || FoundingFailure::Content {
            path: second.clone(),
            expected: "this log's post-quantum key (PRIVATE+KEY+…)",
        };
        let text = read_secret(&second)?;
        let cosigner = PqCosigner::parse_skey(text.trim()).map_err(|_| wrong())?;
        signer.with_post_quantum(cosigner).map_err(|_| wrong())
    }
}

/// Where the log's post-quantum key stands, beside its first.
fn post_quantum_beside(log_key: &Path) -> PathBuf {
    log_key.with_file_name("ledger.mldsa")
}

/// Opens the vault in `folder`, whose keys `key` wraps; makes it at the first time. What was erased while it was away is
/// erased now.
///
/// # Errors
/// [`VaultFailure`].
pub fn open_vault(folder: &Path, key: &Path, store: &Store) -> Result<Arc<Vault>, VaultFailure> {
    let key = InstitutionKey::read(key)?;
    let vault = match Vault::open(folder, &key) {
        Err(Fault::NoVault(_)) => Vault::create(folder, &key)?,
        other => other?,
    };
    let vault = Arc::new(vault);
    carry_out_erasures(store, &vault)?;
    Ok(vault)
}

/// Where the chapters stand that belong to a genesis.
fn chapters_beside(genesis: &Path) -> PathBuf {
    genesis.with_file_name("chapters.jsonl")
}

/// Reads the statements that open a ledger: the genesis, and the chapters that stand beside it.
///
/// # Errors
/// [`FoundingFailure`].
pub fn read_opening(genesis: &Path) -> Result<Vec<Signed>, FoundingFailure> {
    let failed = |path: &Path, source| FoundingFailure::File {
        doing: "reading",
        path: path.to_owned(),
        source,
    };
    let parse = |path: &Path, bytes: &[u8], expected| {
        Signed::parse_request(bytes).map_err(|_| FoundingFailure::Content {
            path: path.to_owned(),
            expected,
        })
    };
    let bytes = fs::read(genesis).map_err(|source| failed(genesis, source))?;
    let mut opening = vec![parse(genesis, &bytes, "a signed genesis")?];
    let path = chapters_beside(genesis);
    let chapters = match fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        other => other.map_err(|source| failed(&path, source))?,
    };
    for line in chapters
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        opening.push(parse(
            &path,
            line,
            "signed chapters of the rulebook, one a line",
        )?);
    }
    Ok(opening)
}

/// Records what opens the ledger, as far as it isn't recorded yet: a crash may have come in between.
///
/// # Errors
/// Why the ledger can't be opened.
pub async fn open_ledger(
    opening: &[Signed],
    queue: &Queue,
    store: &Store,
) -> Result<(), Box<Problem>> {
    let complete = match store.record(&RecordKey::Rulebook) {
        Ok(Some(Record::Rulebook(rulebook))) => rulebook.missing.is_empty(),
        // What can't be read the writer will report; asking again is harmless.
        Ok(_) | Err(_) => false,
    };
    if complete {
        return Ok(());
    }
    for statement in opening {
        match queue.ask(statement.to_request().into(), Mode::Record).await {
            Answer::Recorded { .. } | Answer::Admissible => {}
            Answer::Refused(problem) => return Err(problem),
        }
    }
    Ok(())
}
