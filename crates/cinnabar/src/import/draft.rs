//! A statement but for who signs it and on which ledger.

use cinnabar_events::{
    Id, Kind, LedgerId, Listed, MAX_CONCERNS, Migrated, Payload, SignerClaim, Statement,
    StatementId, Subject, Unwritable, When,
};

/// A statement but for who signs it and on which ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub(super) role: String,
    pub(super) once: bool,
    pub(super) id: StatementId,
    pub(super) subject: Subject,
    pub(super) concerns: Listed<Subject, MAX_CONCERNS>,
    pub(super) occurred: Option<When>,
    pub(super) migrated: Migrated,
    pub(super) payload: Payload,
}

impl Draft {
    /// What it is in its row, as the mapping calls it.
    pub fn role(&self) -> &str {
        &self.role
    }
    /// Whether it is said once for its subject, however many rows give rise to it.
    pub fn is_once(&self) -> bool {
        self.once
    }
    /// Its id: the same for the same row, for ever.
    pub fn id(&self) -> StatementId {
        self.id
    }
    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.payload.kind()
    }
    /// What it is about.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }
    /// Further subjects, ascending.
    pub fn concerns(&self) -> &[Subject] {
        self.concerns.as_slice()
    }
    /// When it happened in the world; absent if the older register doesn't say.
    pub fn occurred(&self) -> Option<When> {
        self.occurred
    }
    /// Where it was taken over from.
    pub fn migrated(&self) -> &Migrated {
        &self.migrated
    }
    /// Its payload.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The statement that `signer` would make of it on `ledger`.
    ///
    /// # Errors
    /// [`Unwritable`], above all if it is longer than a statement may be.
    pub fn into_statement(
        self,
        ledger: LedgerId,
        signer: SignerClaim,
    ) -> Result<Statement, Unwritable> {
        let statement = self.statement(ledger, signer);
        statement.to_bytes()?;
        Ok(statement)
    }

    /// The canonical bytes of that statement.
    ///
    /// # Errors
    /// [`Unwritable`], as [`Self::into_statement`].
    pub fn into_bytes(self, ledger: LedgerId, signer: SignerClaim) -> Result<Vec<u8>, Unwritable> {
        self.statement(ledger, signer).to_bytes()
    }

    fn statement(self, ledger: LedgerId, signer: SignerClaim) -> Statement {
        Statement {
            ledger: Some(ledger),
            id: self.id,
            subject: self.subject,
            concerns: self.concerns,
            signers: Listed::new(vec![signer]).expect("one signer is within every limit"),
            basis: Listed::default(),
            occurred: self.occurred,
            effective: None,
            expects: None,
            migrated: Some(self.migrated),
            commitments: std::collections::BTreeMap::new(),
            payload: self.payload,
        }
    }

    /// Whether it can be written at all, whoever signs it: tried with the longest signer there is.
    pub(super) fn check(&self) -> Result<(), Unwritable> {
        let longest: Id = "x"
            .repeat(Id::MAX_LEN)
            .parse()
            .expect("an id of the most characters allowed");
        let signer = SignerClaim {
            actor: longest.clone(),
            role: "x".repeat(40).parse().expect("a code of 40 letters"),
            on_behalf_of: Some(longest),
        };
        let ledger = LedgerId::from_bytes([0; 32]);
        self.clone().into_bytes(ledger, signer).map(|_| ())
    }
}
