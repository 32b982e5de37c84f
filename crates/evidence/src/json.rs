//! Reading and writing the canonical JSON that all documents here are.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cinnabar_events::canonical::{self, NotCanonical, Value, write_string};
use cinnabar_events::{Entry, Violation};
use cinnabar_tlog::{
    ConsistencyProof, Hash, InclusionProof, MAX_PROOF_HASHES, Note, NoteError, TlogProof,
    TlogProofError, VerifierKey, VkeyError,
};

/// The bytes are not the document that they should be.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    /// Longer than any such document.
    #[error("document of {found} bytes, at most {limit} are read")]
    TooLong {
        /// Its length in bytes.
        found: usize,
        /// The most.
        limit: usize,
    },
    /// Not canonical JSON.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// Not the members that the document has.
    #[error(transparent)]
    Shape(#[from] Violation),
    /// An entry in it is none.
    #[error("what stands at {pointer} is not an entry")]
    Entry {
        /// JSON pointer (RFC 6901).
        pointer: String,
        /// Why.
        #[source]
        source: cinnabar_events::Malformed,
    },
    /// A signed note in it is none.
    #[error("what stands at {pointer} is not a signed note")]
    Note {
        /// JSON pointer.
        pointer: String,
        /// Why.
        #[source]
        source: NoteError,
    },
    /// A tlog-proof in it is none.
    #[error("what stands at {pointer} is not a tlog-proof")]
    Proof {
        /// JSON pointer.
        pointer: String,
        /// Why.
        #[source]
        source: TlogProofError,
    },
    /// A key in it is none.
    #[error("what stands at {pointer} is not a vkey")]
    Key {
        /// JSON pointer.
        pointer: String,
        /// Why.
        #[source]
        source: VkeyError,
    },
}

/// A value with the place where it stands, for errors.
#[derive(Clone)]
pub(crate) struct At<'v, 'a> {
    document: &'a [u8],
    value: &'v Value<'a>,
    /// Where the bytes stand; of a member only.
    span: Range<usize>,
    /// JSON pointer.
    pointer: String,
}

/// Parses a document of at most `limit` bytes.
pub(crate) fn parse(bytes: &[u8], limit: usize) -> Result<Value<'_>, Malformed> {
    if bytes.len() > limit {
        let found = bytes.len();
        return Err(Malformed::TooLong { found, limit });
    }
    Ok(canonical::parse(bytes)?)
}

/// The top of a document.
pub(crate) fn top<'v, 'a>(document: &'a [u8], value: &'v Value<'a>) -> At<'v, 'a> {
    At {
        document,
        value,
        span: 0..document.len(),
        pointer: String::new(),
    }
}

impl<'v, 'a> At<'v, 'a> {
    pub(crate) fn wrong(&self, expected: impl Into<String>) -> Malformed {
        Violation::new(self.pointer.as_str(), expected, self.value.describe()).into()
    }

    /// This is an object with exactly these members, and perhaps `optional` ones.
    pub(crate) fn object(&self, required: &[&str], optional: &[&str]) -> Result<(), Malformed> {
        let fits = match self.value {
            Value::Object(members) => {
                let known = |key: &str| required.contains(&key) || optional.contains(&key);
                members.iter().all(|member| known(member.key))
                    && required.iter().all(|key| self.value.member(key).is_some())
            }
            Value::Bool(_) | Value::Integer(_) | Value::String(_) | Value::Array(_) => false,
        };
        if fits {
            return Ok(());
        }
        Err(self.wrong(format!("an object of {}", required.join(", "))))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.value.member(key).is_some()
    }

    pub(crate) fn member(&self, key: &str) -> Result<At<'v, 'a>, Malformed> {
        let pointer = format!("{}/{key}", self.pointer);
        let Some(member) = self.value.member(key) else {
            return Err(Violation::new(pointer, "a value", "nothing").into());
        };
        Ok(At {
            document: self.document,
            value: &member.value,
            span: member.span.clone(),
            pointer,
        })
    }

    /// The items of an array of at most `limit`. Only objects, strings and the like: their bytes are not asked for.
    pub(crate) fn items(
        &self,
        limit: usize,
    ) -> Result<impl Iterator<Item = At<'v, 'a>> + use<'v, 'a>, Malformed> {
        let Value::Array(items) = self.value else {
            return Err(self.wrong("an array"));
        };
        if items.len() > limit {
            return Err(self.wrong(format!("an array of at most {limit}")));
        }
        let (document, pointer) = (self.document, self.pointer.clone());
        Ok(items.iter().enumerate().map(move |(index, value)| At {
            document,
            value,
            span: 0..0,
            pointer: format!("{pointer}/{index}"),
        }))
    }

    pub(crate) fn string(&self) -> Result<&'v str, Malformed> {
        match self.value {
            Value::String(text) => Ok(text),
            Value::Bool(_) | Value::Integer(_) | Value::Array(_) | Value::Object(_) => {
                Err(self.wrong("a string"))
            }
        }
    }

    pub(crate) fn number(&self) -> Result<u64, Malformed> {
        match self.value {
            Value::Integer(value) => {
                u64::try_from(*value).map_err(|_| self.wrong("an integer not below 0"))
            }
            Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                Err(self.wrong("an integer"))
            }
        }
    }

    /// The version of the document, which is 1.
    pub(crate) fn version(&self) -> Result<(), Malformed> {
        let version = self.member("v")?;
        match version.number()? {
            1 => Ok(()),
            _ => Err(version.wrong("1")),
        }
    }

    pub(crate) fn bytes(&self, limit: usize) -> Result<Vec<u8>, Malformed> {
        STANDARD
            .decode(self.string()?)
            .ok()
            .filter(|bytes| bytes.len() <= limit)
            .ok_or_else(|| self.wrong(format!("base64 of at most {limit} bytes")))
    }

    pub(crate) fn hash(&self) -> Result<Hash, Malformed> {
        let bytes: Option<[u8; 32]> = self.bytes(32)?.try_into().ok();
        let bytes = bytes.ok_or_else(|| self.wrong("base64 of 32 bytes"))?;
        Ok(Hash::from_bytes(bytes))
    }

    pub(crate) fn hashes(&self, limit: usize) -> Result<Vec<Hash>, Malformed> {
        self.items(limit)?.map(|item| item.hash()).collect()
    }

    pub(crate) fn inclusion(&self) -> Result<InclusionProof, Malformed> {
        let hashes = self.hashes(MAX_PROOF_HASHES)?;
        Ok(InclusionProof::new(hashes).expect("no more than a proof has"))
    }

    pub(crate) fn consistency(&self) -> Result<ConsistencyProof, Malformed> {
        let hashes = self.hashes(MAX_PROOF_HASHES)?;
        Ok(ConsistencyProof::new(hashes).expect("no more than a proof has"))
    }

    pub(crate) fn note(&self) -> Result<Note, Malformed> {
        Note::parse(self.string()?.as_bytes()).map_err(|source| Malformed::Note {
            pointer: self.pointer.clone(),
            source,
        })
    }

    pub(crate) fn proof(&self) -> Result<TlogProof, Malformed> {
        TlogProof::parse(self.string()?.as_bytes()).map_err(|source| Malformed::Proof {
            pointer: self.pointer.clone(),
            source,
        })
    }

    pub(crate) fn vkey(&self) -> Result<VerifierKey, Malformed> {
        VerifierKey::parse(self.string()?).map_err(|source| Malformed::Key {
            pointer: self.pointer.clone(),
            source,
        })
    }

    /// The member `key`, an object, as an entry: its exact bytes.
    pub(crate) fn entry(&self, key: &str) -> Result<Entry, Malformed> {
        let member = self.member(key)?;
        Entry::parse(&member.document[member.span.clone()]).map_err(|source| Malformed::Entry {
            pointer: member.pointer,
            source,
        })
    }
}

/// Writes canonical JSON. The caller gives members in the order of their keys.
#[derive(Default)]
pub(crate) struct Writer(Vec<u8>);

impl Writer {
    pub(crate) fn object(&mut self, members: impl FnOnce(&mut Members<'_>)) {
        self.0.push(b'{');
        members(&mut Members {
            writer: self,
            first: true,
        });
        self.0.push(b'}');
    }

    pub(crate) fn array<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) {
        self.0.push(b'[');
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.0.push(b',');
            }
            each(self, item);
        }
        self.0.push(b']');
    }

    pub(crate) fn string(&mut self, text: &str) {
        write_string(text, &mut self.0);
    }

    pub(crate) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(number.to_string().as_bytes());
    }

    /// Bytes that are canonical JSON already.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn base64(&mut self, bytes: &[u8]) {
        self.string(&STANDARD.encode(bytes));
    }

    pub(crate) fn hashes(&mut self, hashes: &[Hash]) {
        self.array(hashes, |writer, hash| writer.base64(hash.as_bytes()));
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// The members of an object that is being written.
pub(crate) struct Members<'w> {
    writer: &'w mut Writer,
    first: bool,
}

impl Members<'_> {
    pub(crate) fn member(&mut self, key: &str, value: impl FnOnce(&mut Writer)) {
        if !std::mem::take(&mut self.first) {
            self.writer.0.push(b',');
        }
        self.writer.string(key);
        self.writer.0.push(b':');
        value(self.writer);
    }
}
