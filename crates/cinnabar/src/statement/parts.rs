//! The short forms of a statement's parts on the command line.

use std::str::FromStr;

use cinnabar_events::kinds::Code;
use cinnabar_events::{Basis, Id, Migrated, SignerClaim, Text};

/// `ACTOR:ROLE[@ORGANISATION]`: who signs, as what, for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim(pub SignerClaim);

/// Not a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not ACTOR:ROLE or ACTOR:ROLE@ORGANISATION, like li:registrar")]
pub struct NotAClaim;

impl FromStr for Claim {
    type Err = NotAClaim;

    fn from_str(text: &str) -> Result<Self, NotAClaim> {
        let id = |text: &str| text.parse::<Id>().map_err(|_| NotAClaim);
        let (actor, role) = text.split_once(':').ok_or(NotAClaim)?;
        let (role, organisation) = role
            .split_once('@')
            .map_or((role, None), |(role, organisation)| {
                (role, Some(organisation))
            });
        Ok(Self(SignerClaim {
            actor: id(actor)?,
            role: role.parse::<Code>().map_err(|_| NotAClaim)?,
            on_behalf_of: organisation.map(id).transpose()?,
        }))
    }
}

/// `INSTRUMENT:ARTICLE`: a provision that the statement rests on. The last colon divides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provision(pub Basis);

/// Not a provision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not INSTRUMENT:ARTICLE, at most 60 and 40 characters, like \"Shenzhen AI Regulation:Art. 44\""
)]
pub struct NotAProvision;

impl FromStr for Provision {
    type Err = NotAProvision;

    fn from_str(text: &str) -> Result<Self, NotAProvision> {
        let (instrument, article) = text.rsplit_once(':').ok_or(NotAProvision)?;
        Ok(Self(Basis {
            instrument: Text::new(instrument).map_err(|_| NotAProvision)?,
            article: Text::new(article).map_err(|_| NotAProvision)?,
        }))
    }
}

/// `REGISTER:ROW`: where history was taken over from. The first colon divides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source(pub Migrated);

/// Not a row of a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not REGISTER:ROW, like \"city-register:17\"")]
pub struct NotASource;

impl FromStr for Source {
    type Err = NotASource;

    fn from_str(text: &str) -> Result<Self, NotASource> {
        let (register, row) = text.split_once(':').ok_or(NotASource)?;
        Ok(Self(Migrated {
            register: Text::new(register).map_err(|_| NotASource)?,
            row: Text::new(row).map_err(|_| NotASource)?,
        }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_claim_says_who_as_what_and_for_whom() {
        let Claim(claim) = "lin:enterprise_filer@acme".parse().unwrap();
        assert_eq!(
            (claim.actor.as_str(), claim.role.as_str()),
            ("lin", "enterprise_filer")
        );
        assert_eq!(claim.on_behalf_of.unwrap().as_str(), "acme");
        assert_eq!(
            "li:registrar".parse::<Claim>().unwrap().0.on_behalf_of,
            None
        );
        for bad in [
            "",
            "li",
            "li:",
            ":registrar",
            "li:Registrar",
            "li:registrar@",
            "l i:registrar",
        ] {
            assert_eq!(bad.parse::<Claim>(), Err(NotAClaim), "{bad:?}");
        }
    }

    #[test]
    fn a_row_of_an_older_register_is_divided_at_the_first_colon() {
        let Source(migrated) = "city-register:17:a".parse().unwrap();
        assert_eq!(
            (migrated.register.as_str(), migrated.row.as_str()),
            ("city-register", "17:a")
        );
        for bad in ["", "17", ":17", "city-register:"] {
            assert_eq!(bad.parse::<Source>(), Err(NotASource), "{bad:?}");
        }
    }

    #[test]
    fn a_provision_is_divided_at_the_last_colon() {
        let Provision(basis) = "urn:lex:cn:44".parse().unwrap();
        assert_eq!(
            (basis.instrument.as_str(), basis.article.as_str()),
            ("urn:lex:cn", "44")
        );
        assert_eq!("Art. 44".parse::<Provision>(), Err(NotAProvision));
    }
}
