//! Which witnesses and authorities: from the command line or a node's configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use cinnabar_timestamp::{Authorities, AuthoritySettings};
use cinnabar_tlog::{MAX_POLICY_BYTES, TrustPolicy, VerifierKey};
use cinnabar_witness::feeder::MonitoringPrefixes;
use serde::Deserialize;

use crate::exit::{Exit, Failure, OrFail as _};
use crate::files;

/// How often an authority is asked at most, in minutes, if nothing else is said: it bounds how closely an entry's time is known from
/// outside, and some authorities ask for money or patience.
const EVERY_MINUTES: u32 = 60;
/// Most bytes of a file of certificates: sixteen of some 2 kB.
const CERTIFICATES_MAX_BYTES: usize = 256 * 1024;

/// `[witnesses]` of a node's configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessSettings {
    /// The trust policy (C2SP tlog-policy): whose cosignatures count, how many are enough, where they are asked.
    pub policy: PathBuf,
    /// Where witnesses show what they cosigned, by their names in the policy, if that is elsewhere than where they are asked.
    #[serde(default)]
    pub monitoring: BTreeMap<String, String>,
}

/// `[timestamps]` of a node's configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StampSettings {
    /// How often the newest checkpoint is stamped at most, in minutes.
    #[serde(default = "every_minutes")]
    pub every_minutes: u32,
    /// Who stamps.
    pub authorities: Vec<StampAuthority>,
}

/// An authority, with its certificates in a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StampAuthority {
    /// Its short name: `[a-z0-9.-]{1,64}`.
    pub name: String,
    /// Where it takes requests.
    pub url: String,
    /// PEM: the certificates that its time-stamps must lead to.
    pub certificates: PathBuf,
}

fn every_minutes() -> u32 {
    EVERY_MINUTES
}

/// Witnesses and authorities on the command line.
#[derive(Clone, Debug, clap::Args)]
pub struct AnchorArgs {
    /// Have checkpoints cosigned by the witnesses of this trust policy (C2SP tlog-policy).
    #[arg(long, value_name = "FILE")]
    witness_policy: Option<PathBuf>,
    /// Have checkpoints stamped (RFC 3161) by an authority: its short name, where it is asked, and its certificates in PEM; several.
    #[arg(long = "timestamp-authority", value_name = "NAME=URL,CERT.pem", value_parser = authority)]
    authorities: Vec<StampAuthority>,
    /// How often they are stamped at most, in minutes.
    #[arg(long, value_name = "MINUTES", default_value_t = EVERY_MINUTES)]
    timestamp_every: u32,
}

/// Reads `NAME=URL,CERT.pem`.
fn authority(text: &str) -> Result<StampAuthority, String> {
    let parts = text.split_once('=').and_then(|(name, rest)| {
        let (url, certificates) = rest.rsplit_once(',')?;
        Some((name, url, certificates))
    });
    let (name, url, certificates) = parts.ok_or("give NAME=URL,CERT.pem")?;
    Ok(StampAuthority {
        name: name.to_owned(),
        url: url.to_owned(),
        certificates: certificates.into(),
    })
}

impl AnchorArgs {
    /// As a configuration says it.
    pub fn settings(&self) -> (Option<WitnessSettings>, Option<StampSettings>) {
        let witnesses = self.witness_policy.clone().map(|policy| WitnessSettings {
            policy,
            monitoring: BTreeMap::new(),
        });
        let stamps = (!self.authorities.is_empty()).then(|| StampSettings {
            every_minutes: self.timestamp_every,
            authorities: self.authorities.clone(),
        });
        (witnesses, stamps)
    }
}

/// An authority that can be asked, trusted alone.
pub(super) struct Authority {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) trust: Authorities,
}

/// What the settings come to.
pub(super) struct Prepared {
    pub(super) policy: Option<TrustPolicy>,
    pub(super) monitoring: MonitoringPrefixes,
    pub(super) authorities: Vec<Authority>,
    pub(super) every: Duration,
}

impl Prepared {
    pub(super) fn read(
        witnesses: Option<&WitnessSettings>,
        stamps: Option<&StampSettings>,
        vkey: &VerifierKey,
    ) -> Result<Self, Failure> {
        let policy = witnesses
            .map(|settings| policy(settings, vkey))
            .transpose()?;
        let mut authorities = Vec::new();
        for settings in stamps.iter().flat_map(|stamps| &stamps.authorities) {
            authorities.push(trusted(settings)?);
        }
        let every = stamps.map_or(EVERY_MINUTES, |stamps| stamps.every_minutes);
        Ok(Self {
            policy,
            monitoring: witnesses
                .map(|it| it.monitoring.clone())
                .unwrap_or_default(),
            authorities,
            every: Duration::from_secs(60 * u64::from(every)),
        })
    }
}

/// The policy in the file. One file may serve several ledgers; one that names no log at all is meant for this one.
fn policy(settings: &WitnessSettings, vkey: &VerifierKey) -> Result<TrustPolicy, Failure> {
    let path = settings.policy.display().to_string();
    let bytes = files::read(&settings.policy, MAX_POLICY_BYTES).or_fail(Exit::Usage)?;
    let text =
        String::from_utf8(bytes).or_fail_while(Exit::Usage, || format!("{path} is not text"))?;
    let parse = |text: &str| {
        let doing = path.clone();
        TrustPolicy::parse(text)
            .or_fail_while(Exit::Usage, move || format!("{doing} is no trust policy"))
    };
    let read = parse(&text)?;
    if read.logs().iter().any(|log| log.key() == vkey) {
        return Ok(read);
    }
    if read.logs().is_empty() {
        return parse(&format!("log {vkey}\n{text}"));
    }
    Err(Failure::saying(
        Exit::Usage,
        format!("{path} speaks of other logs; add the line: log {vkey}"),
    ))
}

fn trusted(settings: &StampAuthority) -> Result<Authority, Failure> {
    let path = &settings.certificates;
    let bytes = files::read(path, CERTIFICATES_MAX_BYTES).or_fail(Exit::Usage)?;
    let certificates = String::from_utf8(bytes)
        .or_fail_while(Exit::Usage, || format!("{} is not PEM", path.display()))?;
    let authority = cinnabar_timestamp::Authority::new(&AuthoritySettings {
        name: settings.name.clone(),
        url: Some(settings.url.clone()),
        certificates,
    });
    Ok(Authority {
        name: settings.name.clone(),
        url: settings.url.clone(),
        trust: authority.or_fail(Exit::Usage)?.into(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::Log;

    #[test]
    fn an_authority_is_a_name_an_address_and_a_file() {
        let found = authority("tsa=http://127.0.0.1:318/a,b?x=1,tsa.pem").unwrap();
        assert_eq!(found.name, "tsa");
        assert_eq!(found.url, "http://127.0.0.1:318/a,b?x=1");
        assert_eq!(found.certificates, PathBuf::from("tsa.pem"));
        assert!(authority("tsa=http://x").is_err());
        assert!(authority("http://x,tsa.pem").is_err());
    }

    #[test]
    fn a_policy_without_a_log_is_for_this_one_and_one_for_others_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("policy");
        let settings = WitnessSettings {
            policy: path.clone(),
            monitoring: BTreeMap::new(),
        };
        let key = Log::example().key();
        std::fs::write(&path, "quorum none\n").unwrap();
        assert_eq!(policy(&settings, &key).unwrap().logs()[0].key(), &key);
        let other = cinnabar_tlog::KeyName::new("other.example.org").unwrap();
        let other = cinnabar_tlog::NoteSigner::from_seed(other, &[1; 32]);
        std::fs::write(&path, format!("log {}\nquorum none\n", other.verifier())).unwrap();
        let refused = policy(&settings, &key).unwrap_err().message().unwrap();
        assert!(refused.contains(&key.to_string()), "{refused}");
    }
}
