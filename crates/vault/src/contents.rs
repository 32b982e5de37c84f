//! What is inside the files: the openings of one data subject, and the list of one statement id.
//!
//! Both are binary, with lengths as little-endian integers. They are only read after they were unsealed, so a shape that no
//! release wrote means damage; it is refused all the same, never trusted.

use std::collections::BTreeMap;

use cinnabar_events::{Commitment, StatementId};
use zeroize::Zeroizing;

use crate::filing::Slot;
use crate::limits::{MAX_ID_OPENINGS, MAX_SUBJECT_BYTES, MAX_SUBJECT_OPENINGS};
use crate::opening::{DataSubject, Opening};

/// An opening and the statement that it belongs to.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) statement: StatementId,
    pub(crate) opening: Opening,
}

impl Kept {
    /// Length as it is written.
    fn len(&self) -> usize {
        36 + 2 + self.opening.pointer.len() + 32 + 4 + self.opening.value.len()
    }
}

/// The openings of one data subject, by the commitment that each opens.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) about: DataSubject,
    openings: BTreeMap<Commitment, Kept>,
    bytes: usize,
}

impl Contents {
    pub(crate) fn new(about: DataSubject) -> Self {
        Self {
            bytes: 1 + 2 + about.name().len(),
            about,
            openings: BTreeMap::new(),
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.openings.len()
    }

    /// Length of what [`Contents::encode`] gives.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn get(&self, commitment: &Commitment) -> Option<&Kept> {
        self.openings.get(commitment)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Commitment, &Kept)> {
        self.openings.iter()
    }

    /// Which commitments are opened.
    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot> + '_ {
        self.openings.iter().map(|(commitment, kept)| Slot {
            statement: kept.statement,
            commitment: *commitment,
        })
    }

    /// Would these fit too?
    pub(crate) fn has_room<'a>(&self, more: impl Iterator<Item = &'a Kept>) -> bool {
        let (mut count, mut bytes) = (self.count(), self.bytes);
        for kept in more {
            count += 1;
            bytes += kept.len();
        }
        count <= MAX_SUBJECT_OPENINGS && bytes <= MAX_SUBJECT_BYTES
    }

    pub(crate) fn insert(&mut self, commitment: Commitment, kept: Kept) {
        self.bytes += kept.len();
        if let Some(before) = self.openings.insert(commitment, kept) {
            self.bytes -= before.len();
        }
    }

    /// Whether it was there.
    pub(crate) fn remove(&mut self, commitment: &Commitment) -> bool {
        let before = self.openings.remove(commitment);
        self.bytes -= before.as_ref().map_or(0, Kept::len);
        before.is_some()
    }

    /// ```text
    /// tag ‖ length of name, 2 ‖ name ‖ for each opening:
    ///     statement id, 36 ‖ length of pointer, 2 ‖ pointer ‖ salt, 32 ‖ length of value, 4 ‖ value
    /// ```
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(self.bytes));
        out.push(self.about.tag());
        let short = |len: usize| u16::try_from(len).expect("names and pointers are short");
        out.extend_from_slice(&short(self.about.name().len()).to_le_bytes());
        out.extend_from_slice(self.about.name().as_bytes());
        for kept in self.openings.values() {
            let opening = &kept.opening;
            out.extend_from_slice(kept.statement.to_string().as_bytes());
            out.extend_from_slice(&short(opening.pointer.len()).to_le_bytes());
            out.extend_from_slice(opening.pointer.as_bytes());
            out.extend_from_slice(&*opening.salt);
            let len = u32::try_from(opening.value.len()).expect("values are short");
            out.extend_from_slice(&len.to_le_bytes());
            out.extend_from_slice(&opening.value);
        }
        debug_assert_eq!(out.len(), self.bytes);
        out
    }

    /// What [`Contents::encode`] wrote. The commitments are computed, not stored: they cannot differ from what opens them.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = Reader(bytes);
        let [tag] = rest.array()?;
        let name = rest.short()?;
        let about = match tag {
            DataSubject::SUBJECT => DataSubject::subject(&name.parse().ok()?),
            DataSubject::PERSON => DataSubject::person(name).ok()?,
            _ => return None,
        };
        let mut contents = Self::new(about);
        while !rest.0.is_empty() {
            let statement: StatementId = std::str::from_utf8(rest.take(36)?).ok()?.parse().ok()?;
            let opening = Opening {
                pointer: rest.short()?.into(),
                salt: Zeroizing::new(rest.array()?),
                value: {
                    let len = u32::from_le_bytes(rest.array()?);
                    Zeroizing::new(rest.take(len as usize)?.to_vec())
                },
                person: None,
            };
            let commitment = opening.commitment(statement);
            contents.insert(commitment, Kept { statement, opening });
        }
        Some(contents)
    }
}

/// Where the opening of a commitment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// With the data subject of this file name.
    Kept([u8; 32]),
    /// Nowhere any more, and it shall not come back.
    Erased,
}

/// What the vault knows of the openings under one statement id: where they are, or that they were erased. No secrets: it
/// leads from commitments, which are public, to names of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct List(BTreeMap<Commitment, Place>);

impl List {
    /// Bytes of one line.
    const LINE: usize = 32 + 1 + 32;

    pub(crate) fn get(&self, commitment: &Commitment) -> Option<Place> {
        self.0.get(commitment).copied()
    }

    /// Whether this changed anything.
    pub(crate) fn set(&mut self, commitment: Commitment, place: Place) -> bool {
        self.0.insert(commitment, place) != Some(place)
    }

    /// Whether it was there.
    pub(crate) fn remove(&mut self, commitment: &Commitment) -> bool {
        self.0.remove(commitment).is_some()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// `for each: commitment, 32 ‖ 0 for kept, 1 for erased ‖ name of the data subject's files or zeros, 32`
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * Self::LINE);
        for (commitment, place) in &self.0 {
            out.extend_from_slice(commitment.as_bytes());
            let (state, name) = match place {
                Place::Kept(name) => (0, *name),
                Place::Erased => (1, [0; 32]),
            };
            out.push(state);
            out.extend_from_slice(&name);
        }
        out
    }

    /// What [`List::encode`] wrote.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_ID_OPENINGS * Self::LINE {
            return None;
        }
        let mut rest = Reader(bytes);
        let mut list = Self::default();
        while !rest.0.is_empty() {
            let commitment = Commitment::from_bytes(rest.array()?);
            let ([state], name) = (rest.array()?, rest.array::<32>()?);
            let place = match state {
                0 => Place::Kept(name),
                1 if name == [0; 32] => Place::Erased,
                _ => return None,
            };
            list.0.insert(commitment, place);
        }
        Some(list)
    }
}

/// Takes bytes from the front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(front)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn short(&mut self) -> Option<&'a str> {
        let len = u16::from_le_bytes(self.array()?);
        std::str::from_utf8(self.take(len.into())?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents() -> Contents {
        let mut contents = Contents::new(DataSubject::person("李娜").unwrap());
        for number in 0..3_u8 {
            let statement = StatementId::derived("test", &number.to_string());
            let value = serde_json::json!({ "number": number });
            let opening = Opening::new("/a", Zeroizing::new([number; 32]), &value).unwrap();
            contents.insert(opening.commitment(statement), Kept { statement, opening });
        }
        contents
    }

    #[test]
    fn contents_are_read_as_they_are_written() {
        let contents = contents();
        let bytes = contents.encode();
        assert_eq!(bytes.len(), contents.bytes());
        assert!(Contents::decode(&bytes) == Some(contents));
    }

    #[test]
    fn part_of_an_opening_is_none() {
        let bytes = contents().encode();
        let whole = (0..bytes.len())
            .filter(|len| Contents::decode(&bytes[..*len]).is_some())
            .count();
        assert_eq!(whole, 3, "no, one and two openings");
    }

    #[test]
    fn a_list_is_read_as_it_is_written() {
        let mut list = List::default();
        let commitment = |byte| Commitment::from_bytes([byte; 32]);
        assert!(list.set(commitment(1), Place::Kept([9; 32])));
        assert!(!list.set(commitment(1), Place::Kept([9; 32])));
        assert!(list.set(commitment(2), Place::Erased));
        let bytes = list.encode();
        assert_eq!(List::decode(&bytes), Some(list));
        for bad in [&bytes[1..], &bytes[..bytes.len() - 1], &[7; List::LINE]] {
            assert_eq!(List::decode(bad), None);
        }
    }
}
