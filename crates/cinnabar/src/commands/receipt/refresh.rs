//! `cinnabar receipt refresh`: the same receipt with cosignatures and time-stamps, later.

use std::path::{Path, PathBuf};

use cinnabar_events::Receipt;
use cinnabar_evidence::{Comparison, Trust, compare};
use cinnabar_tlog::{MAX_POLICY_BYTES, Size, TrustPolicy, VerifierKey};
use serde::Deserialize;

use super::load;
use crate::exit::{Exit, Failure, OrFail as _};
use crate::files::{self, Access};
use crate::http::{Api, HttpError};
use crate::profile::ProfileArg;
use crate::{alarm, out};

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Refresh {
    /// The receipts; each file is replaced.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Take the first checkpoint with a time-stamp instead of the newest with cosignatures: it shows how early the entry was there.
    #[arg(long)]
    stamped: bool,
    /// Keep it only if this trust policy (C2SP tlog-policy) is met.
    #[arg(long, value_name = "FILE")]
    witness_policy: Option<PathBuf>,
    #[command(flatten)]
    profile: ProfileArg,
}

/// What the API lists.
#[derive(Deserialize)]
struct Stamps {
    text: String,
    items: Vec<Stamp>,
}

#[derive(Deserialize)]
struct Stamp {
    authority: String,
}

/// What a refresh needs.
struct Refreshing {
    api: Api,
    log_key: VerifierKey,
    trust: Trust,
    policy: Option<TrustPolicy>,
    stamped: bool,
}

pub(super) fn run(args: &Refresh) -> Result<(), Failure> {
    let profile = args.profile.load()?;
    let log_key = profile.verifier_key();
    let policy = args.witness_policy.as_deref().map(policy).transpose()?;
    let refreshing = Refreshing {
        api: Api::new(&profile.api),
        trust: Trust::key(log_key.clone()).or_fail(Exit::Usage)?,
        log_key,
        policy,
        stamped: args.stamped,
    };
    args.files
        .iter()
        .try_for_each(|path| refreshing.refresh(path))
}

fn policy(path: &Path) -> Result<TrustPolicy, Failure> {
    let bytes = files::read(path, MAX_POLICY_BYTES).or_fail(Exit::Usage)?;
    let text = String::from_utf8(bytes).or_fail(Exit::Usage)?;
    let shown = path.display().to_string();
    TrustPolicy::parse(&text).or_fail_while(Exit::Usage, || format!("{shown} is no trust policy"))
}

impl Refreshing {
    fn refresh(&self, path: &Path) -> Result<(), Failure> {
        let held = load(path)?;
        let shown = path.display().to_string();
        held.verify(&self.log_key)
            .or_fail_while(Exit::NotVerified, || {
                format!("{shown} does not verify; it is left as it is")
            })?;
        let bytes = self.fetch(held.entry().seq().get())?;
        let fresh = self.checked(&held, &bytes, path)?;
        let size = fresh.verify(&self.log_key).or_fail(Exit::NotVerified)?.size;
        files::replace(path, &bytes, Access::Public).or_fail(Exit::Usage)?;
        let lines = fresh.proof().checkpoint.signatures().len();
        out::line(format_args!(
            "{shown}: under the checkpoint of size {size}, with {lines} signatures (verified)"
        ))?;
        if let Some(policy) = &self.policy {
            let trusted = policy
                .evaluate(&fresh.proof().checkpoint)
                .or_fail(Exit::NotVerified)?;
            for (witness, time) in trusted.cosigned {
                out::line(format_args!(
                    "  cosigned by {} at {} s",
                    witness.name(),
                    time.get()
                ))?;
            }
        }
        self.stamps(path, size)
    }

    fn fetch(&self, sequence: u64) -> Result<Vec<u8>, Failure> {
        let also = if self.stamped {
            "stamped=true"
        } else {
            "cosigned=true"
        };
        match self
            .api
            .document(&format!("/v1/entries/{sequence}/receipt?{also}"))
        {
            Err(HttpError::Status { status: 404, .. }) => Err(Failure::saying(
                Exit::Unreachable,
                format!(
                    "no checkpoint {} covers entry {sequence} yet; the receipt is left as it is",
                    if self.stamped {
                        "with a time-stamp"
                    } else {
                        "that meets the quorum of witnesses"
                    }
                ),
            )),
            other => other.or_fail(Exit::Unreachable),
        }
    }

    /// The new receipt, which verifies, is of the same entry and doesn't contradict the old one.
    fn checked(&self, held: &Receipt, bytes: &[u8], path: &Path) -> Result<Receipt, Failure> {
        let fresh = Receipt::parse(bytes)
            .or_fail_while(Exit::NotVerified, || "the answer is no receipt")?;
        fresh
            .verify(&self.log_key)
            .or_fail_while(Exit::NotVerified, || "the new receipt does not verify")?;
        if fresh.entry().seq() != held.entry().seq() {
            let sentence = "the answer is the receipt of another entry";
            return Err(Failure::saying(Exit::NotVerified, sentence));
        }
        if let Some(policy) = &self.policy {
            policy.evaluate(&fresh.proof().checkpoint).or_fail_while(
                Exit::NotVerified,
                || "the new checkpoint does not meet the policy; the receipt is left as it is",
            )?;
        }
        let note = |receipt: &Receipt| receipt.proof().checkpoint.to_string().into_bytes();
        let known = alarm::between(&note(held), &note(&fresh), &self.api);
        let compared = compare(&held.to_bytes(), bytes, &self.trust, &known);
        match compared {
            Comparison::Agree { .. } => Ok(fresh),
            Comparison::Contradiction { .. } => Err(alarm::tell(
                "the log's answer contradicts the receipt, which is left as it is",
                &compared,
                &self.log_key,
                alarm::folder_of(path),
            )),
            Comparison::Undecided { .. } => {
                Err(Failure::saying(Exit::Unreachable, compared.to_string()))
            }
            Comparison::Invalid { .. } => {
                Err(Failure::saying(Exit::NotVerified, compared.to_string()))
            }
        }
    }

    /// Puts the time-stamps of the checkpoint beside the receipt, with what they stamp.
    fn stamps(&self, path: &Path, size: Size) -> Result<(), Failure> {
        let base = format!("/v1/checkpoints/{size}/timestamps");
        let stamps: Stamps = match self.api.json(&base) {
            Err(HttpError::Status { status: 404, .. }) => return Ok(()),
            other => other.or_fail(Exit::Unreachable)?,
        };
        if stamps.items.is_empty() {
            return out::line(
                "  no time-stamp of that checkpoint; --stamped takes one that has one",
            );
        }
        let beside = |suffix: &str| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        let data = beside(".checkpoint.txt");
        files::replace(&data, stamps.text.as_bytes(), Access::Public).or_fail(Exit::Usage)?;
        for Stamp { authority } in stamps.items {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b);
            if !authority.bytes().all(plain) {
                return Err(Failure::saying(
                    Exit::NotVerified,
                    "an authority has an odd name",
                ));
            }
            let stamp = self
                .api
                .get(&format!("{base}/{authority}"))
                .or_fail(Exit::Unreachable)?;
            let file = beside(&format!(".{authority}.tsr"));
            files::replace(&file, &stamp, Access::Public).or_fail(Exit::Usage)?;
            out::line(format_args!(
                "  time-stamp by {authority}; check it with its certificate:\n  openssl ts -verify -data {} -in {} -CAfile {authority}.pem",
                data.display(),
                file.display()
            ))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::{Log, Served};

    fn refreshing(served: &Served, log: &Log) -> Refreshing {
        Refreshing {
            api: Api::new(&served.url),
            trust: Trust::key(log.key()).unwrap(),
            log_key: log.key(),
            policy: None,
            stamped: false,
        }
    }

    /// Answers the receipt of entry 2 with `bytes`.
    fn answers(served: &Served, bytes: Vec<u8>) {
        let path = "/v1/entries/2/receipt?cosigned=true".to_owned();
        served.answers.lock().unwrap().insert(path, bytes);
    }

    fn held(log: &Log, size: usize) -> (tempfile::TempDir, PathBuf, Vec<u8>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.receipt.json");
        let bytes = log.receipt_at(2, size).to_bytes();
        std::fs::write(&path, &bytes).unwrap();
        (dir, path, bytes)
    }

    #[test]
    fn a_receipt_is_replaced_by_a_later_one_with_its_time_stamps_beside() {
        let log = Log::example();
        let all = log.entries().len();
        let served = log.serve(all);
        let (dir, path, _) = held(&log, 5);
        let fresh = log.receipt(2).to_bytes();
        answers(&served, fresh.clone());
        let base = format!("/v1/checkpoints/{all}/timestamps");
        let list = r#"{"size":1,"text":"t\n","total":1,"items":[{"authority":"tsa"}]}"#;
        served.answers.lock().unwrap().extend([
            (base.clone(), list.as_bytes().to_vec()),
            (format!("{base}/tsa"), b"stamp".to_vec()),
        ]);
        refreshing(&served, &log).refresh(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), fresh);
        let beside = |name: &str| std::fs::read(dir.path().join(name)).unwrap();
        assert_eq!(beside("a.receipt.json.tsa.tsr"), b"stamp");
        assert_eq!(beside("a.receipt.json.checkpoint.txt"), b"t\n");
    }

    #[test]
    fn a_receipt_is_not_replaced_by_what_does_not_verify_or_is_of_another_entry() {
        let log = Log::example();
        let served = log.serve(log.entries().len());
        let (_dir, path, before) = held(&log, 5);
        let fresh = log.receipt(2).to_bytes();
        let spoilt = String::from_utf8(fresh)
            .unwrap()
            .replace("index 2", "index 3");
        for (bytes, exit) in [
            (b"{}".to_vec(), Exit::NotVerified),
            (spoilt.into_bytes(), Exit::NotVerified),
            (log.receipt(3).to_bytes(), Exit::NotVerified),
        ] {
            answers(&served, bytes);
            let failure = refreshing(&served, &log).refresh(&path).unwrap_err();
            assert_eq!(failure.exit(), exit);
            assert_eq!(std::fs::read(&path).unwrap(), before);
        }
        served
            .answers
            .lock()
            .unwrap()
            .retain(|path, _| !path.contains("receipt"));
        let failure = refreshing(&served, &log).refresh(&path).unwrap_err();
        assert_eq!(failure.exit(), Exit::Unreachable);
    }

    #[test]
    fn an_answer_that_contradicts_the_receipt_raises_the_alarm_with_evidence() {
        let log = Log::example();
        let mut town = cinnabar_governance::testing::Town::populated();
        town.pass(60);
        town.accepted("triage");
        let forged = Log::of(&town);
        for size in [log.entries().len(), log.entries().len() - 2] {
            let served = forged.serve(forged.entries().len());
            let (dir, path, before) = held(&log, size);
            answers(&served, forged.receipt(2).to_bytes());
            let failure = refreshing(&served, &log).refresh(&path).unwrap_err();
            assert_eq!(failure.exit(), Exit::Alarm, "{:?}", failure.message());
            assert_eq!(std::fs::read(&path).unwrap(), before);
            let files = std::fs::read_dir(dir.path()).unwrap();
            let evidence = files
                .map(|file| file.unwrap().path())
                .find(|path| path.to_str().unwrap().ends_with(".evidence.json"));
            let evidence = std::fs::read(evidence.expect("an evidence file")).unwrap();
            let trust = Trust::key(log.key()).unwrap();
            let proven = cinnabar_evidence::verify_evidence(&evidence, &trust);
            assert!(proven.verified().is_some(), "{proven}");
        }
    }
}
