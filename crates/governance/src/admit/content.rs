//! Codes from the rulebook's lists, and check characters.

use cinnabar_events::kinds::{Code, Number, ProductFacts};
use cinnabar_events::{Payload, Rulebook};

use super::{Case, Stop};
use crate::records::Records;
use crate::rejection::{Content, Rejection};

/// Every code in the payload stands in its list.
pub(super) fn codes<R: Records>(
    case: &Case<'_, R>,
    rulebook: &Rulebook,
) -> Result<(), Stop<R::Error>> {
    let listed = |vocabulary: &'static str, codes: &[Code]| {
        let known = rulebook.codes(vocabulary);
        match codes.iter().find(|code| !known.contains(code)) {
            Some(code) => Err(Rejection::UnknownCode {
                vocabulary,
                code: code.clone(),
            }),
            None => Ok(()),
        }
    };
    let facts = |facts: &ProductFacts| {
        listed("application_field", facts.fields.as_slice())?;
        listed("ai_technique", facts.techniques.as_slice())
    };
    match &case.statement().payload {
        Payload::ProductSubmitted(submitted) => facts(&submitted.facts)?,
        Payload::ProductUpdated(updated) => facts(&updated.facts)?,
        Payload::ApprovalSuspended(suspended) => listed("measure", suspended.measures.as_slice())?,
        Payload::IncidentReported(reported) => listed("harm_type", reported.harm_types.as_slice())?,
        Payload::IncidentUpdated(updated) => listed("harm_type", updated.harm_types.as_slice())?,
        Payload::OrganisationRegistered(registered) => usccs(registered.numbers.as_slice())?,
        Payload::LedgerOpened(_)
        | Payload::ActorEnrolled(_)
        | Payload::RoleGranted(_)
        | Payload::RoleWithdrawn(_)
        | Payload::KeyRotated(_)
        | Payload::KeyRevoked(_)
        | Payload::ProductAccepted(_)
        | Payload::ProductEnded(_)
        | Payload::ApprovalGranted(_)
        | Payload::ApprovalRefused(_)
        | Payload::ApprovalReinstated(_)
        | Payload::ApprovalRevoked(_)
        | Payload::IncidentClosed(_) => {}
    }
    Ok(())
}

fn usccs(numbers: &[Number]) -> Result<(), Rejection> {
    let wrong =
        |number: &&Number| number.scheme.as_str() == "uscc" && !is_uscc(number.value.as_str());
    match numbers.iter().find(wrong) {
        Some(_) => Err(Rejection::Content(Content::Uscc)),
        None => Ok(()),
    }
}

/// A unified social credit code: 18 characters, the last of them `31 − Σ cᵢ·3ⁱ mod 31` (GB 32100-2015).
fn is_uscc(code: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let Some(digits) = code
        .chars()
        .map(|character| ALPHABET.find(character))
        .collect::<Option<Vec<usize>>>()
    else {
        return false;
    };
    let [body @ .., check] = digits.as_slice() else {
        return false;
    };
    let (sum, _) = body.iter().fold((0, 1), |(sum, weight), digit| {
        (sum + digit * weight, weight * 3 % 31)
    });
    body.len() == 17 && *check == (31 - sum % 31) % 31
}

#[cfg(test)]
mod tests {
    use super::is_uscc;

    #[test]
    fn check_characters_of_real_enterprises_fit_and_others_do_not() {
        for code in [
            "9144030071526726XG",
            "91440300708461136T",
            "92430112MAEXE7G422",
            "91110102MAD55U9H0F",
        ] {
            assert!(is_uscc(code), "{code}");
            assert!(
                !is_uscc(&code.replacen('1', "2", 1)),
                "{code} with a wrong digit"
            );
        }
        assert!(
            !is_uscc("")
                && !is_uscc("91440300708461136")
                && !is_uscc("91440300708461136t")
                && !is_uscc("9144030070846113企")
        );
    }
}
